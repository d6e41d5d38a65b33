using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Generators;
using Stein.Engine.Kernels;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreNetworks;

namespace Stein.Experiments.Generators.Digits;

/// <summary>A generator of digits in training.</summary>
internal sealed class DigitTraining : SamplerTraining
{
    /// <summary>λ of WGAN-GP.</summary>
    private const double GradientPenalty = 1;

    /// <summary>The largest component of a velocity.</summary>
    private const double Largest = 50;

    /// <summary>Levels of noise of the network that is trained beside the generator.</summary>
    private const int NetworkLevels = 10;

    private const int Dimension = DigitImages.Dimension;

    /// <summary>h² of the kernels <c>exp(−‖x − y‖²/h²)</c> of the moment matching network: variances from ½ to 8.</summary>
    private static readonly double[] SquaredBandwidths = [1, 2, 4, 8, 16];

    private readonly DigitMeasures measures;

    public DigitTraining(GeneratorDigitsSettings settings, Device device)
        : this(settings, device, DigitSplit.Of(settings.Seed, settings.ClassifierImages))
    {
    }

    private DigitTraining(GeneratorDigitsSettings settings, Device device, DigitSplit split)
        : this(settings, device, split, new DigitMeasures(device, split, settings.Seed, settings.ClassifierSteps))
    {
    }

    private DigitTraining(GeneratorDigitsSettings settings, Device device, DigitSplit split, DigitMeasures measures)
        : base(device, Plan(settings, device, split), settings.TestSamples, testStream: 1, measures.Measure)
        => this.measures = measures;

    protected override IReadOnlyList<RunFile> Files => [new(SamplerModel.FileName, Model.Write)];

    public override IReadOnlyList<Metric> Measure() => [.. base.Measure(), new("sigma", Sigma)];

    public override IReadOnlyList<RunFile> LiveFiles() => [DigitImages.Sheet(Samples)];

    protected override IReadOnlyList<Metric> Final(double[] samples) => measures.Final(samples);

    private static SamplerPlan Plan(GeneratorDigitsSettings settings, Device device, DigitSplit split)
    {
        var adam = new AdamSettings(settings.LearningRate, Beta1: 0.5, Beta2: 0.9);
        return new(
            settings.Method == DigitMethod.Pixels
                ? SamplerShape.MeanField(Dimension)
                : new(settings.NoiseDimension, [settings.Hidden, settings.Hidden], Dimension, Output: "sigmoid"),
            settings.Batch,
            sampler => Flow(settings, device, adam, sampler, split.Training.Pixels),
            new EmpiricalDensity(split.Training.Pixels, Dimension),
            DigitMethod.UsesScores(settings.Method)
                ? new NoiseSchedule(settings.FirstSigma, settings.Iterations - settings.WarmStart, settings.LastSigma)
                {
                    IsMixed = settings.MixedNoise,
                }
                : null,
            adam,
            Schedule: null,
            settings.Seed,
            settings.WarmStart == 0 ? null : new(Moments(settings, device), settings.WarmStart));
    }

    private static ParticleFlow Flow(
        GeneratorDigitsSettings settings, Device device, AdamSettings adam, ImplicitSampler sampler, double[] pixels)
    {
        switch (settings.Method)
        {
            case DigitMethod.Difference:
                return new SteinDifferenceFlow(
                    device, settings.Batch, Dimension, settings.Regularisation ?? DigitMethod.DefaultRidge, Largest);
            case DigitMethod.Network:
                return new OnlineScoreFlow(
                    device,
                    settings.Batch,
                    Scores(settings, NoiseLevelSampler.Levels(settings.FirstSigma, settings.LastSigma, NetworkLevels - 1), adam, pixels),
                    settings.CriticSteps,
                    settings.Seed,
                    Largest);
            case DigitMethod.Ksd:
                return new KernelSteinDescent<GaussianKernel>(device, settings.Batch, Dimension);
            case DigitMethod.DeepKsd:
                return new DeepKernelDescent(
                    device, settings.Batch, Dimension, new(settings.CriticHidden), settings.CriticSteps, adam, settings.Seed);
            case DigitMethod.Mmd:
                return Moments(settings, device);
            case DigitMethod.Gan:
                return new WassersteinCriticFlow(
                    device,
                    settings.Batch,
                    Dimension,
                    new(settings.CriticHidden, settings.CriticSteps, adam),
                    GradientPenalty,
                    settings.Seed);
            case DigitMethod.Began:
                return new EquilibriumFlow(
                    device,
                    settings.Batch,
                    Dimension,
                    new(settings.CriticHidden, settings.NoiseDimension, Balance: 0.5, Gain: 1e-3, adam),
                    settings.Entropy,
                    ScoreEstimators.Find("stein"),
                    settings.Regularisation,
                    settings.Seed);
            case DigitMethod.Pixels:
                SetMoments(sampler, pixels);
                return Moments(settings, device);
            default:
                return ScoreDifferenceFlow.Estimated(
                    device,
                    settings.Batch,
                    Dimension,
                    ScoreEstimators.Find(settings.Method),
                    settings.Regularisation,
                    hasBatchMedian: false,
                    Largest);
        }
    }

    /// <summary>A network for the scores of images with noise of some levels.</summary>
    internal static NoiseConditionalSettings Scores(
        GeneratorDigitsSettings settings, IReadOnlyList<double> levels, AdamSettings adam, double[] pixels)
    {
        // Some pixels are white in nearly all images.
        const double SmallestScale = 0.05;
        return new(
            [settings.CriticHidden, settings.CriticHidden],
            levels,
            NoiseConditionalScore.ScalesOf(pixels, Dimension, SmallestScale),
            adam)
        {
            Batch = settings.Batch,
            Matching = ScoreLoss.Find(settings.Loss),
        };
    }

    private static MeanDiscrepancyFlow Moments(GeneratorDigitsSettings settings, Device device) => new(
        device, settings.Batch, Dimension, SquaredBandwidths, new PhiloxStream(settings.Seed, StreamPurpose.TrainingData));

    /// <summary>The deviation and the mean of each pixel: nothing is trained.</summary>
    private static void SetMoments(ImplicitSampler sampler, double[] pixels)
    {
        double[][] images = [.. pixels.Chunk(Dimension)];
        double[] means = [.. Enumerable.Range(0, Dimension).Select(d => images.Average(image => image[d]))];
        double[] deviations = [.. means.Select((mean, d) => Math.Sqrt(images.Average(image => Math.Pow(image[d] - mean, 2))))];
        sampler.Parameters.Write([.. deviations, .. means]);
    }
}
