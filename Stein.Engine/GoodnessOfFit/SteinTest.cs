using Stein.Engine.Formulas;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>How the replicates of a <see cref="SteinTest"/> are made.</summary>
internal enum SteinReplicates
{
    /// <summary>Multinomial weights of the U-statistic: for independent samples.</summary>
    Independent,

    /// <summary>Signs of a Markov chain as weights of the V-statistic: for samples of chains, in their order.</summary>
    Chain,
}

/// <summary>
/// Goodness-of-fit tests by kernelised Stein discrepancies of several kernels: one for each, and one of all together.
/// </summary>
/// <param name="Kernels">The outcome of each kernel.</param>
/// <param name="AggregatedPValue">
/// That of the smallest p-value, by the same replicates: the share of replicates, the statistic among them, whose smallest p-value over the
/// kernels is as small. It is at most α with probability at most α, whatever the number of kernels; the test is KSDAgg with equal weights
/// (Schrab, Guedj and Gretton, "KSD aggregated goodness-of-fit test", NeurIPS 2022), its quantiles and its level from the same replicates.
/// </param>
/// <param name="FlipProbability">Of the signs; null for independent samples.</param>
/// <param name="Autocorrelation">Of the chains, by the first kernel; null for independent samples.</param>
internal sealed record SteinTest(
    IReadOnlyList<SteinTestOfKernel> Kernels,
    double AggregatedPValue,
    SteinReplicates Method,
    int Replicates,
    double? FlipProbability,
    SteinAutocorrelation? Autocorrelation)
{
    /// <summary>Computes the sums of all kernels and tests with each and with all.</summary>
    /// <param name="samples">N×D, row-major, N at least 2.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <param name="kernels">All of one profile; the first measures the chains' autocorrelation.</param>
    /// <param name="chains">The order of the samples.</param>
    /// <param name="replicates">B, at least 1.</param>
    /// <param name="seed">Of the replicates.</param>
    /// <param name="threads">See <see cref="SteinPairs.Compute"/>.</param>
    /// <param name="progress">See <see cref="SteinPairs.Compute"/>.</param>
    /// <exception cref="ArgumentException">Samples, scores or kernels cannot be used, or a statistic is not finite.</exception>
    public static SteinTest Compute(
        double[] samples,
        double[] scores,
        int dimension,
        IReadOnlyList<SteinKernel> kernels,
        ChainRows chains,
        SteinReplicates method,
        int replicates,
        uint seed,
        int? threads = null,
        IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        var pairs = new SteinPairs(samples, scores, dimension, kernels[0].Bandwidths[0]);
        var stream = new PhiloxStream(seed, StreamPurpose.Bootstrap);
        double? flip = null;
        SteinAutocorrelation? autocorrelation = null;
        if (method == SteinReplicates.Chain)
        {
            double discrepancy = pairs.Compute([kernels[0]], threads: threads, cancellation: cancellation)[0].Value(PairStatistic.U);
            autocorrelation = SteinAutocorrelation.Estimate(
                samples, scores, dimension, kernels[0], chains, discrepancy, cancellation);
            flip = autocorrelation.FlipProbability(chains.Samples);
        }

        ReplicateWeights weights = flip is { } probability
            ? ReplicateWeights.MarkovSigns(chains, replicates, probability, stream)
            : ReplicateWeights.Multinomial(pairs.Samples, replicates, stream);
        SteinPairSums[] sums = pairs.Compute(kernels, weights, threads, progress, cancellation: cancellation);
        double factor = autocorrelation?.ReplicateFactor(flip!.Value) ?? 1;
        PairStatistic statistic = method == SteinReplicates.Chain ? PairStatistic.V : PairStatistic.U;
        SteinTestOfKernel[] outcomes = [.. sums.Select(sum => SteinTestOfKernel.Of(sum, statistic, factor))];
        return new(
            outcomes,
            AggregatedPValueOf(outcomes),
            method,
            replicates,
            flip,
            autocorrelation);
    }

    /// <summary>The p-value of the smallest p-value of outcomes that have the same replicates; see <see cref="SteinTest"/>.</summary>
    public static double AggregatedPValueOf(IReadOnlyList<SteinTestOfKernel> outcomes)
    {
        double[][] pValues = [.. outcomes.Select(outcome => PValues([outcome.Statistic, .. outcome.Replicates]))];
        double[] smallest = [.. Enumerable.Range(0, pValues[0].Length).Select(index => pValues.Min(values => values[index]))];
        return (double)smallest.Count(value => value <= smallest[0]) / smallest.Length;
    }

    /// <summary>The share of numbers that are not below, for each of B + 1 numbers: <c>(1 + k)/(B + 1)</c>.</summary>
    public static double[] PValues(double[] values)
    {
        double[] sorted = [.. values.Order()];
        return Array.ConvertAll(values, value =>
        {
            // The first that is not below it.
            int index = Array.BinarySearch(sorted, value);
            while (index > 0 && sorted[index - 1] == value)
                index--;
            return (double)(sorted.Length - index) / sorted.Length;
        });
    }
}

/// <summary>The outcome of one kernel.</summary>
/// <param name="Statistic">U for independent samples, V for chains.</param>
/// <param name="PValue"><c>(1 + k)/(B + 1)</c>, k the number of replicates that are not below the statistic.</param>
/// <param name="Replicates">B numbers.</param>
internal sealed record SteinTestOfKernel(SteinPairSums Sums, double Statistic, double PValue, IReadOnlyList<double> Replicates)
{
    /// <summary>The statistic of sums, its replicates times a factor, and its p-value.</summary>
    /// <exception cref="ArgumentException">The statistic or a replicate is not finite.</exception>
    public static SteinTestOfKernel Of(SteinPairSums sums, PairStatistic statistic, double factor)
        => Of(sums, sums.Value(statistic), [.. sums.Replicates(statistic).Select(replicate => factor * replicate)]);

    /// <summary>
    /// The U-statistic of sums with replicates of independent signs. They have the statistic's own factor, since it is the replicate whose
    /// signs are all the same.
    /// </summary>
    /// <exception cref="ArgumentException">The statistic or a replicate is not finite.</exception>
    public static SteinTestOfKernel OfSigns(SteinPairSums sums)
        => Of(sums, PairStatistic.U, PairStatistic.U.Weight(sums.Samples) / PairStatistic.V.Weight(sums.Samples));

    /// <summary>The U-statistic of sums with those of samples of the model as replicates.</summary>
    /// <exception cref="ArgumentException">The statistic or a replicate is not finite.</exception>
    public static SteinTestOfKernel OfModel(SteinPairSums sums, double[] replicates)
        => Of(sums, sums.Value(PairStatistic.U), replicates);

    private static SteinTestOfKernel Of(SteinPairSums sums, double value, double[] replicates)
    {
        if (!double.IsFinite(value) || !Array.TrueForAll(replicates, double.IsFinite))
        {
            throw new ArgumentException(
                $"The discrepancy is {value}, which cannot be tested. The squares of samples and scores must not overflow.");
        }

        return new(sums, value, SteinTest.PValues([value, .. replicates])[0], replicates);
    }
}
