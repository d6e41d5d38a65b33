using MathNet.Numerics.Statistics;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Samples;

namespace Stein.Engine.Thinning;

/// <summary>The symmetric positive definite matrix P (D×D) of a kernel <c>φ((x − y)ᵀ P (x − y))</c>.</summary>
internal sealed class Preconditioner
{
    /// <summary>Medians are taken of the distances between at most this many samples, evenly spaced over the rows.</summary>
    public const int MaxMedianSamples = 1000;

    private Preconditioner(double[] matrix, int dimension, CholeskyFactor? covariance)
    {
        Matrix = matrix;
        Covariance = covariance;
        for (int d = 0; d < dimension; d++)
            Trace += matrix[(d * dimension) + d];
    }

    /// <summary>The names of the rules in the order of <see cref="PreconditionerRule"/>, those of the package.</summary>
    public static IReadOnlyList<string> RuleNames { get; } = ["id", "med", "sclmed", "smpcov"];

    /// <summary>P (D×D, row-major).</summary>
    public double[] Matrix { get; }

    /// <summary>tr P.</summary>
    public double Trace { get; }

    /// <summary>The factor of <c>P⁻¹</c>; null where P is a multiple of the identity.</summary>
    public CholeskyFactor? Covariance { get; }

    /// <summary>λ of <c>P = λ I</c>, the first entry of any P.</summary>
    public double Scale => Matrix[0];

    /// <summary>The matrix that settings ask for.</summary>
    /// <param name="samples">N×D, row-major, finite.</param>
    /// <exception cref="ArgumentException">The rule does not give a positive definite matrix, or the length is not positive.</exception>
    public static Preconditioner Of(ThinningSettings settings, ReadOnlySpan<double> samples, int dimension)
    {
        if (settings.Length is { } length)
        {
            SampleMatrix.CheckPositive(length, "The length of the kernel", nameof(settings));
            return Isotropic(1 / (length * length), dimension, $"the length {length}");
        }

        int count = samples.Length / dimension;
        switch (settings.Preconditioner)
        {
            case PreconditionerRule.Identity:
                return Isotropic(1, dimension, "the rule id");
            case PreconditionerRule.Median:
            case PreconditionerRule.ScaledMedian:
                double median = MedianDistance(samples, dimension);
                bool isScaled = settings.Preconditioner == PreconditionerRule.ScaledMedian;
                double factor = isScaled ? Math.Log(Math.Min(MaxMedianSamples, count)) : 1;
                return Isotropic(factor / (median * median), dimension, $"the median {median} of the distances between samples");
            case PreconditionerRule.SampleCovariance:
                return InverseCovariance(samples, dimension);
            default:
                throw new ArgumentOutOfRangeException(
                    nameof(settings), settings.Preconditioner, $"The rule {settings.Preconditioner} of the preconditioner is unknown.");
        }
    }

    private static Preconditioner Isotropic(double scale, int dimension, string source)
    {
        if (!(scale > 0 && double.IsFinite(scale)))
        {
            throw new ArgumentException(
                $"No kernel follows from {source}: its square or the inverse of it is beyond double precision. Standardise the samples, "
                + "or give another length.");
        }

        var matrix = new double[dimension * dimension];
        for (int d = 0; d < dimension; d++)
            matrix[(d * dimension) + d] = scale;
        return new(matrix, dimension, null);
    }

    private static double MedianDistance(ReadOnlySpan<double> samples, int dimension)
    {
        int count = samples.Length / dimension;
        int[] rows = EvenlySpaced(count);
        if (rows.Length < 2)
            throw new ArgumentException("1 sample is too few for a median of distances; at least 2 are needed. Give a length.");
        var distances = new double[rows.Length * (rows.Length - 1) / 2];
        int pair = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < i; j++)
            {
                double sum = 0;
                for (int d = 0; d < dimension; d++)
                {
                    double difference = samples[(rows[i] * dimension) + d] - samples[(rows[j] * dimension) + d];
                    sum += difference * difference;
                }

                distances[pair++] = Math.Sqrt(sum);
            }
        }

        double median = ArrayStatistics.MedianInplace(distances);
        return median > 0
            ? median
            : throw new ArgumentException(
                "The median of the distances between samples is 0: most of them are the same. Use the rule id or smpcov, or a length.");
    }

    /// <summary>
    /// All rows, or <see cref="MaxMedianSamples"/> of them: multiples of (N − 1)/999 in double precision, rounded down, as NumPy computes
    /// them.
    /// </summary>
    private static int[] EvenlySpaced(int count)
    {
        if (count <= MaxMedianSamples)
            return [.. Enumerable.Range(0, count)];
        double step = (count - 1) / (double)(MaxMedianSamples - 1);
        return [.. Enumerable.Range(0, MaxMedianSamples).Select(i => i == MaxMedianSamples - 1 ? count - 1 : (int)(i * step))];
    }

    private static Preconditioner InverseCovariance(ReadOnlySpan<double> samples, int dimension)
    {
        int count = samples.Length / dimension;
        var mean = new double[dimension];
        for (int i = 0; i < samples.Length; i++)
            mean[i % dimension] += samples[i] / count;
        var covariance = new PaddedMatrix(dimension, dimension);
        for (int row = 0; row < count; row++)
        {
            ReadOnlySpan<double> sample = samples.Slice(row * dimension, dimension);
            for (int i = 0; i < dimension; i++)
            {
                Span<double> sums = covariance.Row(i);
                double deviation = sample[i] - mean[i];
                for (int j = 0; j <= i; j++)
                    sums[j] += deviation * (sample[j] - mean[j]);
            }
        }

        for (int i = 0; i < dimension; i++)
        {
            foreach (ref double entry in covariance.Row(i))
                entry /= count - 1;
        }

        if (count < 2 || CholeskyFactor.TryFactor(covariance) is not { } factor)
        {
            throw new ArgumentException(
                $"The covariance of {count} samples in {dimension} dimensions is singular and has no inverse: a coordinate is constant or "
                + "depends linearly on others, or there are too few samples. Leave out coordinates, or use another rule than smpcov.");
        }

        var inverse = new PaddedMatrix(dimension, dimension);
        for (int i = 0; i < dimension; i++)
        {
            inverse.Row(i).Clear();
            inverse.Row(i)[i] = 1;
        }

        factor.Solve(inverse);
        return new(inverse.ToArray(), dimension, factor);
    }
}
