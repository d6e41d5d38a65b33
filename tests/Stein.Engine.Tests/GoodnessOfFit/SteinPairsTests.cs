using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Tests.Golden;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

/// <summary>Sums of the Stein kernel over the pairs of samples, against independent values and sums over single pairs.</summary>
public class SteinPairsTests
{
    private static readonly double[] FiveSamples = [-1.2, 0.3, 0.5, -0.7, 0.1, 1.1, 2, 0.4, -0.6, -1.5];
    private static readonly double[] FiveScores = [.. FiveSamples.Select(x => -x)];

    public static TheoryData<string> Kernels => [.. RadialKernels.NamesWith(KernelSmoothness.SteinKernel)];

    public static TheoryData<string> Golden => GoldenCases.Names(KsdGoldenTests.Quantity);

    [Theory]
    [InlineData("rbf", 2.25, PairStatistic.V, 0.283239348012)]
    [InlineData("rbf", 2.25, PairStatistic.U, -0.603395259430)]
    [InlineData("imq", 2.25, PairStatistic.V, 0.168118261533)]
    [InlineData("imq", 2.25, PairStatistic.U, -0.525074395306)]
    [InlineData("imq", 3.6, PairStatistic.U, -0.524758978826)]
    public void Values_are_those_of_an_independent_program(string kernel, double square, PairStatistic statistic, double expected)
    {
        foreach (double unit in (double[])[1, 1e-6, 1e-140, 1e100])
        {
            SteinPairSums sums = Sums(Scaled(FiveSamples, unit), Scaled(FiveScores, 1 / unit), 2, kernel, Math.Sqrt(square) * unit);
            Checks.Close($"{kernel} in units of {unit}", [expected], [sums.Value(statistic) * unit * unit], _ => 1e-11);
        }
    }

    [Fact]
    public void Scores_of_another_mean_give_its_value()
    {
        double[] shifted = [.. FiveScores.Select((score, index) => score + (index % 2 == 0 ? 1 : 0))];
        Checks.Close(
            "imq, mean (1, 0)", [0.652466566564], [Sums(FiveSamples, shifted, 2, "imq", 1.5).Value(PairStatistic.V)], _ => 1e-11);
    }

    /// <summary>The golden cases have the published 1e−9 in the kernel, which is part of the bandwidth here.</summary>
    [Theory]
    [MemberData(nameof(Golden))]
    [Trait("Category", "Golden")]
    public void Values_are_the_authors(string name)
    {
        GoldenCase golden = GoldenCases.Get(KsdGoldenTests.Quantity, name);
        double[,] samples = golden.Inputs.Matrix("samples");
        double bandwidth = Math.Sqrt(Math.Pow(golden.Inputs.Scalar("bandwidth"), 2) + 1e-9);
        SteinPairSums sums = Sums(
            golden.Inputs.FlatMatrix("samples"), golden.Inputs.FlatMatrix("scores"), samples.GetLength(1), "rbf", bandwidth);
        Checks.Close("V", [golden.Expected.Scalar("ksd_V")], [sums.Value(PairStatistic.V)], _ => 1e-8);
        Checks.Close("U", [golden.Expected.Scalar("ksd_U")], [sums.Value(PairStatistic.U)], _ => 1e-8);
    }

    /// <summary>Sizes straddle lanes and tiles; every sum is compared with one over single pairs.</summary>
    [Theory]
    [MemberData(nameof(Kernels))]
    public void Sums_over_tiles_are_sums_over_pairs(string kernel)
    {
        foreach ((int count, int dimension) in (ReadOnlySpan<(int, int)>)[(2, 1), (63, 3), (64, 1), (65, 2), (257, 5), (330, 2)])
        {
            (double[] samples, double[] scores) = Data(count, dimension);
            SteinKernel[] kernels = [new(kernel, 0.7), new(kernel, [0.5, 1.1, 2])];
            ReplicateWeights weights = ReplicateWeights.Multinomial(count, 7, new PhiloxStream(1, StreamPurpose.Bootstrap));
            SteinPairSums[] all = new SteinPairs(samples, scores, dimension, 1.3)
                .Compute(kernels, weights, cancellation: TestContext.Current.CancellationToken);
            foreach (SteinPairSums sums in all)
            {
                double[,] pairs = RadialKernels.Visit(kernel, new Pairs(samples, scores, dimension, sums.Kernel));
                double[] before = new double[count], after = new double[count], forms = new double[7], diagonalForms = new double[7];
                for (int i = 0; i < count; i++)
                {
                    for (int j = 0; j < count; j++)
                    {
                        before[i] += j < i ? pairs[i, j] : 0;
                        after[i] += j > i ? pairs[i, j] : 0;
                        for (int b = 0; b < 7; b++)
                        {
                            double product = weights.Values[(7 * i) + b] * weights.Values[(7 * j) + b] * pairs[i, j];
                            (i == j ? diagonalForms : forms)[b] += product;
                        }
                    }
                }

                string what = $"{kernel} {count}×{dimension} ";
                Checks.CloseInMaximum(
                    what + "diagonal", [.. Enumerable.Range(0, count).Select(i => pairs[i, i])], sums.Diagonal, 1e-12);
                Checks.CloseInMaximum(what + "before", before, sums.Before, 1e-11);
                Checks.CloseInMaximum(what + "after", after, sums.After, 1e-11);
                Checks.CloseInMaximum(what + "forms", forms, sums.Forms, 1e-10);
                Checks.CloseInMaximum(what + "diagonal forms", diagonalForms, sums.DiagonalForms(), 1e-11);
                double[] cumulative = sums.Cumulative();
                Checks.Close("the last of the cumulative values", [sums.Value(PairStatistic.V)], [cumulative[^1]], _ => 1e-11);
                double[] first = samples[..(count / 2 * dimension)];
                if (count >= 4)
                {
                    SteinPairSums half = new SteinPairs(first, scores.AsSpan(0, first.Length).ToArray(), dimension, 1)
                        .Compute([sums.Kernel], cancellation: TestContext.Current.CancellationToken)[0];
                    Checks.Close("halfway", [half.Value(PairStatistic.V)], [cumulative[(count / 2) - 1]], _ => 1e-10);
                }
            }
        }
    }

