using Stein.Engine.Kernels;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Stein.Engine.Thinning;
using Xunit;

namespace Stein.Engine.Tests.Thinning;

public class SteinThinningTests
{
    private const int Count = 700;
    private const int Dimension = 3;

    private static readonly double[] Samples = new Draw(1).Normal(Count * Dimension);
    private static readonly double[] Scores = [.. new Draw(2).Normal(Count * Dimension, 0.1).Zip(Samples, (noise, x) => noise - x)];

    /// <summary>All kernels with a Stein kernel.</summary>
    public static TheoryData<string> Kernels => [.. RadialKernels.NamesWith(KernelSmoothness.SteinKernel)];

    /// <summary>Rows 1 and 8 are equal, and the values are those of an independent implementation.</summary>
    [Fact]
    public void A_tie_goes_to_the_first_row()
    {
        double[] samples = [0.2, 0.1, 3, 3, -1, 0.5, 0.9, -0.8, -0.4, -1.3, 1.6, 0.7, -2.2, -0.3, 0.2, 0.1];
        var thinning = new SteinThinning(samples, [.. samples.Select(x => -x)], 2, new() { IsStandardised = false });
        ThinnedSamples thinned = thinning.Select(5);
        Assert.Equal([0, 2, 3, 4, 5], thinned.Rows);
        Checks.Close(
            "KSD", [1.4317821063, 1.0516713552, 0.7932065439, 0.6838014781, 0.6002328484], [.. thinned.Discrepancies], _ => 1e-10);
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void The_Stein_kernel_is_the_operator_applied_to_the_kernel(string kernel)
    {
        foreach (PreconditionerRule rule in Enum.GetValues<PreconditionerRule>())
        {
            var thinning = new SteinThinning(Samples, Scores, Dimension, new() { Kernel = kernel, Preconditioner = rule });
            double[] x = Row(thinning, Samples, 3, isScore: false), y = Row(thinning, Samples, 8, isScore: false);
            double[] s = Row(thinning, Scores, 3, isScore: true), t = Row(thinning, Scores, 8, isScore: true);
            double expected = s.Zip(t, (a, b) => a * b).Sum() * Base(x, y);
            for (int d = 0; d < Dimension; d++)
            {
                // Central differences with an error of h².
                const double H = 1e-4;
                double[] above = Moved(x, d, H), below = Moved(x, d, -H), right = Moved(y, d, H), left = Moved(y, d, -H);
                expected += s[d] * (Base(x, right) - Base(x, left)) / (2 * H);
                expected += t[d] * (Base(above, y) - Base(below, y)) / (2 * H);
                expected += (Base(above, right) - Base(above, left) - Base(below, right) + Base(below, left)) / (4 * H * H);
            }

            Checks.Close($"{kernel}, {rule}", [expected], [thinning.Kernel(3, 8)], _ => 1e-6 * (1 + Math.Abs(expected)));

            double Base(double[] a, double[] b)
            {
                double square = 0;
                for (int i = 0; i < Dimension; i++)
                {
                    for (int j = 0; j < Dimension; j++)
                        square += (a[i] - b[i]) * thinning.PrecisionMatrix[(i * Dimension) + j] * (a[j] - b[j]);
                }

                return RadialKernels.Visit(kernel, new ProfileValue(square));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Each_step_takes_the_sample_with_the_least_discrepancy(string kernel)
    {
        double[] samples = Samples[..(60 * Dimension)], scores = Scores[..(60 * Dimension)];
        var thinning = new SteinThinning(
            samples, scores, Dimension, new() { Kernel = kernel, Preconditioner = PreconditionerRule.SampleCovariance });
        ThinnedSamples thinned = thinning.Select(12);
        for (int m = 0; m < 12; m++)
        {
            int[] before = [.. thinned.Rows.Take(m)];
            int best = Enumerable.Range(0, 60).MinBy(row => thinning.Discrepancy([.. before, row]));
            Assert.Equal(best, thinned.Rows[m]);
            double expected = thinning.Discrepancy([.. before, best]);
            Checks.Close("KSD", [expected], [thinned.Discrepancies[m]], _ => 1e-10 * thinned.Discrepancies[0]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    [InlineData(30)]
    public void Each_step_takes_the_sample_with_the_least_sum_of_both_distances(double weight)
    {
        double[] samples = Samples[..(60 * Dimension)], scores = Scores[..(60 * Dimension)];
        var thinning = new SteinThinning(
            samples, scores, Dimension, new() { Preconditioner = PreconditionerRule.SampleCovariance, MmdWeight = weight });
        double trace = Enumerable.Range(0, Dimension).Sum(d => thinning.PrecisionMatrix[d * (Dimension + 1)]);
        MeanEmbedding all = thinning.Embed([.. Enumerable.Range(0, 60)]);
        ThinnedSamples thinned = thinning.Select(12);
        for (int m = 0; m < 12; m++)
        {
            int[] before = [.. thinned.Rows.Take(m)];
            Assert.Equal(
                Enumerable.Range(0, 60).MinBy(row =>
                    Math.Pow(thinning.Discrepancy([.. before, row]), 2)
                    + (weight * trace * Math.Pow(all.Discrepancy([.. before, row]), 2))),
                thinned.Rows[m]);
            double expected = thinning.Discrepancy([.. thinned.Rows.Take(m + 1)]);
            Checks.Close("KSD", [expected], [thinned.Discrepancies[m]], _ => 1e-10 * thinned.Discrepancies[0]);
        }
    }

    [Fact]
    public void The_order_of_the_samples_does_not_matter()
    {
        int[] order = new Draw(3).Permutation(Count);
        foreach (PreconditionerRule rule in Enum.GetValues<PreconditionerRule>())
        {
            var settings = new ThinningSettings { Preconditioner = rule };
            ThinnedSamples plain = new SteinThinning(Samples, Scores, Dimension, settings).Select(30);
            ThinnedSamples shuffled = new SteinThinning(Reordered(Samples), Reordered(Scores), Dimension, settings).Select(30);
            Assert.Equal(plain.Rows, shuffled.Rows.Select(row => order[row]));
        }

        double[] Reordered(double[] values) => [.. order.SelectMany(row => values[(row * Dimension)..((row + 1) * Dimension)])];
    }

    [Fact]
    public void Units_and_origin_do_not_matter_to_standardised_samples()
    {
        double[] units = [1e-6, 1, 1e6];
        double[] moved = [.. Samples.Select((x, i) => units[i % Dimension] * (x + 1))];
        double[] scores = [.. Scores.Select((score, i) => score / units[i % Dimension])];
        ThinnedSamples expected = new SteinThinning(Samples, Scores, Dimension).Select(30);
        ThinnedSamples actual = new SteinThinning(moved, scores, Dimension).Select(30);
        Assert.Equal(expected.Rows, actual.Rows);
        Checks.CloseInMaximum("KSD", [.. expected.Discrepancies], [.. actual.Discrepancies], 1e-9);
    }

    /// <summary>Enough samples that they are divided among all cores.</summary>
    [Fact]
    public void Copies_of_the_samples_change_nothing_and_bits_do_not_depend_on_the_place()
    {
        const int Copies = 20;
        double[] samples = [.. Enumerable.Repeat(Samples, Copies).SelectMany(copy => copy)];
        double[] scores = [.. Enumerable.Repeat(Scores, Copies).SelectMany(copy => copy)];
        var settings = new ThinningSettings { IsStandardised = false, Length = 0.7 };
        ThinnedSamples once = new SteinThinning(Samples, Scores, Dimension, settings).Select(50);
        ThinnedSamples often = new SteinThinning(samples, scores, Dimension, settings).Select(50);
        Assert.Equal(once.Rows, often.Rows);
        Assert.Equal(once.Discrepancies, often.Discrepancies);
    }

    [Fact]
    public void A_length_is_that_of_the_kernel()
    {
        var settings = new ThinningSettings { IsStandardised = false };
        ThinnedSamples half = new SteinThinning(Samples, Scores, Dimension, settings with { Length = 0.5 }).Select(20);
        double[] twice = [.. Samples.Select(x => 2 * x)], scores = [.. Scores.Select(score => score / 2)];
        ThinnedSamples one = new SteinThinning(twice, scores, Dimension, settings with { Length = 1 }).Select(20);
        Assert.Equal(half.Rows, one.Rows);
        Checks.CloseInMaximum("KSD", [.. half.Discrepancies], [.. one.Discrepancies.Select(value => 2 * value)], 1e-12);
    }

    [Fact]
    public void A_biased_sample_is_corrected()
    {
        // A shifted sample, thinned to its target at the origin.
        double[] samples = [.. Samples.Select(x => x + 0.7)], scores = [.. samples.Select(x => -x)];
        var thinning = new SteinThinning(samples, scores, Dimension);
        ThinnedSamples thinned = thinning.Select(50);
        double mean = thinned.Rows.Average(row => samples[row * Dimension]);
        Assert.InRange(mean, -0.15, 0.15);
        Assert.True(thinned.Discrepancies[^1] < 0.5 * thinning.Discrepancy([.. Enumerable.Range(0, 50)]));
    }

    [Fact]
    public void The_mean_discrepancy_is_that_of_the_kernel_matrix()
    {
        var thinning = new SteinThinning(Samples, Scores, Dimension, new() { IsStandardised = false, Length = 1.3 });
        int[] reference = [.. Enumerable.Range(0, 40)], set = [3, 50, 61, 3];
        double[] weights = [0.1, 0.2, 0.3, 0.4];
        MeanEmbedding embedding = thinning.Embed(reference);
        Assert.Equal(Expected([0.25, 0.25, 0.25, 0.25]), embedding.Discrepancy(set), 1e-12);
        Assert.Equal(Expected(weights), embedding.Discrepancy(set, weights), 1e-12);
        Assert.Equal(0, embedding.Discrepancy(reference), 1e-7);

        double Expected(double[] w)
        {
            (int Row, double Weight)[] all = [.. set.Zip(w), .. reference.Select(row => (row, -1.0 / reference.Length))];
            double sum = 0;
            foreach ((int i, double wi) in all)
            {
                foreach ((int j, double wj) in all)
                {
                    double square = 0;
                    for (int d = 0; d < Dimension; d++)
                        square += Math.Pow((Samples[(i * Dimension) + d] - Samples[(j * Dimension) + d]) / 1.3, 2);
                    sum += wi * wj / Math.Sqrt(1 + square);
                }
            }

            return Math.Sqrt(sum);
        }
    }

    [Fact]
    public void Of_many_samples_those_evenly_spaced_stand_for_all()
    {
        const int Many = 2 * MeanEmbedding.MaxReference;
        double[] samples = new Draw(4).Normal(Many);
        var points = KernelPoints.Create(
            InverseMultiquadricKernel.Name, samples, new double[Many], 1, Preconditioner.Of(new() { Length = 1 }, samples, 1));
        double[] means = MeanEmbedding.OfEvenlySpaced(points).Means();
        Assert.Equal(Many, means.Length);
        foreach (int row in (int[])[0, 1, Many - 1])
        {
            double expected = Enumerable.Range(0, MeanEmbedding.MaxReference)
                .Average(r => 1 / Math.Sqrt(1 + Math.Pow(samples[row] - samples[2 * r], 2)));
            Assert.Equal(expected, means[row], 1e-12);
        }
    }

    [Fact]
    public void What_cannot_be_thinned_is_refused()
    {
        Refused("4 coordinates and 2 of scores", () => new SteinThinning([1, 2, 3, 4], [1, 2], 2));
        Refused("Coordinate 1 of sample 1 is NaN", () => new SteinThinning([1, 2, 3, 4], [1, 2, 3, double.NaN], 2));
        Refused("0 samples are too few", () => new SteinThinning([], [], 2));
        Refused("Coordinate 2 is the same in all 2 samples", () => new SteinThinning([1, 2, 3, 2], [1, 2, 3, 4], 2));
        Refused("The weight of the MMD cannot be -1", () => new SteinThinning([1, 2], [1, 2], 1, new() { MmdWeight = -1 }));
        Refused("must be a positive finite number", () => new SteinThinning([1, 2, 3, 4], [1, 2, 3, 4], 2, new() { Length = 0 }));
        Refused("beyond double precision", () => new SteinThinning([1, 2, 3, 4], [1, 2, 3, 1e200], 2));
        Refused("beyond double precision", () => new SteinThinning([1, 2e180, 3, 4], [1, 2, 3, 4], 2, new() { IsStandardised = false }));
        Refused("The median of the distances between samples is 0", () => Thin(PreconditionerRule.Median));
        Refused("is singular", () => Thin(PreconditionerRule.SampleCovariance));
        Refused("needs 2 derivatives", () => new SteinThinning([1, 2], [1, 2], 1, new() { Kernel = LaplaceKernel.Name }));
        Refused("it must be at least 1", () => new SteinThinning([1, 2], [1, 2], 1).Select(0));

        static SteinThinning Thin(PreconditionerRule rule)
            => new(
                [1, 1, 1, 1, 1, 1, 1, 1, 2, 2], new double[10], 2, new() { Preconditioner = rule, IsStandardised = false });

        static void Refused(string message, Func<object?> action)
            => Assert.Contains(message, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
    }

    private static double[] Moved(double[] point, int coordinate, double by)
        => [.. point.Select((x, d) => d == coordinate ? x + by : x)];

    private static double[] Row(SteinThinning thinning, double[] values, int row, bool isScore)
        => [.. values.Skip(row * Dimension).Take(Dimension).Select((x, d) => isScore ? x * thinning.Scales[d] : x / thinning.Scales[d])];

    private sealed class ProfileValue(double square) : IRadialKernelVisitor<double>
    {
        public double Visit<TKernel>()
            where TKernel : struct, IRadialKernel
            => RadialKernel<TKernel>.At(new DoubleLane(square)).Value.Value;
    }
}
