using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// The repetitions of one run, one an iteration; the identity on the sample comes at the end. All is computed in double precision on the
/// processor, whatever the device of the run: the identities hold to rounding.
/// </summary>
internal sealed class DaeIdentityRun(DaeIdentitySettings settings) : IRun
{
    /// <summary>The repetitions.</summary>
    public const string RepetitionsFile = "repetitions.csv";

    /// <summary>Names of values.</summary>
    public const string Ksd = "ksd", IdentityError = "identity_error", JacobianError = "jacobian_error",
        ExpansionError = "expansion_error", Cross = "witness_times_correction", SquaredCorrection = "squared_correction";

    private const int MeasureEvery = 25;

    private readonly Device device = CpuDevices.CreateSimdDouble();
    private readonly List<DaeIdentityTrial> trials = [];

    public int Iteration => trials.Count;

    public int Iterations => settings.Repetitions;

    public string Standing => trials.Count == 0
        ? ""
        : $"‖∇F‖²/4σ⁴ {NumberText.Fixed(Mean(trial => trial.Gradient), 3)}, KSD² {NumberText.Fixed(Mean(trial => trial.Smoothed), 3)}";

    /// <summary>Means over the repetitions so far; NaN before the first.</summary>
    public IReadOnlyList<Metric> Measure() =>
    [
        new("gradient", Mean(trial => trial.Gradient)),
        new("smoothed_ksd", Mean(trial => trial.Smoothed)),
        new("plain_ksd", Mean(trial => trial.Plain)),
    ];

    public bool Step()
    {
        trials.Add(DaeIdentityTrial.Run(settings, device, trials.Count));
        return Iteration == Iterations || Iteration % MeasureEvery == 0;
    }

    public void Save(BinaryWriter writer)
    {
        writer.Write(trials.Count);
        foreach (DaeIdentityTrial trial in trials)
            trial.Save(writer);
    }

    public void Restore(BinaryReader reader)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > Iterations)
            throw new InvalidDataException($"{count} repetitions is no state of {Iterations}");
        trials.Clear();
        for (int index = 0; index < count; index++)
            trials.Add(DaeIdentityTrial.Restore(reader));
    }

    public RunResult Finish()
    {
        var errors = DaeIdentityErrors.Of(settings, device);
        var values = new JsonObject
        {
            [Ksd] = errors.Ksd,
            [IdentityError] = errors.IdentityError,
            [JacobianError] = errors.JacobianError,
            [ExpansionError] = errors.ExpansionError,
            [Cross] = errors.Cross,
            [SquaredCorrection] = errors.SquaredCorrection,
        };
        return new RunResult(
            values, Iterations == 0 ? [] : [new RunFile(RepetitionsFile, stream => CsvFile.Write(stream, trials))]);
    }

    public IReadOnlyList<RunFile> LastGoodState() => [];

    public void Dispose() => device.Dispose();

    private double Mean(Func<DaeIdentityTrial, double> value) => trials.Count == 0 ? double.NaN : trials.Average(value);
}
