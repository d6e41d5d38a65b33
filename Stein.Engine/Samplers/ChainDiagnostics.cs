using System.Buffers;
using Stein.Engine.Samples;

namespace Stein.Engine.Samplers;

/// <summary>Split-R̂ and effective sample sizes: whether Markov chains agree, and what their draws are worth.</summary>
/// <remarks>
/// They show whether the draws of <see cref="LangevinSampler"/> can be used as samples of its density.
/// Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner, "Rank-normalization, folding, and localization: an improved R̂", Bayesian
/// Analysis 16, 2021, sections 3.1 and 3.2, without rank normalisation. Each chain is split into halves, so that a drifting chain
/// disagrees with itself; if the number of draws is odd, the last one is dropped.
/// </remarks>
internal static class ChainDiagnostics
{
    /// <summary>The minimum number of draws per chain.</summary>
    public const int MinimumDraws = 8;

    /// <summary>
    /// Computes split-R̂ and the effective sample size of the mean of one coordinate. R̂ is the root of the ratio of the variance of all
    /// draws to that within the half-chains. It is near 1 if they agree; the usual limit is 1.01. Chains that never move give ∞ and 0.
    /// </summary>
    /// <param name="draws">C×M×D: the draws of the first chain, then those of the second, and so on.</param>
    /// <param name="chains">C, at least 1.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="coordinate">From 0 to D − 1.</param>
    /// <exception cref="ArgumentException">
    /// The numbers are not draws of that many chains, or there are fewer than <see cref="MinimumDraws"/> per chain.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">C or D is below 1, or there is no such coordinate.</exception>
    public static (double SplitRHat, double EffectiveSampleSize) Compute(
        ReadOnlySpan<double> draws, int chains, int dimension, int coordinate)
    {
        SampleMatrix.CheckAtLeast(chains, 1, "The number of chains", nameof(chains));
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        if (coordinate < 0 || coordinate >= dimension)
        {
            throw new ArgumentOutOfRangeException(
                nameof(coordinate), coordinate, $"There is no coordinate {coordinate}; pass one from 0 to {dimension - 1}.");
        }

        long perChain = draws.Length / ((long)chains * dimension);
        if (perChain * chains * dimension != draws.Length || perChain < MinimumDraws)
        {
            throw new ArgumentException(
                $"{draws.Length} numbers are not {chains} chains of draws in dimension {dimension}; pass {chains}×M×{dimension}, M at "
                + $"least {MinimumDraws}.",
                nameof(draws));
        }

        int length = (int)perChain / 2;

        // Long chains are diagnosed coordinate by coordinate: the buffer is used again.
        double[] halves = ArrayPool<double>.Shared.Rent(2 * chains * length);
        try
        {
            for (int half = 0; half < 2 * chains; half++)
            {
                int first = ((half / 2) * (int)perChain) + ((half % 2) * length);
                for (int i = 0; i < length; i++)
                    halves[(half * length) + i] = draws[((first + i) * dimension) + coordinate];
            }

            return ComputeHalves(halves, 2 * chains, length);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(halves);
        }
    }

    /// <param name="halves">Chains of that length, one after the other.</param>
    private static (double SplitRHat, double EffectiveSampleSize) ComputeHalves(double[] halves, int count, int length)
    {
        double[] means = new double[count];
        for (int half = 0; half < count; half++)
        {
            Span<double> draws = halves.AsSpan(half * length, length);
            double sum = 0;
            foreach (double draw in draws)
                sum += draw;
            means[half] = sum / length;
            foreach (ref double draw in draws)
                draw -= means[half];
        }

        double grand = means.Average();
        double between = means.Sum(mean => (mean - grand) * (mean - grand)) / (count - 1);

        double within = MeanAutocovariance(halves, count, length, 0) * length / (length - 1);
        if (!(within > 0))
            return (double.PositiveInfinity, 0);
        double total = (within * (length - 1) / length) + between;

        double time = -1;
        foreach ((_, _, double sum) in MonotonePairs(Correlation, length))
            time += 2 * sum;

        // Draws of antithetic chains may be worth more than independent ones; the source limits by how much.
        double all = (double)count * length;
        return (Math.Sqrt(total / within), all / Math.Max(time, 1 / Math.Log10(all)));

        double Correlation(int lag) => lag == 0 ? 1 : 1 - ((within - MeanAutocovariance(halves, count, length, lag)) / total);
    }

    /// <summary>
    /// Geyer's initial monotone sequence ("Practical Markov chain Monte Carlo", Statistical Science 7, 1992): the sum of the
    /// autocorrelations at lags 2t and 2t + 1 is positive and decreasing in t; an estimate that is not is noise. The sequence ends where a
    /// sum is not positive, and a pair whose sum is above the one before is scaled down to it.
    /// </summary>
    /// <param name="correlation">The autocorrelation at a lag from 0 to <paramref name="length"/> − 1.</param>
    public static IEnumerable<(double Even, double Odd, double Sum)> MonotonePairs(Func<int, double> correlation, int length)
    {
        double previous = double.PositiveInfinity;
        for (int lag = 0; lag + 1 < length; lag += 2)
        {
            double even = correlation(lag), odd = correlation(lag + 1);
            double pair = even + odd;
            if (!(pair > 0))
                yield break;
            double scale = pair > previous ? previous / pair : 1;
            previous = Math.Min(previous, pair);
            yield return (even * scale, odd * scale, previous);
        }
    }

    /// <summary>The mean over centred chains of <c>(1/n) Σ_i x_i x_{i+lag}</c>.</summary>
    private static double MeanAutocovariance(double[] chains, int count, int length, int lag)
    {
        double sum = 0;
        for (int chain = 0; chain < count; chain++)
        {
            ReadOnlySpan<double> draws = chains.AsSpan(chain * length, length);
            for (int i = lag; i < draws.Length; i++)
                sum += draws[i] * draws[i - lag];
        }

        return sum / count / length;
    }
}
