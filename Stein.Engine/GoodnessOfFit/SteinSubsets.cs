using MathNet.Numerics.Statistics;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>An estimate of the squared discrepancy from some of the pairs, with its standard error.</summary>
/// <param name="Pairs">How many pairs it was made from.</param>
internal sealed record SteinEstimate(double Value, double StandardError, long Pairs);

/// <summary>Estimates of the U-statistic of many samples from some of their pairs.</summary>
internal static class SteinSubsets
{
    /// <summary>
    /// The incomplete U-statistic: in a random order of the samples, each is paired with the <paramref name="partners"/> that follow it
    /// (Blom, "Some properties of incomplete U-statistics", Biometrika 63, 1976). O(N·R·D) operations for R partners.
    /// </summary>
    /// <remarks>
    /// The standard error has two parts: <c>4ζ/N</c> with ζ the variance of a sample's mean over partners, less the noise of so few of
    /// them, and <c>σ²/(NR)</c> of the pairs.
    /// </remarks>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <param name="partners">R, from 1 to (N − 1)/2.</param>
    /// <param name="seed">Of the order.</param>
    /// <returns>An estimate for each kernel, all from the same pairs.</returns>
    public static SteinEstimate[] Incomplete(
        double[] samples,
        double[] scores,
        int dimension,
        IReadOnlyList<SteinKernel> kernels,
        int partners,
        uint seed,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        foreach (SteinKernel kernel in kernels)
            kernel.Check();
        int count = samples.Length / dimension;
        if (partners < 1 || partners > (count - 1) / 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(partners), partners, $"The number of partners of {count} samples must be from 1 to {(count - 1) / 2}.");
        }

        int[] order = [.. Enumerable.Range(0, count)];
        new PhiloxStream(seed, StreamPurpose.Slices).Shuffle(order);
        double[] ahead = new double[count], behind = new double[count];
        var estimates = new SteinEstimate[kernels.Count];
        foreach ((int k, SteinKernel kernel) in kernels.Index())
        {
            ahead.AsSpan().Clear();
            behind.AsSpan().Clear();
            var pairing = new Pairing(samples, scores, dimension, kernel, partners, order, ahead, behind, cancellation);
            estimates[k] = RadialKernels.Visit(kernel.Profile, pairing);
            progress?.Report((k + 1.0) / kernels.Count);
        }

        return estimates;
    }

    /// <summary>
    /// The mean of the U-statistics of blocks of samples, with the standard error of independent blocks (Zaremba, Gretton and Blaschko,
    /// "B-test: a non-parametric, low variance kernel two-sample test", NeurIPS 2013). O(N·S·D) operations for blocks of S.
    /// </summary>
    /// <param name="rows">The rows of each block, at least two blocks of at least two rows.</param>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <returns>The estimate, and the statistic of each block.</returns>
    public static (SteinEstimate Estimate, double[] Blocks) Blocks(
        double[] samples,
        double[] scores,
        int dimension,
        SteinKernel kernel,
        IReadOnlyList<int[]> rows,
        int? threads = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        var values = new double[rows.Count];
        for (int block = 0; block < values.Length; block++)
        {
            var pairs = new SteinPairs(
                SampleMatrix.Select(samples, dimension, rows[block]),
                SampleMatrix.Select(scores, dimension, rows[block]),
                dimension,
                kernel.Bandwidths[0]);
            values[block] = pairs.Compute([kernel], threads: threads, cancellation: cancellation)[0].Value(PairStatistic.U);
            progress?.Report((block + 1.0) / values.Length);
        }

        long count = rows.Sum(block => (long)block.Length * (block.Length - 1) / 2);
        return (new(values.Average(), Math.Sqrt(values.Variance() / values.Length), count), values);
    }

    private sealed record Pairing(
        double[] Samples,
        double[] Scores,
        int Dimension,
        SteinKernel Kernel,
        int Partners,
        int[] Order,
        double[] Ahead,
        double[] Behind,
        CancellationToken Cancellation)
        : IRadialKernelVisitor<SteinEstimate>
    {
        private const int Share = 1024;

        public SteinEstimate Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            int count = Order.Length;
            int shares = (count + Share - 1) / Share;
            var squares = new double[shares];
            Parallel.For(0, shares, new ParallelOptions { CancellationToken = Cancellation }, share =>
            {
                for (int i = share * Share; i < Math.Min((share + 1) * Share, count); i++)
                {
                    for (int r = 1; r <= Partners; r++)
                    {
                        double ahead1 = Term(i, (i + r) % count);
                        Ahead[i] += ahead1;
                        squares[share] += ahead1 * ahead1;
                        Behind[i] += Term(i, (i - r + count) % count);
                    }
                }
            });
            double pairs = (double)count * Partners;
            double mean = Ahead.Sum() / pairs;
            double variance = Math.Max(0, (squares.Sum() / pairs) - (mean * mean));
            double ofMeans = 0;
            for (int i = 0; i < count; i++)
            {
                double deviation = ((Ahead[i] + Behind[i]) / (2 * Partners)) - mean;
                ofMeans += deviation * deviation / (count - 1.0);
            }

            double noise = Math.Max(0, variance - ofMeans) / (2 * Partners);
            double ofSamples = Math.Max(0, ofMeans - noise);
            return new(mean, Math.Sqrt((4 * ofSamples / count) + (variance / pairs)), (long)pairs);

            double Term(int i, int j) => SteinTerm.Value<TKernel>(Samples, Scores, Dimension, Kernel, Order[i], Order[j]);
        }
    }
}
