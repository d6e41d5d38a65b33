using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Factorization;
using Stein.Engine.Devices;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Generators.Digits;

/// <summary>What images are judged by: a classifier, images that nobody learned from, and those that a generator learned from.</summary>
internal sealed class DigitMeasures
{
    public static readonly Quantity Frechet = new("fid", "FID*", 2);
    public static readonly Quantity Discrepancy = new("mmd", "MMD²", 4);
    public static readonly Quantity Inception = new("is", "IS*", 2);
    public static readonly Quantity LabelEntropy = new("label_entropy", "label entropy", 2);
    public static readonly Quantity Confidence = new("confidence", "confidence", 2);
    public static readonly Quantity Nearest = new("nearest", "nearest image", 2);
    public static readonly Quantity Accuracy = new("accuracy");

    public const string ExactPrefix = "exact_";

    /// <summary>h² of the kernel <c>exp(−‖x − y‖²/2h²)</c> of the MMD.</summary>
    private const double Variance = 3;

    private readonly Device device;
    private readonly DigitSplit split;
    private readonly DigitClassifier classifier;
    private readonly (Vector<double> Mean, Matrix<double> Covariance) reference;
    private readonly double referencePairs;

    /// <param name="device">Where kernels and the classifier are computed.</param>
    /// <param name="split">The images.</param>
    /// <param name="seed">Of the classifier.</param>
    /// <param name="steps">Of its training.</param>
    public DigitMeasures(Device device, DigitSplit split, uint seed, int steps = DigitClassifier.Steps)
    {
        (this.device, this.split) = (device, split);
        classifier = new DigitClassifier(device, split.Classifier, seed, steps);
        reference = Moments(classifier.Judge(split.Test.Pixels).Features);
        referencePairs = MeanKernel(split.Test.Pixels, split.Test.Pixels, isOneSample: true);
    }

    /// <summary>All that a table has of them.</summary>
    public static IReadOnlyList<Quantity> All { get; } = [Frechet, Discrepancy, Inception, LabelEntropy, Confidence, Nearest];

    /// <summary>What images (N×64, row-major) are like.</summary>
    public IReadOnlyList<Metric> Measure(double[] images)
    {
        DigitOpinions opinions = classifier.Judge(images);
        double[][] probabilities = [.. opinions.Probabilities.Chunk(DigitImages.Classes)];
        double[] mean = [.. Enumerable.Range(0, DigitImages.Classes).Select(k => probabilities.Average(row => row[k]))];
        double[] shares =
        [
            .. Enumerable.Range(0, DigitImages.Classes)
                .Select(k => probabilities.Count(row => Array.IndexOf(row, row.Max()) == k) / (double)probabilities.Length),
        ];
        return
        [
            Discrepancy.At(SquaredMeanDiscrepancy(images)),
            Frechet.At(Distance(Moments(opinions.Features), reference)),
            Inception.At(Math.Exp(Entropy(mean) - probabilities.Average(Entropy))),
            LabelEntropy.At(Entropy(shares)),
            Confidence.At(probabilities.Average(row => row.Max())),
            Nearest.At(MeanDistance(images)),
        ];
    }

    /// <summary>What a result has: of samples (N×64, row-major), of the images themselves, and of the classifier.</summary>
    public IReadOnlyList<Metric> Final(double[] samples) =>
    [
        .. Measure(samples),
        .. OfReal().Select(metric => metric with { Name = ExactPrefix + metric.Name }),
        OfClassifier(),
    ];

    /// <summary>
    /// The same of images that a generator learned from, as many as there are for testing; the nearest images are those to images for
    /// testing instead, which no generator has seen.
    /// </summary>
    private IReadOnlyList<Metric> OfReal()
    {
        double[] pixels = split.Training.Pixels[..Math.Min(split.Training.Pixels.Length, split.Test.Pixels.Length)];
        return [.. Measure(pixels).SkipLast(1), Nearest.At(MeanDistance(split.Test.Pixels))];
    }

    /// <summary>The share of the images for testing that the classifier knows.</summary>
    private Metric OfClassifier()
    {
        double[][] rows = [.. classifier.Judge(split.Test.Pixels).Probabilities.Chunk(DigitImages.Classes)];
        return Accuracy.At(rows.Zip(split.Test.Labels, (row, label) => Array.IndexOf(row, row.Max()) == label ? 1.0 : 0).Average());
    }

    /// <summary>
    /// The Fréchet distance of two normal densities, <c>‖μ − μ′‖² + tr(Σ + Σ′ − 2(Σ^½ Σ′ Σ^½)^½)</c> (Heusel et al., NeurIPS 2017).
    /// </summary>
    internal static double Distance(
        (Vector<double> Mean, Matrix<double> Covariance) one, (Vector<double> Mean, Matrix<double> Covariance) other)
    {
        Matrix<double> root = Root(one.Covariance);
        Vector<double> difference = one.Mean - other.Mean;
        return difference.DotProduct(difference)
            + (one.Covariance + other.Covariance - (2 * Root(root * other.Covariance * root))).Trace();

        static Matrix<double> Root(Matrix<double> matrix)
        {
            Evd<double> parts = ((matrix + matrix.Transpose()) / 2).Evd(Symmetricity.Symmetric);
            Vector<double> roots = parts.EigenValues.Map(value => Math.Sqrt(Math.Max(0, value.Real)));
            return parts.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(roots) * parts.EigenVectors.Transpose();
        }
    }

    internal static (Vector<double> Mean, Matrix<double> Covariance) Moments(double[] features, int dimension = DigitClassifier.Features)
    {
        Matrix<double> rows = Matrix<double>.Build.DenseOfRowMajor(features.Length / dimension, dimension, features);
        Vector<double> mean = rows.ColumnSums() / rows.RowCount;
        Matrix<double> centred = rows - Matrix<double>.Build.Dense(rows.RowCount, dimension, (_, d) => mean[d]);
        return (mean, centred.TransposeThisAndMultiply(centred) / (rows.RowCount - 1));
    }

    private static double Entropy(double[] shares) => shares.Sum(share => share > 0 ? -share * Math.Log(share) : 0);

    private double SquaredMeanDiscrepancy(double[] images)
        => MeanKernel(images, images, isOneSample: true) + referencePairs - (2 * MeanKernel(images, split.Test.Pixels, isOneSample: false));

    /// <summary>The mean of the kernel over pairs of images, in one sample over those of two different ones.</summary>
    private double MeanKernel(double[] one, double[] other, bool isOneSample)
    {
        double[] squares = SquaredDistances(one, other);
        int rows = one.Length / DigitImages.Dimension;
        double sum = squares.Sum(square => Math.Exp(-square / (2 * Variance)));
        return isOneSample ? (sum - rows) / (rows * (rows - 1.0)) : sum / squares.Length;
    }

    /// <summary>The mean distance of images to the nearest one that a generator learned from.</summary>
    private double MeanDistance(double[] images)
        => SquaredDistances(images, split.Training.Pixels).Chunk(split.Training.Count).Average(row => Math.Sqrt(row.Min()));

    private double[] SquaredDistances(double[] one, double[] other)
    {
        (int rows, int columns) = (one.Length / DigitImages.Dimension, other.Length / DigitImages.Dimension);
        DeviceMatrix distances = device.Allocate(rows, columns);
        device.SquaredDistances(
            distances, device.Upload(rows, DigitImages.Dimension, one), device.Upload(columns, DigitImages.Dimension, other));
        return device.Read(distances);
    }
}
