using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Published;

public sealed class PaperComparisonTests
{
    private static readonly OracleSpread Known =
        new(Dimension: 2, Draws: 2, MeanLogDeterminant: 2 * (1 + Math.Log(2)) - 3, StandardDeviation: 2);

    [Fact]
    public void Difference_and_error_have_the_values_of_the_formula()
    {
        // Mean oracle −3, gaps 1, 2, 3: ours −5; σ_g = 1; Var d = 4/5 + 1·(1/3 + 1/5).
        PaperComparison comparison = PaperComparison.OfMean(Summary.Of([1, 2, 3]), paper: -6, Known);
        double estimated = (1.0 / 3) + (1.0 / 5);
        double variance = 0.8 + estimated;
        Assert.Equal(1, comparison.Difference, 1e-12);
        Assert.Equal(Math.Sqrt(variance), comparison.StandardError, 1e-12);
        Assert.Equal(2 * variance * variance / (estimated * estimated), comparison.DegreesOfFreedom, 1e-9);
        Assert.Equal(Verdicts.Agrees, comparison.Verdict);
    }

    [Fact]
    public void Verdicts_say_where_ours_lies()
    {
        Assert.Equal(Verdicts.Higher, PaperComparison.OfMean(Summary.Of([1, 2, 3]), paper: -16, Known).Verdict);
        Assert.Equal(Verdicts.Lower, PaperComparison.OfMean(Summary.Of([1, 2, 3]), paper: 6, Known).Verdict);
        Assert.Equal(Verdicts.None, PaperComparison.OfMean(Summary.Of([1, 2, 3]), paper: double.NaN, Known).Verdict);
        Assert.Equal(Verdicts.None, PaperComparison.OfMean(Summary.Of([1]), paper: -6, Known).Verdict);
        Assert.Equal(1, PaperComparison.OfMean(Summary.Of([2]), paper: -6, Known).Difference, 1e-12);
    }

    [Fact]
    public void Paired_differences_use_t_with_one_degree_less_than_seeds()
    {
        // σ_δ = 1, se = √(1/3 + 1/5) = 0.7303, t₀.₉₇₅ with 2 degrees of freedom = 4.3027: the limit is 3.1422.
        Assert.Equal(2, PaperComparison.OfPairedDifference(Summary.Of([1, 2, 3]), 0).DegreesOfFreedom, 1e-12);
        Assert.Equal(Verdicts.Agrees, PaperComparison.OfPairedDifference(Summary.Of([1, 2, 3]), 2 - 3.142).Verdict);
        Assert.Equal(Verdicts.Higher, PaperComparison.OfPairedDifference(Summary.Of([1, 2, 3]), 2 - 3.143).Verdict);
        Assert.Equal(Verdicts.Lower, PaperComparison.OfPairedDifference(Summary.Of([1, 2, 3]), 2 + 3.143).Verdict);
        Assert.Equal(Verdicts.None, PaperComparison.OfPairedDifference(Summary.Of([1]), 0).Verdict);
    }

    [Fact]
    public void Equal_seeds_without_any_spread_are_decided_by_the_difference_alone()
    {
        Assert.Equal(Verdicts.Agrees, PaperComparison.OfPairedDifference(Summary.Of([2, 2, 2]), 2).Verdict);
        Assert.Equal(Verdicts.Higher, PaperComparison.OfPairedDifference(Summary.Of([2, 2, 2]), 1).Verdict);
    }

    /// <summary>
    /// With the paper's matrices drawn as the paper draws them, and the method the same on both sides, 95 % of verdicts agree: within 3.5
    /// standard errors of a binomial. The gap's spread is small, equal, and large beside the oracle's.
    /// </summary>
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.8)]
    [InlineData(8)]
    public void Agrees_in_95_of_100_when_the_methods_are_the_same(double gapSpread)
    {
        const int Dimension = 10;
        const int Repeats = 4000;
        OracleSpread spread = OracleSpread.Of(Dimension);
        var mixing = new RandomMixing(Dimension, seed: 11);
        var random = new MersenneTwister(12);
        double[] logDeterminants = [.. Enumerable.Range(0, 4000).Select(_ => mixing.NextLogDeterminant())];
        int means = 0;
        int paired = 0;
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            var gaps = Summary.Of(Draws(random, 5, gapSpread));
            double paper = Enumerable.Range(0, PublishedIca.Seeds).Average(
                _ => -Dimension * (1 + Math.Log(2))
                    + logDeterminants[random.Next(logDeterminants.Length)] - Normal.Sample(random, 5, gapSpread));
            means += PaperComparison.OfMean(gaps, paper, spread).Verdict == Verdicts.Agrees ? 1 : 0;
            double paperDifference = Draws(random, PublishedIca.Seeds, gapSpread).Average();
            paired += PaperComparison.OfPairedDifference(gaps, paperDifference).Verdict == Verdicts.Agrees ? 1 : 0;
        }

        double tolerance = 3.5 * Math.Sqrt(0.95 * 0.05 / Repeats);
        Assert.Equal(0.95, (double)means / Repeats, tolerance);
        Assert.Equal(0.95, (double)paired / Repeats, tolerance);
    }

    private static double[] Draws(MersenneTwister random, int count, double spread) =>
        [.. Enumerable.Range(0, count).Select(_ => Normal.Sample(random, 5, spread))];
}
