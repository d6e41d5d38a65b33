using MathNet.Numerics.Statistics;
using Stein.Engine.Formulas;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>Samples and scores whose discrepancy is compared with that of others.</summary>
/// <param name="Samples">N×D, row-major.</param>
/// <param name="Scores">N×D, row-major.</param>
/// <param name="Chains">The order of the samples; null for independent ones.</param>
internal sealed record SteinSamples(double[] Samples, double[] Scores, int Dimension, ChainRows? Chains);

/// <summary>Which of two sets of samples has the smaller squared discrepancy, by one kernel.</summary>
/// <param name="First">The discrepancy of the first set; of a chain without what its autocorrelation adds.</param>
/// <param name="Second">That of the second.</param>
/// <param name="StandardError">Of the difference.</param>
internal sealed record SteinComparison(SteinKernel Kernel, double First, double Second, double StandardError)
{
    /// <summary>The first minus the second; below 0 if the first set is closer.</summary>
    public double Difference => First - Second;

    /// <summary>The ends of the interval that has 95 % for large N.</summary>
    public (double Low, double High) Interval => (Difference - (1.959964 * StandardError), Difference + (1.959964 * StandardError));

    /// <summary>Compares by each of several kernels.</summary>
    /// <remarks>
    /// <para>
    /// The variance of a U-statistic has a term of order 1/N, <c>4σ²/N</c> with σ² the long-run variance of the samples' contributions
    /// (Hoeffding, "A class of statistics with asymptotically normal distribution", Annals of Mathematical Statistics 19, 1948; for this
    /// discrepancy Liu, Lee and Jordan, ICML 2016, theorem 4.1), which vanishes under the model, and one of order 1/N², which is all
    /// that is left there and which the replicates of a test have. Both are added, so that the interval is too wide rather than too narrow.
    /// </para>
    /// <para>
    /// Of a chain whose correlations sum to τ, neighbours add <c>(τ − 1) E[u(x, x) − U]/N</c> to the U-statistic, which would make a slow
    /// sampler seem farther from the model; it is subtracted.
    /// </para>
    /// <para>
    /// Sets are independent of each other unless they are paired; then sample i of both belongs together, and the contributions and the
    /// replicates' weights are subtracted sample by sample.
    /// </para>
    /// </remarks>
    /// <param name="kernels">All of one profile.</param>
    /// <param name="isPaired">Both have the same number of samples, in the same chains.</param>
    /// <param name="replicates">B, at least 2.</param>
    /// <exception cref="ArgumentException">Samples, scores or kernels cannot be used.</exception>
    public static SteinComparison[] Compute(
        SteinSamples first,
        SteinSamples second,
        IReadOnlyList<SteinKernel> kernels,
        bool isPaired,
        int replicates,
        uint seed,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        Side one = Of(first, 0, null), other = Of(second, isPaired ? 0u : 1u, isPaired ? one.Flip : null);
        return
        [
            .. kernels.Select((kernel, index) =>
            {
                (Estimate a, Estimate b) = (one.Estimates[index], other.Estimates[index]);
                double variance = isPaired
                    ? Variance([.. a.Influence.Zip(b.Influence, (x, y) => x - y)], first.Chains)
                        + a.Replicates.Zip(b.Replicates, (x, y) => x - y).Variance()
                    : Variance(a.Influence, first.Chains) + a.Replicates.Variance()
                        + Variance(b.Influence, second.Chains) + b.Replicates.Variance();
                return new SteinComparison(kernel, a.Value, b.Value, Math.Sqrt(variance));
            }),
        ];

        Side Of(SteinSamples set, uint substream, double? flip)
        {
            var pairs = new SteinPairs(set.Samples, set.Scores, set.Dimension, kernels[0].Bandwidths[0]);
            var stream = new PhiloxStream(seed, StreamPurpose.Bootstrap, substream);
            SteinAutocorrelation[] autocorrelations = [];
            if (set.Chains is { } chains)
            {
                SteinPairSums[] plain = pairs.Compute(kernels, cancellation: cancellation);
                autocorrelations =
                [
                    .. plain.Select(sum => SteinAutocorrelation.Estimate(
                        set.Samples, set.Scores, set.Dimension, sum.Kernel, chains, sum.Value(PairStatistic.U), cancellation)),
                ];
                flip ??= autocorrelations.Min(autocorrelation => autocorrelation.FlipProbability(pairs.Samples));
            }

            ReplicateWeights weights = set.Chains is null
                ? ReplicateWeights.Multinomial(pairs.Samples, replicates, stream)
                : ReplicateWeights.MarkovSigns(set.Chains, replicates, flip!.Value, stream);
            SteinPairSums[] sums = pairs.Compute(kernels, weights, progress: progress, cancellation: cancellation);
            return new(
                [
                    .. sums.Select((sum, index) =>
                    {
                        double value = sum.Value(PairStatistic.U), time = 1, factor = 1;
                        if (set.Chains is not null)
                            (time, factor) = (autocorrelations[index].Time, autocorrelations[index].ReplicateFactor(flip!.Value));
                        double added = (time - 1) * (sum.Diagonal.Average() - value) / pairs.Samples;
                        return new Estimate(
                            value - added,
                            sum.Influence(),
                            [.. sum.Replicates(PairStatistic.U).Select(replicate => factor * replicate)]);
                    }),
                ],
                flip);
        }
    }

    /// <summary>Of twice the mean of contributions.</summary>
    private static double Variance(double[] influence, ChainRows? chains)
    {
        double time = chains is null ? 1 : EffectiveSampleSizes.AutocorrelationTime(influence, chains);
        return 4 * influence.Variance() * time / influence.Length;
    }

    private sealed record Estimate(double Value, double[] Influence, double[] Replicates);

    private sealed record Side(IReadOnlyList<Estimate> Estimates, double? Flip);
}
