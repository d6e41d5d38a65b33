using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.Estimators;

/// <summary>
/// Selects the regularisation of an estimator by the score-matching loss at samples held out: a part of the samples makes an estimate with
/// every candidate, the rest judge it, and the best candidate is used on all of them.
/// </summary>
/// <param name="Regularisation">The candidate with the least loss; the first of several.</param>
/// <param name="Candidates">All candidates, ascending.</param>
/// <param name="Losses">The loss of each, see <see cref="ScoreEstimate.ScoreMatchingLoss"/>; +∞ where there was no estimate.</param>
public sealed record HeldOutSelection(double Regularisation, IReadOnlyList<double> Candidates, IReadOnlyList<double> Losses)
{
    /// <summary>One sample in so many is held out.</summary>
    public const int HeldOutEvery = 5;

    /// <summary>The fewest samples of which some can be held out.</summary>
    public const int FewestSamples = 10;

    /// <summary>Selects among <see cref="ScoreEstimator.Candidates"/>.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="device">Where products are computed.</param>
    /// <param name="samples">K×D, row-major, K at least <see cref="FewestSamples"/>.</param>
    /// <param name="dimension">D.</param>
    /// <param name="settings">Kernel and bandwidth; its regularisation is not used.</param>
    /// <param name="seed">Decides which samples are held out.</param>
    /// <exception cref="ArgumentException">The samples or a setting cannot be used.</exception>
    /// <exception cref="ScoreEstimationException">No candidate gives an estimate.</exception>
    public static HeldOutSelection Choose(
        ScoreEstimator estimator,
        Device device,
        ReadOnlySpan<double> samples,
        int dimension,
        ScoreEstimatorSettings? settings = null,
        uint seed = 0)
    {
        ArgumentNullException.ThrowIfNull(estimator);
        ArgumentNullException.ThrowIfNull(device);
        settings ??= new();
        Mixtures.SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = Mixtures.SampleMatrix.Rows(samples, dimension, nameof(samples), FewestSamples);
        int[] order = [.. Enumerable.Range(0, count)];
        new PhiloxStream(seed, StreamPurpose.HeldOut).Shuffle(order);
        int heldOut = count / HeldOutEvery;
        double[] judges = Rows(samples, dimension, order.AsSpan(0, heldOut));
        double[] training = Rows(samples, dimension, order.AsSpan(heldOut));
        IReadOnlyList<double> candidates = estimator.Candidates(count - heldOut, dimension);
        double[] losses = [.. candidates.Select(Loss)];
        int best = Array.IndexOf(losses, losses.Min());
        if (double.IsPositiveInfinity(losses[best]))
        {
            throw new ScoreEstimationException(
                $"No {estimator.RegularisationName} from {candidates[0]} to {candidates[^1]} gives an estimate from these samples. "
                + "Give another bandwidth.");
        }

        return new(candidates[best], candidates, losses);

        double Loss(double candidate)
        {
            try
            {
                ScoreEstimate estimate = estimator.Fit(device, training, dimension, settings with { Regularisation = candidate });
                double loss = estimate.ScoreMatchingLoss(judges);
                return double.IsNaN(loss) ? double.PositiveInfinity : loss;
            }
            catch (ScoreEstimationException)
            {
                return double.PositiveInfinity;
            }
        }
    }

    private static double[] Rows(ReadOnlySpan<double> samples, int dimension, ReadOnlySpan<int> rows)
    {
        var chosen = new double[rows.Length * dimension];
        for (int i = 0; i < rows.Length; i++)
            samples.Slice(rows[i] * dimension, dimension).CopyTo(chosen.AsSpan(i * dimension));
        return chosen;
    }
}
