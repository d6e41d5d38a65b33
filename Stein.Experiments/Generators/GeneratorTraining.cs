using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Generators;

/// <summary>A generator in training.</summary>
internal sealed class GeneratorTraining : SamplerTraining
{
    /// <summary>The largest component of a velocity.</summary>
    private const double Largest = 50;

    /// <summary>λ of WGAN-GP in the plane, where 10 would make the critic flat (its authors' toy problems have 0.1).</summary>
    private const double GradientPenalty = 0.1;

    private const int Dimension = GeneratorPlane.Dimension;

    private readonly Device device;
    private readonly GeneratorPlaneSettings settings;

    public GeneratorTraining(GeneratorPlaneSettings settings, Device device)
        : base(device, Plan(settings, device), settings.TestSamples, testStream: 1, Curve(settings, device))
        => (this.settings, this.device) = (settings, device);

    public override IReadOnlyList<Metric> Measure() => [.. base.Measure(), new("sigma", Sigma)];

    protected override IReadOnlyList<Metric> Final(double[] samples)
    {
        double[] reference = Data(settings, 0, settings.TestSamples), exact = Data(settings, 2, settings.TestSamples);
        return
        [
            .. GeneratorPlane.Measure(device, samples, reference),
            .. GeneratorPlane.Measure(device, exact, reference)
                .Select(metric => metric with { Name = GeneratorPlane.ExactPrefix + metric.Name }),
        ];
    }

    private static SamplerPlan Plan(GeneratorPlaneSettings settings, Device device)
    {
        var adam = new AdamSettings(settings.LearningRate, Beta1: 0.5, Beta2: 0.9);
        bool hasNoise = settings.FirstSigma > 0 && GeneratorMethod.UsesScores(settings.Method);
        return new(
            new(settings.NoiseDimension, [settings.Hidden, settings.Hidden], Dimension),
            settings.Batch,
            _ => Flow(settings, device, adam),
            GeneratorPlane.Ring,
            hasNoise ? new NoiseSchedule(settings.FirstSigma, settings.Iterations) : null,
            adam,
            Schedule: null,
            settings.Seed);
    }

    private static ParticleFlow Flow(GeneratorPlaneSettings settings, Device device, AdamSettings adam) => settings.Method switch
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

    private static Func<double[], IReadOnlyList<Metric>> Curve(GeneratorPlaneSettings settings, Device device)
    {
        double[] reference = Data(settings, 0, CurveOf(settings.TestSamples));
        return samples => GeneratorPlane.Measure(device, samples, reference);
    }

    private static double[] Data(GeneratorPlaneSettings settings, uint substream, int count)
        => GeneratorPlane.Ring.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData, substream), count);
}
