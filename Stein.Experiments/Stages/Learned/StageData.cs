using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Experiments.Generators.Digits;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreNetworks;

namespace Stein.Experiments.Stages.Learned;

/// <summary>How far samples are off, in three ways; 0 for none of them.</summary>
/// <param name="Weights">Of modes, rings, moons or digits.</param>
/// <param name="Detail">In the finest thing that the data have, in standard deviations of it.</param>
/// <param name="Whole">All of it.</param>
internal readonly record struct SampleErrors(double Weights, double Detail, double Whole);

/// <summary>Data whose scores with noise are learned, and by what samples are judged that are drawn by them.</summary>
internal abstract class StageData
{
    /// <summary>The density of <see cref="StageMixture"/> in the plane.</summary>
    public const string Mixture = "mixture";

    /// <summary>Images of handwritten digits, whose exact scores nobody knows.</summary>
    public const string Digits = "digits";

    private StageData(string name, int dimension, double[] training, double[] test)
        => (Sigma, Dimension, Training, Test) = (SigmaOf(name), dimension, training, test);

    /// <summary>The names of the data, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [Mixture, .. PlanarDensity.Names, Digits];

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>The standard deviation of the noise of some data where sampling starts and ends.</summary>
    public static (double First, double Last) SigmaOf(string name) => name switch
    {
        Mixture => (StageTrial.FirstSigma, StageTrial.LastSigma),
        Digits => (5, 0.05),
        _ => (10, 0.05),
    };

    /// <summary>See <see cref="SigmaOf"/>.</summary>
    public (double First, double Last) Sigma { get; }

    /// <summary>What scores are learned from (N×D).</summary>
    public double[] Training { get; }

    /// <summary>Other samples, at which scores are compared (M×D).</summary>
    public double[] Test { get; }

    /// <summary>The scores of the data with noise; null where they are not known.</summary>
    public abstract NoisyScore? Exact { get; }

    /// <summary>The data of a config.</summary>
    public static StageData Of(LearnedStagesSettings settings, Device device) => settings.Data switch
    {
        Mixture => new TwoModes(settings),
        Digits => new Images(settings, device, DigitSplit.Of(settings.Seed, classifierImages: 400)),
        _ => new Plane(settings, PlanarDensity.Find(settings.Data)),
    };

    /// <summary>How far samples (N×D) are off.</summary>
    public abstract SampleErrors Judge(double[] samples);

    /// <summary>
    /// The Wasserstein-2 distance of numbers to others, of which there may be more or fewer, in standard deviations of the others.
    /// </summary>
    private static double Distance(double[] values, double[] others)
    {
        Array.Sort(values);
        Array.Sort(others);
        return Math.Sqrt(values.Select((value, i)
            => Math.Pow(value - others[(int)((i + 0.5) / values.Length * others.Length)], 2)).Average()) / others.StandardDeviation();
    }

    private static PhiloxStream Stream(LearnedStagesSettings settings, StreamPurpose purpose) => new(settings.Seed, purpose);

    private sealed class TwoModes(LearnedStagesSettings settings) : StageData(
        Mixture, 2, Draw(settings, settings.TrainingSamples, StreamPurpose.TrainingData),
        Draw(settings, settings.TestSamples, StreamPurpose.TestData))
    {
        public override NoisyScore Exact => (points, sigma, scores) => StageMixture.Score(points, Dimension, sigma, scores);

        public override SampleErrors Judge(double[] samples) => new(
            Math.Abs(samples.Where((_, i) => i % Dimension == 0).Average(x => x < 0 ? 1.0 : 0) - StageMixture.Weight),
            StageTrial.DetailError([.. samples.Where((_, i) => i % Dimension == 1)]),
            StageTrial.SlicedDistance(samples, Test, Dimension, Stream(settings, StreamPurpose.Slices)));

        private static double[] Draw(LearnedStagesSettings settings, int count, StreamPurpose purpose)
            => StageMixture.Sample(Stream(settings, purpose), count, 2, sigma: 0);
    }

    private sealed class Plane(LearnedStagesSettings settings, GaussianMixture density) : StageData(
        settings.Data, PlanarDensity.Dimension,
        density.Sample(Stream(settings, StreamPurpose.TrainingData), settings.TrainingSamples),
        density.Sample(Stream(settings, StreamPurpose.TestData), settings.TestSamples))
    {
        public override NoisyScore Exact => (points, sigma, scores) => density.Smoothed(sigma).Score(points, scores);

        public override SampleErrors Judge(double[] samples) => new(
            NetworkTraining.ErrorOfWeights(settings.Data, samples),
            Distance(ToCentres(samples), ToCentres(Test)),
            StageTrial.SlicedDistance(samples, Test, Dimension, Stream(settings, StreamPurpose.Slices)));

        /// <summary>The distance of each point to the nearest mean: across a ring or a moon.</summary>
        private double[] ToCentres(double[] points) =>
        [
            .. points.Chunk(Dimension).Select(point => Enumerable.Range(0, density.Components)
                .Min(component => double.Hypot(point[0] - density.Mean(component)[0], point[1] - density.Mean(component)[1]))),
        ];
    }

    private sealed class Images(LearnedStagesSettings settings, Device device, DigitSplit split) : StageData(
        Digits, DigitImages.Dimension,
        split.Training.Pixels[..Math.Min(split.Training.Pixels.Length, settings.TrainingSamples * DigitImages.Dimension)],
        split.Test.Pixels)
    {
        private readonly DigitMeasures measures = new(device, split, settings.Seed, settings.ClassifierSteps);

        public override NoisyScore? Exact => null;

        /// <summary>Pixels far outside of 0 to 1 are brought nearer: means over samples would tell of a few of them alone.</summary>
        public override SampleErrors Judge(double[] samples)
        {
            const double Outside = 0.5;
            double[] near = [.. samples.Select(pixel => Math.Clamp(pixel, -Outside, 1 + Outside))];
            IReadOnlyList<Metric> found = measures.Measure(near);
            return new(
                Math.Log(DigitImages.Classes) - Value(DigitMeasures.LabelEntropy),
                Distance(Roughness(near), Roughness(Test)),
                Value(DigitMeasures.Frechet));

            double Value(Quantity quantity) => found.First(metric => metric.Name == quantity.Name).Value;
        }

        /// <summary>The root mean square of the differences of neighbouring pixels of each image.</summary>
        private static double[] Roughness(double[] pixels)
        {
            const int Side = DigitImages.Side;
            return [.. pixels.Chunk(DigitImages.Dimension).Select(image => Math.Sqrt(Enumerable.Range(0, image.Length).Average(place
                => (place % Side == Side - 1 ? 0 : Square(image[place + 1] - image[place]))
                    + (place < Side ? 0 : Square(image[place] - image[place - Side])))))];

            static double Square(double x) => x * x;
        }
    }
}
