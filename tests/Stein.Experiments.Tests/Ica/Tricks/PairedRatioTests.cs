using MathNet.Numerics.Distributions;
using Stein.Experiments.Ica.Tricks;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Tricks;

public class PairedRatioTests
{
    [Fact]
    public void The_interval_is_students_of_the_logarithms()
    {
        // Logarithms of 1, 2 and 3 doublings: mean 2, standard deviation 1.
        PairedRatio ratio = PairedRatio.Of([(2, 1), (8, 2), (24, 3)], comparisons: 10);
        double width = StudentT.InvCDF(0, 1, 2, 0.9975) / Math.Sqrt(3);
        Assert.Equal(4, ratio.Ratio, 1e-12);
        Assert.Equal(Math.Pow(2, 2 - width), ratio.Interval.Low, 1e-9);
        Assert.Equal(Math.Pow(2, 2 + width), ratio.Interval.High, 1e-6);
        Assert.Equal("4.00 (under 0.01 to over 100)", (ratio with { Comparisons = 100 }).Text);
    }

    [Theory]
    [InlineData(0.8, "transfers: the gap becomes smaller")]
    [InlineData(1.2, "does not transfer: the gap becomes larger")]
    [InlineData(1, "does not transfer: it gains less than 5 %")]
    public void A_verdict_needs_an_interval_on_one_side(double factor, string verdict)
    {
        (double, double)[] precise = [.. Enumerable.Range(1, 5).Select(i => (factor * i * (i % 2 == 0 ? 1.001 : 0.999), (double)i))];
        Assert.Equal(verdict, PairedRatio.Of(precise, 1).Verdict);
        (double, double)[] vague = [.. precise.Select((pair, i) => (pair.Item1 * (i % 2 == 0 ? 2 : 0.5), pair.Item2))];
        Assert.Equal("cannot be told from 5 pairs", PairedRatio.Of(vague, 1).Verdict);
    }

    [Fact]
    public void One_pair_has_a_ratio_and_no_interval()
    {
        PairedRatio ratio = PairedRatio.Of([(3, 2)], 1);
        Assert.Equal("1.50", ratio.Text);
        Assert.Equal("cannot be told from 1 pair", ratio.Verdict);
    }

    /// <summary>
    /// Of 400 families of ten comparisons without any difference, at most 5 % may have a wrong answer: more than 32 have one with
    /// probability 0.5 %.
    /// </summary>
    [Fact]
    public void Families_without_a_difference_are_told_so()
    {
        var normal = new Normal(0, 0.2, new MathNet.Numerics.Random.MersenneTwister(5));
        int wrong = Enumerable.Range(0, 400).Count(_ => Enumerable.Range(0, 10).Any(_ =>
        {
            (double Low, double High) interval =
                PairedRatio.Of([.. Enumerable.Range(0, 5).Select(_ => (Math.Exp(normal.Sample()), 1.0))], comparisons: 10).Interval;
            return interval.Low > 1 || interval.High < 1;
        }));
        Assert.InRange(wrong, 6, 32);
    }
}
