using MathNet.Numerics.Statistics;
using Stein.Engine.Formulas;

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
    /// The variance of a U-statistic is <c>4ζ₁/N + 2ζ₂/N²</c> with ζ₁ the long-run variance of the samples' expected contributions and ζ₂
    /// that of the pair terms (Hoeffding, "A class of statistics with asymptotically normal distribution", Annals of Mathematical
    /// Statistics 19, 1948; for this discrepancy Liu, Lee and Jordan, ICML 2016, theorem 4.1). It is estimated by <c>4/N</c> times the
    /// long-run variance of the measured contributions, whose expectation is <c>4ζ₁/N + 4ζ₂/N²</c>: for samples of the model, where ζ₁
    /// is 0, the interval is too wide by √2 rather than too narrow.
    /// </para>
    /// <para>
    /// Of a chain whose correlations sum to τ, neighbours add <c>(τ − 1) E[u(x, x) − U]/N</c> to the U-statistic, which would make a slow
    /// sampler seem farther from the model; it is subtracted.
    /// </para>
    /// <para>
    /// Sets are independent of each other unless they are paired; then sample i of both belongs together, and the contributions are
    /// subtracted sample by sample.
    /// </para>
    /// </remarks>
    /// <param name="kernels">All of one profile.</param>
    /// <param name="isPaired">Both have the same number of samples, in the same chains.</param>
    /// <exception cref="ArgumentException">Samples, scores or kernels cannot be used.</exception>
    public static SteinComparison[] Compute(
        SteinSamples first,
        SteinSamples second,
        IReadOnlyList<SteinKernel> kernels,
        bool isPaired,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        Estimate[] ofFirst = Of(first), ofSecond = Of(second);
        return
        [
            .. kernels.Select((kernel, index) =>
            {
                (Estimate a, Estimate b) = (ofFirst[index], ofSecond[index]);
                double variance = isPaired
                    ? Variance([.. a.Influence.Zip(b.Influence, (x, y) => x - y)], first.Chains)
                    : Variance(a.Influence, first.Chains) + Variance(b.Influence, second.Chains);
                return new SteinComparison(kernel, a.Value, b.Value, Math.Sqrt(variance));
            }),
        ];

        Estimate[] Of(SteinSamples set)
        {
            var pairs = new SteinPairs(set.Samples, set.Scores, set.Dimension, kernels[0].Bandwidths[0]);
            return
            [
                .. pairs.Compute(kernels, progress: progress, cancellation: cancellation).Select(sum =>
                {
                    double value = sum.Value(PairStatistic.U);
                    double time = set.Chains is null
                        ? 1
                        : SteinAutocorrelation.Estimate(
                            set.Samples, set.Scores, set.Dimension, sum.Kernel, set.Chains, value, cancellation).Time;
                    double added = (time - 1) * (sum.Diagonal.Average() - value) / pairs.Samples;
                    return new Estimate(value - added, sum.Influence());
                }),
            ];
        }
    }

    /// <summary>Of twice the mean of contributions.</summary>
    private static double Variance(double[] influence, ChainRows? chains)
    {
        double time = chains is null ? 1 : EffectiveSampleSizes.AutocorrelationTime(influence, chains);
        return 4 * influence.Variance() * time / influence.Length;
    }

    private sealed record Estimate(double Value, double[] Influence);
}
