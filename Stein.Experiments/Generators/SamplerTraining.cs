using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Generators;

/// <summary>How a sampler is trained.</summary>
/// <param name="Shape">Of its network.</param>
/// <param name="Batch">Samples per step.</param>
/// <param name="Flow">How they move.</param>
/// <param name="Target">To which density.</param>
/// <param name="Noise">On both; null for none.</param>
/// <param name="Adam">Of the sampler.</param>
/// <param name="Schedule">Of its learning rate; null for a constant one.</param>
/// <param name="Seed">Of everything random.</param>
/// <param name="WarmStart">What it begins with; null for nothing else.</param>
internal sealed record SamplerPlan(
    SamplerShape Shape,
    int Batch,
    Func<ImplicitSampler, ParticleFlow> Flow,
    IDensity Target,
    NoiseSchedule? Noise,
    AdamSettings Adam,
    Schedule? Schedule,
    uint Seed,
    WarmStart? WarmStart = null);

/// <summary>A sampler in training, which is judged by other samples than it is trained with.</summary>
internal abstract class SamplerTraining : ITraining
{
    /// <summary>The samples that are judged at the end.</summary>
    public const string SamplesFile = "samples.csv";

    private readonly Device device;
    private readonly SamplerPlan plan;
    private readonly ImplicitSampler sampler;
    private readonly ImplicitTraining training;
    private readonly int testSamples;
    private readonly uint testStream;
    private readonly Func<double[], IReadOnlyList<Metric>> judge;
    private readonly double start;
    private double discrepancy;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="plan">How it is trained.</param>
    /// <param name="testSamples">Samples that are judged at the end; at most <see cref="CurveOf"/> of them while training.</param>
    /// <param name="testStream">The substream of their noise.</param>
    /// <param name="judge">What is measured of samples while training; first a discrepancy to what they should be.</param>
    protected SamplerTraining(
        Device device, SamplerPlan plan, int testSamples, uint testStream, Func<double[], IReadOnlyList<Metric>> judge)
    {
        (this.device, this.plan, this.testSamples, this.testStream, this.judge) = (device, plan, testSamples, testStream, judge);
        sampler = new ImplicitSampler(device, plan.Batch, plan.Shape);
        sampler.Parameters.Initialise(new PhiloxStream(plan.Seed, StreamPurpose.Initialisation));
        training = new(device, sampler, plan.Flow(sampler), plan.Target, plan.Noise, plan.Adam, plan.Schedule, plan.Seed, plan.WarmStart);
        start = discrepancy = Judge()[0].Value;
    }

    public IReadOnlyList<IStateful> Parts => [sampler.Parameters, training];

    public string Status => $"MMD² {NumberText.Fixed(discrepancy, 4)}";

    /// <summary>σ of the next step.</summary>
    protected double Sigma => training.Sigma;

    /// <summary>Files that it leaves beside its samples; none unless overridden.</summary>
    protected virtual IReadOnlyList<RunFile> Files => [];

    /// <summary>The sampler as it is now.</summary>
    protected SamplerModel Model => SamplerModel.Of(plan.Shape, sampler.Parameters);

    /// <summary>Samples that the curves are measured with, of those that are judged at the end.</summary>
    public static int CurveOf(int testSamples) => Math.Min(500, testSamples);

    public void Step()
    {
        try
        {
            training.Step();
        }
        catch (ScoreEstimationException exception)
        {
            throw new RunFailedException(exception.Message, training.Iteration);
        }
    }

    public virtual IReadOnlyList<Metric> Measure()
    {
        IReadOnlyList<Metric> metrics = Judge();
        discrepancy = metrics[0].Value;
        return double.IsFinite(discrepancy)
            ? metrics
            : throw new RunFailedException("the samples are no longer finite", training.Iteration);
    }

    public virtual IReadOnlyList<RunFile> LiveFiles() => [];

    public TrainingResult Finish()
    {
        double[] samples = Samples(testSamples);
        return new(Final(samples), [RunSamples.File(SamplesFile, samples, plan.Shape.Dimension), .. Files]);
    }

    /// <summary>
    /// Whether the discrepancy is more than twice what it was before training. A little more is no divergence: what a family of densities
    /// comes closest to by one divergence need not be closest by another.
    /// </summary>
    public bool HasDiverged() => Judge()[0].Value > 2 * start;

    /// <summary>What is measured of the samples at the end (N×D, row-major).</summary>
    protected abstract IReadOnlyList<Metric> Final(double[] samples);

    /// <summary>Samples as it is now (N×D, row-major), always of the same noise.</summary>
    protected double[] Samples(int count)
    {
        var judged = new ImplicitSampler(device, count, plan.Shape);
        judged.Parameters.CopyFrom(sampler.Parameters);
        return device.Read(judged.Draw(new PhiloxStream(plan.Seed, StreamPurpose.TestData, testStream)));
    }

    private IReadOnlyList<Metric> Judge() => judge(Samples(CurveOf(testSamples)));
}
