using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Generators;

/// <summary>A generator in training.</summary>
internal sealed class GeneratorTraining : ITraining
{
    /// <summary>The largest component of a velocity.</summary>
    private const double Largest = 50;

    /// <summary>λ of WGAN-GP in the plane, where 10 would make the critic flat (its authors' toy problems have 0.1).</summary>
    private const double GradientPenalty = 0.1;

    private const int Dimension = GeneratorPlane.Dimension;

    private readonly Device device;
    private readonly GeneratorPlaneSettings settings;
    private readonly ImplicitSampler sampler;
    private readonly ImplicitTraining training;
    private readonly double start;
    private double discrepancy;

    public GeneratorTraining(GeneratorPlaneSettings settings, Device device)
    {
        (this.settings, this.device) = (settings, device);
        sampler = new ImplicitSampler(device, settings.Batch, Shape);
        sampler.Parameters.Initialise(new PhiloxStream(settings.Seed, StreamPurpose.Initialisation));
        NoiseSchedule? noise = settings.FirstSigma > 0 && GeneratorMethod.UsesScores(settings.Method)
            ? new NoiseSchedule(settings.FirstSigma, settings.Iterations)
            : null;
        var adam = new AdamSettings(settings.LearningRate, Beta1: 0.5, Beta2: 0.9);
        training = new(device, sampler, Flow(adam), GeneratorPlane.Ring, noise, adam, schedule: null, settings.Seed);
        start = discrepancy = Judge(Curve)[0].Value;
    }

    public IReadOnlyList<IStateful> Parts => [sampler.Parameters, training];

    public string Status => $"MMD² {NumberText.Fixed(discrepancy, 4)}";

    private SamplerShape Shape => new(settings.NoiseDimension, [settings.Hidden, settings.Hidden], Dimension);

    /// <summary>Samples that the curves are measured with.</summary>
    private int Curve => Math.Min(500, settings.TestSamples);

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

    public IReadOnlyList<Metric> Measure()
    {
        IReadOnlyList<Metric> metrics = Judge(Curve);
        discrepancy = metrics[0].Value;
        if (!double.IsFinite(discrepancy))
            throw new RunFailedException("the samples are no longer finite", training.Iteration);
        return [.. metrics, new("sigma", training.Sigma)];
    }

    public TrainingResult Finish()
    {
        double[] exact = GeneratorPlane.Ring.Sample(Test(substream: 2), settings.TestSamples);
        IEnumerable<Metric> floor = GeneratorPlane.Measure(device, exact, Reference(settings.TestSamples))
            .Select(metric => metric with { Name = GeneratorPlane.ExactPrefix + metric.Name });
        var file = new DataTable(
            "", ["x1", "x2"], [.. Samples(settings.TestSamples).Chunk(Dimension).Select(row => (IReadOnlyList<object?>)[.. row])]);
        return new([.. Judge(settings.TestSamples), .. floor], new RunFile(GeneratorPlane.SamplesFile, file.WriteCsv));
    }

    /// <summary>Whether the discrepancy is larger than before training.</summary>
    public bool HasDiverged() => Judge(Curve)[0].Value > start;

    private ParticleFlow Flow(AdamSettings adam) => settings.Method switch
    {
        GeneratorMethod.Modes => new ScoreDifferenceFlow(device, settings.Batch, Dimension, ownScores: null, Largest),
        GeneratorMethod.Ksd => new KernelSteinDescent<GaussianKernel>(device, settings.Batch, Dimension),
        GeneratorMethod.Mmd => new MeanDiscrepancyFlow(
            device,
            settings.Batch,
            Dimension,
            SampleMeasures.SquaredBandwidths,
            new PhiloxStream(settings.Seed, StreamPurpose.TrainingData)),
        GeneratorMethod.Gan => new WassersteinCriticFlow(
            device, settings.Batch, Dimension, new(settings.CriticHidden, settings.CriticSteps, adam), GradientPenalty, settings.Seed),
        string name => ScoreDifferenceFlow.Estimated(
            device, settings.Batch, Dimension, ScoreEstimators.Find(name), settings.Regularisation, settings.BatchMedian, Largest),
    };

    private IReadOnlyList<Metric> Judge(int count) => GeneratorPlane.Measure(device, Samples(count), Reference(count));

    private double[] Samples(int count)
    {
        var judged = new ImplicitSampler(device, count, Shape);
        judged.Parameters.CopyFrom(sampler.Parameters);
        return device.Read(judged.Draw(Test(substream: 1)));
    }

    private double[] Reference(int count) => GeneratorPlane.Ring.Sample(Test(substream: 0), count);

    private PhiloxStream Test(uint substream) => new(settings.Seed, StreamPurpose.TestData, substream);
}
