using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>
/// Invariances of every score estimator: moved, permuted, rotated and scaled samples give moved, permuted, rotated and scaled scores.
/// Also checks that divergences are those of the scores. In double precision unless stated otherwise.
/// </summary>
public sealed class InvarianceTests
{
    private const int Count = 19;
    private const int Dimension = 3;
    private const double Tolerance = 1e-8;

    private static readonly double[] Samples = Estimates.Samples(Count, Dimension);
    private static readonly double[] Points = Estimates.Samples(6, Dimension, seed: 2);

    /// <summary>The authors' released code is not invariant, because it uses the samples themselves in place of differences.</summary>
    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void Moved_samples_have_the_same_scores(string estimator, string kernel)
    {
        using Device device = Estimates.Double();
        double[] moved = Evaluate(device, estimator, kernel, [.. Samples.Select(Move)], [.. Points.Select(Move)]);
        Checks.CloseInMaximum(estimator, Evaluate(device, estimator, kernel, Samples, Points), moved, Tolerance);

        static double Move(double value, int index) => value + 7 + (3 * (index % Dimension));
    }

    /// <summary>A thousand standard deviations away, where plain single precision would leave three digits of a distance.</summary>
    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void Samples_far_from_the_origin_lose_no_digits_in_single_precision(string estimator, string kernel)
    {
        using Device device = DeviceCatalog.Create("simd");
        double[] expected = Evaluate(device, estimator, kernel, Samples, Points);
        double[] moved = Evaluate(
            device, estimator, kernel, [.. Samples.Select(value => value + 1024)], [.. Points.Select(value => value + 1024)]);

        // The mean differs in the last bits, and so do the centred samples; equations with a ridge of 1/2 amplify that.
        Checks.CloseInMaximum(estimator, expected, moved, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void The_order_of_the_samples_does_not_matter(string estimator, string kernel)
    {
        using Device device = Estimates.Double();
        int[] order = new Draw(3).Permutation(Count);
        double[] permuted = [.. order.SelectMany(row => Samples[(row * Dimension)..((row + 1) * Dimension)])];
        double[] expected = Evaluate(device, estimator, kernel, Samples, Points);
        Checks.CloseInMaximum(estimator, expected, Evaluate(device, estimator, kernel, permuted, Points), Tolerance);
    }

    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void Rotated_samples_have_rotated_scores(string estimator, string kernel)
    {
        using Device device = Estimates.Double();
        double[] expected = Rotate(Evaluate(device, estimator, kernel, Samples, Points));
        Checks.CloseInMaximum(estimator, expected, Evaluate(device, estimator, kernel, Rotate(Samples), Rotate(Points)), Tolerance);

        static double[] Rotate(double[] rows)
        {
            (double sine, double cosine) = Math.SinCos(0.7);
            var rotated = (double[])rows.Clone();
            for (int i = 0; i < rows.Length; i += Dimension)
            {
                rotated[i] = (cosine * rows[i]) - (sine * rows[i + 2]);
                rotated[i + 2] = (sine * rows[i]) + (cosine * rows[i + 2]);
            }

            return rotated;
        }
    }

    /// <summary>By their rules bandwidths scale with the unit, and regularisations are dimensionless.</summary>
    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void In_another_unit_scores_are_divided_by_it(string estimator, string kernel)
    {
        const double Unit = 1000;
        using Device device = Estimates.Double();
        double[] scaled = Evaluate(
            device,
            estimator,
            kernel,
            [.. Samples.Select(value => Unit * value)],
            [.. Points.Select(value => Unit * value)]);
        double[] expected = Evaluate(device, estimator, kernel, Samples, Points);
        Checks.CloseInMaximum(estimator, expected, [.. scaled.Select(score => Unit * score)], Tolerance);
    }

    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void Divergences_are_those_of_the_scores(string estimator, string kernel)
    {
        const double Step = 1e-4;
        using Device device = Estimates.Double();
        ScoreEstimate estimate = Estimates.Fit(device, estimator, kernel, Samples, Dimension);
        var differences = new double[Points.Length / Dimension];
        for (int d = 0; d < Dimension; d++)
        {
            // Central differences at two steps, extrapolated: an error of O(step⁴).
            double[] coarse = Slopes(d, Step);
            double[] fine = Slopes(d, Step / 2);
            for (int i = 0; i < differences.Length; i++)
                differences[i] += ((4 * fine[i]) - coarse[i]) / 3;
        }

        Checks.CloseInMaximum(estimator, differences, estimate.Divergences(Points), 1e-7);

        double[] Slopes(int d, double step)
        {
            double[] above = estimate.Scores(Moved(d, step));
            double[] below = estimate.Scores(Moved(d, -step));
            return [.. Enumerable.Range(0, differences.Length).Select(
                i => (above[(i * Dimension) + d] - below[(i * Dimension) + d]) / (2 * step))];
        }

        static double[] Moved(int d, double by) => [.. Points.Select((value, index) => index % Dimension == d ? value + by : value)];
    }

    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void More_points_than_a_block_are_evaluated_block_by_block(string estimator, string kernel)
    {
        using Device device = DeviceCatalog.Create("simd");
        ScoreEstimate estimate = Estimates.Fit(device, estimator, kernel, Samples, Dimension);
        int count = ScoreEstimate.BlockRows + 3;
        double[] points = Estimates.Samples(count, Dimension, seed: 4);
        double[] scores = estimate.Scores(points);
        double[] divergences = estimate.Divergences(points);
        foreach (int row in (int[])[0, ScoreEstimate.BlockRows - 1, ScoreEstimate.BlockRows, count - 1])
        {
            double[] point = points[(row * Dimension)..((row + 1) * Dimension)];
            Checks.CloseInMaximum("scores", estimate.Scores(point), scores.AsSpan(row * Dimension, Dimension), 1e-4);
            Checks.CloseInMaximum("divergence", estimate.Divergences(point), divergences.AsSpan(row, 1), 1e-3);
        }

        Assert.Empty(estimate.Scores([]));
    }

    private static double[] Evaluate(Device device, string estimator, string kernel, double[] samples, double[] points)
        => Estimates.Fit(device, estimator, kernel, samples, Dimension).Scores(points);
}
