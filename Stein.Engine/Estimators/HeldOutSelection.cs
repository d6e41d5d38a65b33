using Stein.Engine.Devices;
using Stein.Engine.Samplers;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// Selects the regularisation of an estimator by its score-matching loss on held-out samples. In each split of
/// <see cref="HeldOutSplit"/> an estimate is computed from one part of the samples with every candidate, and its loss on the other
/// part. The value selected is meant for an estimate from all samples.
/// </summary>
/// <remarks>
/// Of the candidates whose loss exceeds the smallest loss by at most one standard error, the smoothest is selected (Hastie,
/// Tibshirani and Friedman, "The elements of statistical learning", 2009, section 7.10, with the error of the difference in place of that
/// of the loss). Losses on few samples have a heavy tail, since an estimate that follows its samples closely is very inaccurate where
/// there are none: without this allowance one of ten draws of 200 standard normal numbers selected a ridge whose relative error was 270.
/// Losses of equal samples are not independent, so the error is that of sums over them (cluster-robust).
/// <para>
/// With <see cref="HeldOutFolds.Blocks"/> a chain is worth few independent samples: the losses say less, their error is large, and the
/// smoothest of many candidates would be too smooth. There, of the candidates within half a standard error, the one nearest to the
/// estimator's own rule is selected; the error is that of sums over stretches of two autocorrelation times.
/// </para>
/// </remarks>
/// <param name="Regularisation">The selected candidate.</param>
/// <param name="Candidates">All candidates in ascending order.</param>
/// <param name="Losses">
/// The loss of each candidate, see <see cref="ScoreEstimate.ScoreMatchingLosses"/>: the mean over all held-out samples, by their
/// weights if they have any, or +∞ if there is no estimate for a split.
/// </param>
public sealed record HeldOutSelection(double Regularisation, IReadOnlyList<double> Candidates, IReadOnlyList<double> Losses)
{
    /// <summary>How many standard errors the loss may exceed the smallest if folds are blocks.</summary>
    private const double BlockErrors = 0.5;

    /// <summary>How the samples were divided: <see cref="HeldOutFolds.Blocks"/> or <see cref="HeldOutFolds.Random"/>.</summary>
    public HeldOutFolds Folds { get; private init; } = HeldOutFolds.Random;

    /// <summary>
    /// The integrated autocorrelation time of the samples in the order given, in samples; null if random folds were asked for, which do not
    /// depend on it. It may be long with random folds: samples that are sorted or in classes are no chain.
    /// </summary>
    public double? AutocorrelationTime { get; private init; }

