using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// Measures whether single precision is enough for an estimate: a few of the samples are estimated in both precisions and the scores
/// compared.
/// </summary>
/// <remarks>
/// <para>
/// The trial has at most <see cref="MaxSamples"/> samples, evenly spaced among all, with those farthest from the centre, which cost most
/// digits. Its bandwidth is that of all samples, and its regularisation the one that has the same effect with fewer samples
/// (<see cref="ScoreEstimator.ForFewer"/>), so that its equations are as ill-conditioned as those of all samples: range over bandwidth,
/// ridge, number of iterations, share of the eigenvalues and columns of different scale all enter, without a threshold for any of them.
/// Rounding errors of sums grow with the root of the number of samples, which <see cref="Growth"/> allows for.
/// </para>
/// <para>Takes a fraction of a second, whatever the number of samples.</para>
/// </remarks>
internal static class SinglePrecisionTrial
{
    /// <summary>The number of samples of a trial.</summary>
    public const int MaxSamples = 256;

    /// <summary>The number of the samples of a trial that are chosen because they are far from the centre.</summary>
    public const int Extremes = 16;

    /// <summary>The number of points at which a trial is evaluated beside its samples.</summary>
    public const int Points = 64;

    /// <summary>The largest error, relative to the largest score of a column, that single precision may have.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The factor by which the error of all samples is at most expected to exceed that of the trial.</summary>
    public static double Growth(int samples) => Margin * Math.Max(1, Math.Sqrt((double)samples / MaxSamples));

    private const double Margin = 3;

    /// <summary>Describes the problem if single precision is not enough; otherwise null.</summary>
    /// <param name="estimator">The estimator.</param>
    /// <param name="device">A device of single precision.</param>
    /// <param name="samples">K×D, row-major, K at least 2.</param>
    /// <param name="points">Where the estimate is to be evaluated; empty for the samples.</param>
    public static string? Problem(
        ScoreEstimator estimator,
        Device device,
        ReadOnlySpan<double> samples,
        int dimension,
        ScoreEstimatorSettings settings,
        ReadOnlySpan<double> points)
    {
        using Device exact = CpuDevices.CreateSimdDouble();
        SampleSet all = SampleSet.Create(exact, samples, dimension, settings.Bandwidth, estimator.BandwidthRule, settings.Weights);
        double regularisation =
            settings.Regularisation ?? estimator.DefaultRegularisation((int)Math.Round(all.TotalWeight), dimension);
        int[] rows = Choose(all.ScaledSamples, dimension, MaxSamples, Extremes);
        double[] few = SampleMatrix.Select(samples, dimension, rows);
        ReadOnlySpan<double> others = points.IsEmpty ? samples : points;
        double[] where = SampleMatrix.Select(others, dimension, Choose(all.Scale(others), dimension, Points, Extremes));
        ScoreEstimatorSettings fewer = settings with
        {
            Bandwidth = all.Bandwidth,
            Regularisation = estimator.ForFewer(regularisation, rows.Sum(all.Weight) / all.TotalWeight),
            Weights = settings.Weights is { } weights ? [.. rows.Select(row => weights[row])] : null,
        };
        double growth = Growth(all.Count);
        double error;
        try
        {
            ScoreEstimate expected = estimator.Fit(exact, few, dimension, fewer);
            ScoreEstimate found = estimator.Fit(device, few, dimension, fewer);
            error = growth * Math.Max(
                Error(expected.ScoresAtSamples(), found.ScoresAtSamples(), dimension),
                Error(expected.Scores(where), found.Scores(where), dimension));
            if (error <= Tolerance)
                error = Math.Max(error, growth * Error(expected.Divergences(where), found.Divergences(where), 1));
        }
        catch (ScoreEstimationException)
        {
            error = double.PositiveInfinity;
        }

        if (error <= Tolerance)
            return null;
        double range = 0;
        foreach (double value in all.ScaledSamples)
            range = Math.Max(range, Math.Abs(value) / Math.Sqrt(all.SquaredBandwidth));
        return $"single precision is not enough for {all.Count} samples that reach {range:G3} bandwidths from their centre with "
            + $"{estimator.RegularisationName} {regularisation:G6}: in a trial with {rows.Length} of them "
            + (double.IsFinite(error) ? $"the scores were wrong by {error / growth:E1} of the largest" : "there were no finite scores");
    }

    /// <summary>The largest error of a column relative to its largest number; +∞ if a number is not finite.</summary>
    public static double Error(ReadOnlySpan<double> expected, ReadOnlySpan<double> found, int dimension)
    {
        double worst = 0;
        for (int d = 0; d < dimension; d++)
        {
            double largest = 0, difference = 0;
            for (int i = d; i < expected.Length; i += dimension)
            {
                largest = Math.Max(largest, Math.Abs(expected[i]));
                difference = Math.Max(difference, Math.Abs(found[i] - expected[i]));
            }

            if (difference > 0 || double.IsNaN(difference))
                worst = Math.Max(worst, double.IsFinite(difference) ? difference / largest : double.PositiveInfinity);
        }

        return worst;
    }

    /// <summary>
    /// The indices of evenly spaced rows and of those with the largest absolute values of any column, in ascending order.
    /// </summary>
    private static int[] Choose(double[] scaled, int dimension, int count, int extremes)
    {
        int rows = scaled.Length / dimension;
        if (rows <= count)
            return [.. Enumerable.Range(0, rows)];
        var reach = new double[rows];
        for (int i = 0; i < scaled.Length; i++)
            reach[i / dimension] = Math.Max(reach[i / dimension], Math.Abs(scaled[i]));
        int spaced = count - extremes;
        return
        [
            .. SampleMatrix.EvenlySpaced(spaced, rows)
                .Union(Enumerable.Range(0, rows).OrderByDescending(row => reach[row]).Take(extremes)).Order(),
        ];
    }
}
