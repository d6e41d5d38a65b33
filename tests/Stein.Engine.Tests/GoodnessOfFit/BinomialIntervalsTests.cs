using MathNet.Numerics.Distributions;
using Stein.Engine.GoodnessOfFit;
using Xunit;

namespace Stein.Engine.Tests.GoodnessOfFit;

public class BinomialIntervalsTests
{
    /// <summary>
    /// From R 4: <c>binom.test(k, n, conf.level = c)$conf.int</c>; those of no and of all successes are 1 − (½ − ½c)^(1/n).
    /// </summary>
    [Theory]
    [InlineData(0, 10, 0.95, 0, 0.3084971)]
    [InlineData(10, 10, 0.95, 0.6915029, 1)]
    [InlineData(5, 10, 0.95, 0.1870860, 0.8129140)]
    [InlineData(0, 1, 0.9, 0, 0.95)]
    public void Clopper_and_pearson_have_known_intervals(int successes, int trials, double confidence, double lower, double upper)
    {
        (double actualLower, double actualUpper) = BinomialIntervals.ClopperPearson(successes, trials, confidence);
        Assert.Equal(lower, actualLower, 1e-7);
        Assert.Equal(upper, actualUpper, 1e-7);
    }

    [Theory]
    [InlineData(1, 500, 0.95)]
    [InlineData(27, 500, 0.95)]
    [InlineData(499, 500, 0.99)]
    [InlineData(100, 2000, 0.999999)]
    public void At_its_ends_the_count_is_just_implausible(int successes, int trials, double confidence)
    {
        (double lower, double upper) = BinomialIntervals.ClopperPearson(successes, trials, confidence);
        double tail = (1 - confidence) / 2;
        Assert.Equal(1, Binomial.CDF(1 - lower, trials, trials - successes) / tail, 1e-6);
        Assert.Equal(1, Binomial.CDF(upper, trials, successes) / tail, 1e-6);
        Assert.InRange((double)successes / trials, lower, upper);
    }

    [Theory]
    [InlineData(0.05, 2000, 0.95)]
    [InlineData(0.05, 400, 0.999999)]
    [InlineData(0.5, 7, 0.9)]
    [InlineData(0.999, 30, 0.95)]
    public void Counts_outside_are_implausible_and_those_at_the_ends_are_not(double probability, int trials, double confidence)
    {
        (int lower, int upper) = BinomialIntervals.Counts(probability, trials, confidence);
        double tail = (1 - confidence) / 2;
        double[] mass = [.. Enumerable.Range(0, trials + 1).Select(k => Binomial.PMF(probability, trials, k))];
        Assert.True(mass[..lower].Sum() <= tail);
        Assert.True(mass[..(lower + 1)].Sum() > tail);
        Assert.True(mass[(upper + 1)..].Sum() <= tail);
        Assert.True(mass[upper..].Sum() > tail);
    }

    [Fact]
    public void Certain_events_have_one_count()
    {
        Assert.Equal((0, 0), BinomialIntervals.Counts(0, 20));
        Assert.Equal((20, 20), BinomialIntervals.Counts(1, 20));
    }

    [Fact]
    public void Invalid_arguments_are_rejected_with_a_reason()
    {
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("0 trials", () => BinomialIntervals.ClopperPearson(0, 0));
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("cannot have 11", () => BinomialIntervals.ClopperPearson(11, 10));
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("cannot have -1", () => BinomialIntervals.ClopperPearson(-1, 10));
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("confidence cannot be 1", () => BinomialIntervals.ClopperPearson(1, 10, 1));
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("cannot be NaN", () => BinomialIntervals.Counts(0.5, 10, double.NaN));
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("probability cannot be NaN", () => BinomialIntervals.Counts(double.NaN, 10));
        BootstrapTests.Refuses<ArgumentOutOfRangeException>("-1 trials", () => BinomialIntervals.Counts(0.5, -1));
    }
}