    /// <summary>Selects among <see cref="ScoreEstimator.Candidates"/> and <see cref="ScoreEstimator.DefaultRegularisation"/>.</summary>
    /// <param name="device">The device on which estimates are computed.</param>
    /// <param name="samples">K×D, row-major, at least 10 of them different; for a chain in its order.</param>
    /// <param name="settings">The kernel and the bandwidth; the regularisation is ignored.</param>
    /// <param name="seed">Determines which samples are held out.</param>
    /// <param name="folds">How samples are divided.</param>
    /// <param name="progress">Receives the completed share of the fits before each fit.</param>
    /// <exception cref="ArgumentException">The samples or a setting cannot be used.</exception>
    /// <exception cref="ScoreEstimationException">No candidate gives an estimate.</exception>
    public static HeldOutSelection Choose(
        ScoreEstimator estimator,
        Device device,
        ReadOnlySpan<double> samples,
        int dimension,
        ScoreEstimatorSettings? settings = null,
        uint seed = 0,
        HeldOutFolds folds = HeldOutFolds.Random,
        IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(device);
        settings ??= new();
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        SampleMatrix.Rows(samples, dimension, nameof(samples), HeldOutSplit.MinSamples);
        if (settings.Weights is { } given)
            SampleWeights.Create(device, given, samples.Length / dimension);
        SampleOrder? order = folds == HeldOutFolds.Random ? null : SampleOrder.Measure(samples, dimension);
        bool areBlocks = folds == HeldOutFolds.Blocks || order is { IsChain: true };
        IReadOnlyList<HeldOutSplit> splits =
            HeldOutSplit.Create(samples, dimension, seed, areBlocks ? order!.AutocorrelationTime : null);
        int[] units = [.. splits.SelectMany(split => split.Units)];
        IReadOnlyList<double>? weights = settings.Weights;
        double meanWeight = weights is null ? 1 : splits.SelectMany(split => split.HeldOutRows).Average(row => weights[row]);
        int training = (int)Math.Round(splits[0].TrainingRows.Sum(row => weights?[row] ?? 1));
        double rule = estimator.DefaultRegularisation(training, dimension);
        IReadOnlyList<double> candidates = [.. estimator.Candidates(training, dimension).Append(rule).Distinct().Order()];
        int fits = 0;
        double[][] losses = [.. candidates.Select(candidate => splits.SelectMany(split => Losses(candidate, split)).ToArray())];
        int[] bySmoothness = [.. Enumerable.Range(0, candidates.Count)];
        if (estimator.IsSmootherWhenLarger)
            Array.Reverse(bySmoothness);
        double[][] ordered = [.. bySmoothness.Select(index => losses[index])];
        int selected = bySmoothness[areBlocks
            ? SelectNearest(ordered, units, Array.FindIndex(bySmoothness, index => candidates[index] == rule))
            : SelectSmoothest(ordered, units)];
        if (!double.IsFinite(losses[selected].Average()))
        {
            throw new ScoreEstimationException(
                $"No {estimator.RegularisationName} from {candidates[0]} to {candidates[^1]} gives an estimate from these samples. "
                + "Choose another bandwidth.");
        }

        return new(candidates[selected], candidates, [.. losses.Select(each => each.Average())])
        {
            Folds = areBlocks ? HeldOutFolds.Blocks : HeldOutFolds.Random,
            AutocorrelationTime = order?.AutocorrelationTime,
        };

        double[] Losses(double candidate, HeldOutSplit split)
        {
            progress?.Report(fits++ / ((double)candidates.Count * splits.Count));
            try
            {
                ScoreEstimatorSettings chosen = settings with
                {
                    Regularisation = candidate,
                    Weights = weights is null ? null : [.. split.TrainingRows.Select(row => weights[row])],
                };
                double[] found = estimator.Fit(device, split.Training, dimension, chosen).ScoreMatchingLosses(split.HeldOut);
                for (int i = 0; weights is not null && i < found.Length; i++)
                    found[i] *= weights[split.HeldOutRows[i]] / meanWeight;
                if (double.IsFinite(found.Sum()))
                    return found;
            }
            catch (ScoreEstimationException)
            {
                // A candidate without an estimate has an infinite loss, so it is not selected.
            }

            return [double.PositiveInfinity];
        }
    }

    /// <summary>
    /// The first of several estimates, ordered from the smoothest, whose mean loss exceeds the smallest mean loss by at most one standard
    /// error of the difference.
    /// </summary>
    /// <param name="losses">
    /// The losses of each estimate on the same samples; an estimate whose mean loss is not finite is not selected.
    /// </param>
    /// <param name="units">A number for each sample, the same for those that are not independent; null if all are independent.</param>
    /// <returns>The index of the estimate, or any index if no mean is finite.</returns>
    internal static int SelectSmoothest(IReadOnlyList<double[]> losses, IReadOnlyList<int>? units = null)
    {
        ArgumentNullException.ThrowIfNull(losses);
        return FirstWithin(1, Enumerable.Range(0, losses.Count), losses, units);
    }

    /// <summary>As <see cref="SelectSmoothest"/>, but the estimate nearest to one of them, within <see cref="BlockErrors"/>.</summary>
    private static int SelectNearest(double[][] losses, int[] units, int preferred)
        => FirstWithin(BlockErrors, Enumerable.Range(0, losses.Length).OrderBy(index => Math.Abs(index - preferred)), losses, units);

    private static int FirstWithin(
        double errors, IEnumerable<int> order, IReadOnlyList<double[]> losses, IReadOnlyList<int>? units)
    {
        double[] means = [.. losses.Select(each => each.Average()).Select(mean => double.IsFinite(mean) ? mean : double.PositiveInfinity)];
        int lowest = Array.IndexOf(means, means.Min());
        return order.First(index => index == lowest || (double.IsFinite(means[index]) && IsWithinErrors(index)));

        bool IsWithinErrors(int index)
        {
            double mean = means[index] - means[lowest];
            double count = losses[index].Length;
            IEnumerable<double> deviations = losses[index].Zip(losses[lowest], (loss, best) => loss - best - mean);
            double[] sums = units is null
                ? [.. deviations]
                : [.. deviations.Zip(units).GroupBy(pair => pair.Second, pair => pair.First).Select(unit => unit.Sum())];
            double square = sums.Sum(sum => sum * sum);
            return mean <= errors * Math.Sqrt(square / count * (sums.Length / count) / (sums.Length - 1.0));
        }
    }
}
