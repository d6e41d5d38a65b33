using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>
/// The repetitions of one run, one an iteration; the identity on the sample comes at the end. All is computed in double precision on the
/// processor, whatever the device of the run: the identities hold to rounding.
/// </summary>
internal sealed class DaeIdentityRun(DaeIdentitySettings settings) : RunOfDraws<DaeIdentityTrial>(settings.Repetitions)
{
    /// <summary>The repetitions.</summary>
    public const string RepetitionsFile = "repetitions.csv";

    /// <summary>Names of values.</summary>
    public const string Ksd = "ksd", IdentityError = "identity_error", JacobianError = "jacobian_error",
        ExpansionError = "expansion_error", Cross = "witness_times_correction", SquaredCorrection = "squared_correction";

    private readonly Device device = CpuDevices.CreateSimdDouble();

    protected override int MeasureEvery => 25;

    /// <summary>Means over the repetitions so far; NaN before the first.</summary>
    public override IReadOnlyList<Metric> Measure() =>
    [
        new("gradient", Mean(trial => trial.Gradient)),
        new("smoothed_ksd", Mean(trial => trial.Smoothed)),
        new("plain_ksd", Mean(trial => trial.Plain)),
    ];

    public override RunResult Finish()
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
            values, Iterations == 0 ? [] : [new RunFile(RepetitionsFile, stream => CsvFile.Write(stream, Draws))]);
    }

    public override void Dispose()
    {
        device.Dispose();
        base.Dispose();
    }

    protected override DaeIdentityTrial Draw(int index) => DaeIdentityTrial.Run(settings, device, index);

    protected override string Describe()
        => $"‖∇F‖²/4σ⁴ {NumberText.Fixed(Mean(trial => trial.Gradient), 3)}, KSD² {NumberText.Fixed(Mean(trial => trial.Smoothed), 3)}";

    private double Mean(Func<DaeIdentityTrial, double> value) => Draws.Count == 0 ? double.NaN : Draws.Average(value);
}
