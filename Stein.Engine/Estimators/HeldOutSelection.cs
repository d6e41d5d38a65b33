using Stein.Engine.Devices;

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
/// </remarks>
/// <param name="Regularisation">The selected candidate.</param>
/// <param name="Candidates">All candidates in ascending order.</param>
/// <param name="Losses">
/// The loss of each candidate, see <see cref="ScoreEstimate.ScoreMatchingLosses"/>: the mean over all held-out samples, or +∞ if
/// there is no estimate for a split.
/// </param>
public sealed record HeldOutSelection(double Regularisation, IReadOnlyList<double> Candidates, IReadOnlyList<double> Losses)
{
    /// <summary>Selects among <see cref="ScoreEstimator.Candidates"/> and <see cref="ScoreEstimator.DefaultRegularisation"/>.</summary>
    /// <param name="device">The device on which estimates are computed.</param>
    /// <param name="samples">K×D, row-major, K at least 10.</param>
    /// <param name="settings">The kernel and the bandwidth; the regularisation is ignored.</param>
    /// <param name="seed">Determines which samples are held out.</param>
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
        IProgress<double>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(device);
        settings ??= new();
        IReadOnlyList<HeldOutSplit> splits = HeldOutSplit.Create(samples, dimension, seed);
        int training = splits[0].Training.Length / dimension;
        double rule = estimator.DefaultRegularisation(training, dimension);
        IReadOnlyList<double> candidates = [.. estimator.Candidates(training, dimension).Append(rule).Distinct().Order()];
        int fits = 0;
        double[][] losses = [.. candidates.Select(candidate => splits.SelectMany(split => Losses(candidate, split)).ToArray())];
        int[] bySmoothness = [.. Enumerable.Range(0, candidates.Count)];
        if (estimator.IsSmootherWhenLarger)
            Array.Reverse(bySmoothness);
        int selected = bySmoothness[SelectSmoothest([.. bySmoothness.Select(index => losses[index])])];
        if (!double.IsFinite(losses[selected].Average()))
        {
            throw new ScoreEstimationException(
                $"No {estimator.RegularisationName} from {candidates[0]} to {candidates[^1]} gives an estimate from these samples. "
                + "Choose another bandwidth.");
        }

        return new(candidates[selected], candidates, [.. losses.Select(each => each.Average())]);

        double[] Losses(double candidate, HeldOutSplit split)
        {
            progress?.Report(fits++ / ((double)candidates.Count * splits.Count));
            try
            {
                double[] found = estimator.Fit(device, split.Training, dimension, settings with { Regularisation = candidate })
                    .ScoreMatchingLosses(split.HeldOut);
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
    /// <returns>The index of the estimate, or any index if no mean is finite.</returns>
    internal static int SelectSmoothest(IReadOnlyList<double[]> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        double[] means = [.. losses.Select(each => each.Average()).Select(mean => double.IsFinite(mean) ? mean : double.PositiveInfinity)];
        int lowest = Array.IndexOf(means, means.Min());
        return Enumerable.Range(0, losses.Count).First(index => index == lowest || (double.IsFinite(means[index]) && IsWithinError(index)));

        bool IsWithinError(int index)
        {
            double mean = means[index] - means[lowest];
            int count = losses[index].Length;
            double square = losses[index].Zip(losses[lowest], (loss, best) => loss - best - mean).Sum(deviation => deviation * deviation);
            return mean <= Math.Sqrt(square / count / (count - 1.0));
        }
    }
}
