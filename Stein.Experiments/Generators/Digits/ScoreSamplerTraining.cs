using Stein.Engine.Devices;
using Stein.Engine.Networks;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.State;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Generators.Digits;

/// <summary>
/// The modern baseline in training: a network that learns the scores of the images at all levels of noise, from which images are drawn by
/// one of <see cref="NoiseLevelSampler"/> (Song and Ermon, NeurIPS 2019; Song et al., ICLR 2021).
/// </summary>
internal sealed class ScoreSamplerTraining : ITraining
{
    private const double FirstLevel = 5;
    private const double LastLevel = 0.05;

    /// <summary>Steps of the reverse diffusion and of the flow, at whose levels the network is trained.</summary>
    private const int Steps = 100;

    private readonly GeneratorDigitsSettings settings;
    private readonly DigitSplit split;
    private readonly DigitMeasures measures;
    private readonly NoiseConditionalScore scores;
    private readonly double start;
    private double discrepancy;

    public ScoreSamplerTraining(GeneratorDigitsSettings settings, Device device)
    {
        this.settings = settings;
        split = DigitSplit.Of(settings.Seed, settings.ClassifierImages);
        measures = new DigitMeasures(device, split, settings.Seed, settings.ClassifierSteps);
        scores = new NoiseConditionalScore(
            device,
            DigitTraining.Scores(
                settings,
                NoiseLevelSampler.Levels(FirstLevel, LastLevel, Steps),
                new AdamSettings(settings.LearningRate),
                split.Training.Pixels),
            settings.Seed);
        start = discrepancy = Judge()[0].Value;
    }

    public IReadOnlyList<IStateful> Parts => [scores];

    public string Status => $"MMD² {NumberText.Fixed(discrepancy, 4)}";

    public void Step() => scores.Step(split.Training.Pixels);

    public IReadOnlyList<Metric> Measure()
    {
        IReadOnlyList<Metric> metrics = Judge();
        discrepancy = metrics[0].Value;
        return double.IsFinite(discrepancy)
            ? [.. metrics, new("sigma", double.NaN)]
            : throw new RunFailedException("the samples are no longer finite", (int)scores.Steps);
    }

    public IReadOnlyList<RunFile> LiveFiles() => [DigitImages.Sheet(Samples)];

    public TrainingResult Finish()
    {
        double[] samples = Samples(settings.TestSamples);
        return new(measures.Final(samples), RunSamples.File(SamplerTraining.SamplesFile, samples, DigitImages.Dimension));
    }

    public bool HasDiverged() => Judge()[0].Value > start;

    private IReadOnlyList<Metric> Judge() => measures.Measure(Samples(SamplerTraining.CurveOf(settings.TestSamples)));

    private double[] Samples(int count)
    {
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.TestData, 1);
        double[] samples = [.. Enumerable.Range(0, count * DigitImages.Dimension).Select(_ => FirstLevel * stream.NextNormal())];
        NoiseLevelSampler.Move(
            settings.Sampler,
            (points, sigma, at) => scores.Score(points, sigma, at),
            (FirstLevel, LastLevel),
            Steps,
            samples,
            stream);
        return samples;
    }
}
