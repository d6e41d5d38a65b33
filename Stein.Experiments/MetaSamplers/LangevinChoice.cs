using Stein.Engine.Devices;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.MetaSamplers;

/// <summary>
/// The sampler by hand, stochastic gradient Langevin dynamics <c>θ′ = θ + ½hs + √h·ε</c> (Welling and Teh, ICML 2011), whose step size h
/// is the one with the smallest KSD on the training task. An iteration tries one.
/// </summary>
internal sealed class LangevinChoice : ITraining, IStateful
{
    private readonly SamplerTests tests;
    private IReadOnlyList<Metric> best = [.. new[] { MetaSampler.Prediction, MetaSampler.Discrepancy }.Select(q => q.At(double.NaN))];
    private double bestStep = double.NaN;
    private int tried;

    public LangevinChoice(MetaSamplerSettings settings, Device device) => tests = new(settings, device);

    /// <summary>h, from too short to too long.</summary>
    public static IReadOnlyList<double> Candidates { get; } = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1];

    public IReadOnlyList<IStateful> Parts => [this];

    public string Status => $"step size {NumberText.Tick(bestStep)}";

    public void Step()
    {
        double step = Candidates[tried++];
        IReadOnlyList<Metric> found = tests.OfTraining(tests.Sample(tests.Training, Langevin(step), 0));
        if (!(found[1].Value >= best[1].Value) && double.IsFinite(found[1].Value))
            (best, bestStep) = (found, step);
    }

    public IReadOnlyList<Metric> Measure() => best;

    public TrainingResult Finish() => new(
    [
        MetaSampler.StepSize.At(bestStep),
        MetaSampler.Deviation.At(Math.Sqrt(bestStep)),
        .. tests.Results(_ => Langevin(bestStep)),
    ]);

    public bool HasDiverged() => double.IsNaN(bestStep);

    public void Save(BinaryWriter writer)
    {
        writer.Write(tried);
        writer.Write(bestStep);
        foreach (Metric metric in best)
            writer.Write(metric.Value);
    }

    public void Restore(BinaryReader reader)
    {
        tried = reader.ReadInt32();
        bestStep = reader.ReadDouble();
        best = [.. best.Select(metric => metric with { Value = reader.ReadDouble() })];
    }

    private static ParticleStep Langevin(double step) => (positions, scores, noise) =>
    {
        double deviation = Math.Sqrt(step);
        for (int i = 0; i < positions.Length; i++)
            positions[i] += (step / 2 * scores[i]) + (deviation * noise[i]);
    };
}
