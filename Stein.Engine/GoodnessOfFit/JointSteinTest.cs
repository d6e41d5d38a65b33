using Stein.Engine.Formulas;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>The same N samples seen in some way: with noise, or along a direction.</summary>
/// <param name="Samples">N×D, row-major.</param>
/// <param name="Scores">Of the model seen in the same way (N×D, row-major).</param>
internal sealed record SteinView(double[] Samples, double[] Scores, int Dimension, SteinKernel Kernel);

/// <summary>
/// Goodness-of-fit tests of several views of the same samples, which share the weights of their replicates, so that sums and smallest
/// p-values of the views have replicates of their own.
/// </summary>
/// <param name="Views">The outcome of each view.</param>
/// <param name="SmallestPValue">That of the smallest p-value of the views; see <see cref="SteinTest"/>.</param>
/// <param name="Sum">The sum of the statistics.</param>
/// <param name="SumPValue">That of the sum.</param>
internal sealed record JointSteinTest(
    IReadOnlyList<SteinTestOfKernel> Views, double SmallestPValue, double Sum, double SumPValue)
{
    /// <summary>Tests each view and all together, O(N²(D + B)) for each.</summary>
    /// <param name="views">At least one, all of N samples.</param>
    /// <param name="chains">The order of the samples; null for independent ones.</param>
    /// <param name="replicates">B, at least 1.</param>
    /// <param name="stream">Of <see cref="StreamPurpose.Bootstrap"/>, for the replicates.</param>
    /// <exception cref="ArgumentException">Samples, scores or kernels cannot be used, or a statistic is not finite.</exception>
    public static JointSteinTest Compute(
        IReadOnlyList<SteinView> views,
        ChainRows? chains,
        int replicates,
        PhiloxStream stream,
        int? threads = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        int samples = views[0].Samples.Length / views[0].Dimension;
        SteinAutocorrelation[] autocorrelations = chains is null
            ? []
            : [.. views.Select(view => SteinAutocorrelation.Estimate(
                view.Samples,
                view.Scores,
                view.Dimension,
                view.Kernel,
                chains,
                Pairs(view).Compute([view.Kernel], threads: threads, cancellation: cancellation)[0].Value(PairStatistic.U),
                cancellation))];

        // The signs of all views are those of the view with the longest memory.
        double flip = chains is null ? 0.5 : autocorrelations.Min(view => view.FlipProbability(samples));
        ReplicateWeights weights = chains is null
            ? ReplicateWeights.Multinomial(samples, replicates, stream)
            : ReplicateWeights.MarkovSigns(chains, replicates, flip, stream);
        PairStatistic statistic = chains is null ? PairStatistic.U : PairStatistic.V;
        var outcomes = new SteinTestOfKernel[views.Count];
        for (int index = 0; index < outcomes.Length; index++)
        {
            SteinPairSums sums = Pairs(views[index]).Compute([views[index].Kernel], weights, threads, cancellation: cancellation)[0];
            double factor = chains is null ? 1 : autocorrelations[index].ReplicateFactor(flip);
            outcomes[index] = SteinTestOfKernel.Of(sums, statistic, factor);
            progress?.Report((index + 1.0) / outcomes.Length);
        }

        double[] sum =
        [
            outcomes.Sum(outcome => outcome.Statistic),
            .. Enumerable.Range(0, replicates).Select(index => outcomes.Sum(outcome => outcome.Replicates[index])),
        ];
        return new(outcomes, SteinTest.AggregatedPValueOf(outcomes), sum[0], SteinTest.PValues(sum)[0]);

        static SteinPairs Pairs(SteinView view) => new(view.Samples, view.Scores, view.Dimension, view.Kernel.Bandwidths[0]);
    }
}