    /// <summary>Reaches within a tile, across tiles and of all samples, and the products of kernels, not a multiple of four.</summary>
    [Theory]
    [InlineData(65, 1)]
    [InlineData(65, 64)]
    [InlineData(330, 30)]
    [InlineData(330, 270)]
    [InlineData(330, 1000)]
    public void Sums_within_reach_are_sums_over_pairs(int count, int reach)
    {
        (double[] samples, double[] scores) = Data(count, 2);
        SteinKernel[] kernels = [.. Enumerable.Range(0, 6).Select(power => new SteinKernel("imq", Math.ScaleB(0.2, power)))];
        ReplicateWeights weights = ReplicateWeights.Multinomial(count, 7, new PhiloxStream(1, StreamPurpose.Bootstrap));
        var pairs = new SteinPairs(samples, scores, 2, 1);
        var products = new double[6, 6];
        SteinPairSums[] alone = pairs.ComputeWithProducts(kernels, products, reach: reach);
        SteinPairSums[] all = pairs.Compute(
            kernels, weights, reach: reach, cancellation: TestContext.Current.CancellationToken);
        double[][] vectors = new double[6][];
        for (int k = 0; k < 6; k++)
        {
            double[,] terms = RadialKernels.Visit("imq", new Pairs(samples, scores, 2, kernels[k]));
            double[] before = new double[count], after = new double[count], forms = new double[7];
            var vector = new List<double>();
            for (int i = 0; i < count; i++)
            {
                for (int j = i + 1; j < Math.Min(count, i + 1 + reach); j++)
                {
                    vector.Add(terms[i, j]);
                    after[i] += terms[i, j];
                    before[j] += terms[i, j];
                    for (int b = 0; b < 7; b++)
                        forms[b] += 2 * weights.Values[(7 * i) + b] * weights.Values[(7 * j) + b] * terms[i, j];
                }
            }

            vectors[k] = [.. vector];
            Checks.CloseInMaximum("before", before, all[k].Before, 1e-11);
            Checks.CloseInMaximum("after", after, all[k].After, 1e-11);
            Checks.CloseInMaximum("forms", forms, all[k].Forms, 1e-10);
            Checks.Same("before alone", all[k].Before, alone[k].Before);
            Checks.Same("after alone", all[k].After, alone[k].After);
            for (int other = 0; other <= k; other++)
            {
                double expected = vectors[k].Zip(vectors[other], (x, y) => x * y).Sum();
                double length = Math.Sqrt(products[k, k] * products[other, other]);
                Checks.Close("product", [expected, expected], [products[k, other], products[other, k]], _ => 1e-12 * length);
            }
        }
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_number_of_threads()
    {
        (double[] samples, double[] scores) = Data(700, 3);
        SteinTest[] tests =
        [
            .. new int?[] { 1, 2, 3, null }.Select(threads => SteinTest.Compute(
                samples, scores, 3, [new("imq", 1), new("imq", 2)], ChainRows.Single(700), SteinReplicates.Chain, 31, 5, threads)),
        ];
        foreach (SteinTest test in tests)
        {
            for (int k = 0; k < 2; k++)
            {
                Checks.Same("before", tests[0].Kernels[k].Sums.Before, test.Kernels[k].Sums.Before);
                Checks.Same("replicates", [.. tests[0].Kernels[k].Replicates], [.. test.Kernels[k].Replicates]);
            }
        }
    }

    [Fact]
    public void Estimates_from_some_pairs_are_within_their_errors_of_the_whole()
    {
        (double[] samples, double[] scores) = Data(3000, 2, shift: 0.5);
        var kernel = new SteinKernel("imq", 1.5);
        double whole = Sums(samples, scores, 2, "imq", 1.5).Value(PairStatistic.U);
        SteinEstimate incomplete = SteinSubsets.Incomplete(
            samples, scores, 2, [kernel], 20, seed: 3, cancellation: TestContext.Current.CancellationToken)[0];
        Assert.InRange(Math.Abs(incomplete.Value - whole), 0, 4 * incomplete.StandardError);
        int[][] rows = [.. Enumerable.Range(0, 30).Select(block => Enumerable.Range(block * 100, 100).ToArray())];
        (SteinEstimate blocks, double[] values) = SteinSubsets.Blocks(
            samples, scores, 2, kernel, rows, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(30, values.Length);
        Assert.InRange(Math.Abs(blocks.Value - whole), 0, 4 * blocks.StandardError);
        Assert.InRange(incomplete.StandardError, 0.001 * whole, 0.5 * whole);

        // All pairs, each once: the whole statistic.
        SteinEstimate all = SteinSubsets.Incomplete(
            samples[..202], scores[..202], 2, [kernel], 50, seed: 3, cancellation: TestContext.Current.CancellationToken)[0];
        Checks.Close("all pairs", [Sums(samples[..202], scores[..202], 2, "imq", 1.5).Value(PairStatistic.U)], [all.Value], _ => 1e-12);
    }

    [Fact]
    public void Median_distance_is_the_lower_median_of_positive_distances()
    {
        // 3, 4, 5 and the equal pair, which does not count.
        Assert.Equal(4, MedianDistance.Of([0, 0, 3, 0, 0, 4, 0, 4], 2));
        Assert.Equal(4e-200, MedianDistance.Of([0, 0, 3e-200, 0, 0, 4e-200, 0, 4e-200], 2), 1e-214);
        Assert.Contains(
            "equal", Assert.Throws<ArgumentException>(() => MedianDistance.Of([1, 1, 1], 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Stein_identity_shows_temperature_sign_and_collapse()
    {
        double[] samples = new Draw(4).Normal(40_000);
        for (int i = 0; i < samples.Length; i += 2)
            samples[i] *= Math.Sqrt(2);
        for (int i = 1; i < samples.Length; i += 2)
            samples[i] = 10 + (0.1 * samples[i]);
        double[] scores = [.. samples.Select((x, index) => index % 2 == 0 ? -x : 10 - x)];
        (SteinIdentity[] coordinates, SteinIdentity mean) = SteinIdentity.Along(samples, scores, 2, null);
        Assert.InRange(2, coordinates[0].Interval.Low, coordinates[0].Interval.High);
        Assert.InRange(0.01, coordinates[1].Interval.Low, coordinates[1].Interval.High);
        Assert.InRange(1.005, mean.Interval.Low, mean.Interval.High);
        Assert.InRange(coordinates[0].StandardError, 0.01, 0.04);
        (SteinIdentity[] axes, double[] deviations) = SteinIdentity.AlongPrincipalAxes(samples, scores, 2, null);
        Checks.Close("axes", [coordinates[0].Ratio, coordinates[1].Ratio], [axes[0].Ratio, axes[1].Ratio], _ => 0.01);
        Checks.Close("deviations", [Math.Sqrt(2), 0.1], deviations, _ => 0.02);
        double[] negated = [.. scores.Select(score => -score)];
        Assert.Equal(-mean.Ratio, SteinIdentity.Along(samples, negated, 2, null).Mean.Ratio, 1e-12);
    }

    internal static double[] Scaled(double[] values, double factor) => [.. values.Select(value => factor * value)];

    private static SteinPairSums Sums(double[] samples, double[] scores, int dimension, string kernel, double bandwidth)
        => new SteinPairs(samples, scores, dimension, bandwidth).Compute([new SteinKernel(kernel, bandwidth)])[0];

    private static (double[] Samples, double[] Scores) Data(int count, int dimension, double shift = 0)
    {
        double[] samples = new Draw(2).Normal(count * dimension);
        return (samples, [.. samples.Select(x => shift - x)]);
    }

    private sealed record Pairs(double[] Samples, double[] Scores, int Dimension, SteinKernel Kernel) : IRadialKernelVisitor<double[,]>
    {
        public double[,] Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            int count = Samples.Length / Dimension;
            var pairs = new double[count, count];
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++)
                    pairs[i, j] = SteinTerm.Value<TKernel>(Samples, Scores, Dimension, Kernel, i, j);
            }

            return pairs;
        }
    }
}
