using MathNet.Numerics.Statistics;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Which samples are no outliers by their Mahalanobis distances, with a centre and a scatter matrix that outliers do not move.
/// </summary>
/// <remarks>
/// <para>
/// The search starts from the half of the samples nearest to the median, each coordinate in units of its median absolute deviation. Then
/// centre and covariance are those of the samples kept, and all samples are kept whose squared distances from them are at most
/// <c>q½ + c (q¾ − q½)</c>, with the quartiles of the squared distances of all samples, until none comes or goes. This is the algorithm
/// BACON (N. Billor, A. S. Hadi and P. F. Velleman, Computational Statistics and Data Analysis 34, 2000) from its second start, with a
/// limit that supposes no density of the samples: neither the mean squared distance nor its spread is that of normal samples.
/// </para>
/// <para>
/// A covariance of all samples would hide a cluster of outliers: a share ε of them in one place has squared distances of at most
/// <c>1/ε</c>, less than the D of others. For an ICA model with sources of one symmetric density, the covariance of samples within a
/// distance is a multiple of that of all, so that whitening the samples kept leaves a rotation to be found, as whitening all does.
/// </para>
/// <para>
/// Fewer than a quarter of the samples may be outliers, and those near all medians are found only where their distance in units of the
/// covariance exceeds that of the others, of which the square is about D.
/// </para>
/// </remarks>
/// <param name="IsKept">Whether a sample is kept (N).</param>
/// <param name="SquaredDistances">Squared Mahalanobis distances (N), by mean and covariance of the samples kept.</param>
/// <param name="Median">The median of the squared distances of all samples.</param>
/// <param name="Limit">The squared distance up to which samples are kept.</param>
/// <param name="Iterations">Covariance matrices computed.</param>
internal sealed record TrimmedSamples(bool[] IsKept, double[] SquaredDistances, double Median, double Limit, int Iterations)
{
    /// <summary>The number of samples kept.</summary>
    public int Count => IsKept.Count(isKept => isKept);

    /// <summary>Finds the outliers.</summary>
    /// <param name="samples">N×D, row-major, N above 2D.</param>
    /// <param name="cutoff">c: how many times as far beyond the median as the upper quartile a squared distance may be.</param>
    /// <exception cref="ArgumentException">
    /// There are too few samples; at least half of the numbers in a column are the same; or the samples kept do not span all dimensions.
    /// </exception>
    public static TrimmedSamples Of(
        double[] samples, int dimension, double cutoff = 7, int maxIterations = 50, CancellationToken cancellation = default)
    {
        int n = samples.Length / dimension;
        if (n <= 2 * dimension)
        {
            throw new ArgumentException(
                $"{n} samples are too few to tell outliers in {dimension} dimensions; there must be more than {2 * dimension}.");
        }

        PaddedMatrix scaled = Standardise(samples, dimension);
        double[] distances = SquaredNorms(scaled);
        double limit = distances.Median();
        bool[] isKept = Array.ConvertAll(distances, distance => distance <= limit);
        PaddedMatrix centred = new(dimension, n), transposed = new(n, dimension);
        for (int iteration = 1; ; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            Whiten(scaled, isKept, centred, transposed);
            distances = SquaredNorms(scaled);
            double median = distances.Median();
            limit = median + (cutoff * (distances.UpperQuartile() - median));
            bool[] next = Array.ConvertAll(distances, distance => distance <= limit);
            bool isLast = iteration == maxIterations || next.AsSpan().SequenceEqual(isKept);
            isKept = next;
            if (isLast)
                return new(isKept, distances, median, limit, iteration);
        }
    }

    /// <summary>The samples kept, in their order.</summary>
    /// <param name="samples">N×D, row-major, those that were given.</param>
    public double[] Kept(double[] samples)
    {
        int dimension = samples.Length / IsKept.Length;
        var kept = new double[Count * dimension];
        int count = 0;
        for (int i = 0; i < IsKept.Length; i++)
        {
            if (IsKept[i])
                samples.AsSpan(i * dimension, dimension).CopyTo(kept.AsSpan(count++ * dimension));
        }

        return kept;
    }

    /// <summary>Each coordinate minus its median, in units of its median absolute deviation (D×N).</summary>
    private static PaddedMatrix Standardise(double[] samples, int dimension)
    {
        int n = samples.Length / dimension;
        var scaled = new PaddedMatrix(dimension, n);
        var values = new double[n];
        for (int d = 0; d < dimension; d++)
        {
            for (int i = 0; i < n; i++)
                values[i] = samples[(i * dimension) + d];
            double median = values.Median();
            double deviation = values.Select(value => Math.Abs(value - median)).Median();
            if (!(deviation > 0))
                throw new ArgumentException($"At least half of the numbers in column {d + 1} are {median}; leave the column out.");
            Span<double> row = scaled.Row(d);
            for (int i = 0; i < n; i++)
                row[i] = (values[i] - median) / deviation;
        }

        return scaled;
    }

    private static double[] SquaredNorms(PaddedMatrix samples)
    {
        var sums = new double[samples.Columns];
        for (int d = 0; d < samples.Rows; d++)
        {
            ReadOnlySpan<double> row = samples.Row(d);
            for (int i = 0; i < sums.Length; i++)
                sums[i] += row[i] * row[i];
        }

        return sums;
    }

    /// <summary>Maps all samples (D×N) so that those kept have mean 0 and covariance I.</summary>
    /// <param name="centred">D×N, for what is between.</param>
    /// <param name="transposed">N×D, for what is between.</param>
    private static void Whiten(PaddedMatrix samples, bool[] isKept, PaddedMatrix centred, PaddedMatrix transposed)
    {
        (int dimension, int n) = (samples.Rows, samples.Columns);
        int count = isKept.Count(value => value);
        for (int d = 0; d < dimension; d++)
        {
            Span<double> row = samples.Row(d), kept = centred.Row(d);
            double mean = 0;
            for (int i = 0; i < n; i++)
                mean += isKept[i] ? row[i] : 0;
            mean /= count;
            for (int i = 0; i < n; i++)
            {
                row[i] -= mean;
                kept[i] = isKept[i] ? row[i] : 0;
            }
        }

        var covariance = new PaddedMatrix(dimension, dimension);
        HostProduct.MultiplyRightTransposed(centred, centred, transposed, covariance);
        for (int d = 0; d < dimension; d++)
        {
            foreach (ref double entry in covariance.Row(d))
                entry /= count;
        }

        CholeskyFactor factor = CholeskyFactor.TryFactor(covariance)
            ?? throw new ArgumentException(
                $"The {count} samples that are no outliers lie in fewer than {dimension} dimensions; leave columns out that follow from "
                + "others.");
        factor.SolveLower(samples);
    }
}
