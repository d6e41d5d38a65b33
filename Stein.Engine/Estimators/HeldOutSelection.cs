using Stein.Engine.Devices;

namespace Stein.Engine.Estimators;

/// <summary>
/// Selects the regularisation of an estimator by the score-matching loss at samples held out: a part of the samples makes an estimate with
/// every candidate, the rest judge it, in the splits of <see cref="HeldOutSplit"/>; what is selected is used on all samples.
/// </summary>
/// <remarks>
/// Of the candidates whose loss is no more than a standard error above the least, the one that smooths most is selected (Hastie,
/// Tibshirani and Friedman, "The elements of statistical learning", 2009, section 7.10, with the error of the difference in place of that
/// of the loss). Losses at few samples have a heavy tail, since an estimate that follows its samples closely is wildly wrong where there
/// are none: without that allowance one of ten draws of 200 standard normal numbers selected a ridge whose relative error was 270.
/// </remarks>
/// <param name="Regularisation">The candidate selected.</param>
/// <param name="Candidates">All candidates, ascending.</param>
/// <param name="Losses">
/// The loss of each, see <see cref="ScoreEstimate.ScoreMatchingLosses"/>, the mean over all samples held out; +∞ where a split gave no
/// estimate.
/// </param>
public sealed record HeldOutSelection(double Regularisation, IReadOnlyList<double> Candidates, IReadOnlyList<double> Losses)
{
    /// <summary>Selects among <see cref="ScoreEstimator.Candidates"/> and <see cref="ScoreEstimator.DefaultRegularisation"/>.</summary>
    /// <param name="device">The device that estimates are computed on.</param>
    /// <param name="samples">K×D, row-major, K at least 10.</param>
    /// <param name="settings">Kernel and bandwidth; its regularisation is not used.</param>
    /// <param name="seed">Decides which samples are held out.</param>
    /// <param name="progress">Is told before every fit what share of them is done.</param>
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
        IReadOnlyList<HeldOutSplit> splits = HeldOutSplit.Of(samples, dimension, seed);
        int training = splits[0].Training.Length / dimension;
        double rule = estimator.DefaultRegularisation(training, dimension);
        IReadOnlyList<double> candidates = [.. estimator.Candidates(training, dimension).Append(rule).Distinct().Order()];
        int fits = 0;
        double[][] losses = [.. candidates.Select(candidate => splits.SelectMany(split => Losses(candidate, split)).ToArray())];
        int[] bySmoothness = [.. Enumerable.Range(0, candidates.Count)];
        if (estimator.IsSmootherWhenLarger)
            Array.Reverse(bySmoothness);
        int selected = bySmoothness[SmoothestOf([.. bySmoothness.Select(index => losses[index])])];
        if (!double.IsFinite(losses[selected].Average()))
        {
            throw new ScoreEstimationException(
                $"No {estimator.RegularisationName} from {candidates[0]} to {candidates[^1]} gives an estimate from these samples. "
                + "Give another bandwidth.");
        }

        return new(candidates[selected], candidates, [.. losses.Select(each => each.Average())]);

        double[] Losses(double candidate, HeldOutSplit split)
        {
            progress?.Report(fits++ / ((double)candidates.Count * splits.Count));
            try
            {
                double[] found = estimator.Fit(device, split.Training, dimension, settings with { Regularisation = candidate })
                    .ScoreMatchingLosses(split.Judges);
                if (double.IsFinite(found.Sum()))
                    return found;
            }
            catch (ScoreEstimationException)
            {
                // A candidate that gives no estimate has an infinite loss, and is not selected.
            }

            return [double.PositiveInfinity];
        }
    }

    /// <summary>
    /// The first of several estimates, from the smoothest on, whose mean loss is no more than a standard error of the difference above the
    /// least.
    /// </summary>
    /// <param name="losses">
    /// The losses of each estimate at the same samples; an estimate whose mean loss is not finite is not selected.
    /// </param>
    /// <returns>Its index; that of any if the mean of none is finite.</returns>
    internal static int SmoothestOf(IReadOnlyList<double[]> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        double[] means = [.. losses.Select(each => each.Average()).Select(mean => double.IsFinite(mean) ? mean : double.PositiveInfinity)];
        int least = Array.IndexOf(means, means.Min());
        return Enumerable.Range(0, losses.Count).First(index => index == least || (double.IsFinite(means[index]) && IsWithinError(index)));

        bool IsWithinError(int index)
        {
            double mean = means[index] - means[least];
            int count = losses[index].Length;
            double square = losses[index].Zip(losses[least], (loss, best) => loss - best - mean).Sum(deviation => deviation * deviation);
            return mean <= Math.Sqrt(square / count / (count - 1.0));
        }
    }
}
