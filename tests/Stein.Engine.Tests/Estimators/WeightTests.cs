using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>A weight of w is worth w copies of a sample, for every estimator, kernel and rule.</summary>
public sealed class WeightTests
{
    private const int Count = 17;
    private const int Dimension = 2;

    private static readonly double[] Samples = Estimates.Samples(Count, Dimension);
    private static readonly double[] Points = Estimates.Samples(5, Dimension, seed: 2);
    private static readonly double[] Weights = [.. Enumerable.Range(0, Count).Select(i => 1 + (i * i % 4))];

    [Theory]
    [MemberData(nameof(Estimates.EstimatorsAndKernels), MemberType = typeof(Estimates))]
    public void Whole_weights_are_copies(string estimator, string kernel) => CompareWithCopies(
        estimator, new() { Kernel = kernel, Bandwidth = 1.3, Regularisation = Estimates.Moderate(estimator) });

    /// <summary>Among them the number of samples that the rules for the bandwidth and the regularisation count.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Rules_count_the_copies(string estimator) => CompareWithCopies(estimator, new());

    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_of_one_change_nothing(string estimator)
    {
        using Device device = Estimates.Double();
        ScoreEstimator each = ScoreEstimators.Find(estimator);
        double[] expected = each.Fit(device, Samples, Dimension).Scores(Points);
        var ones = new double[Count];
        Array.Fill(ones, 1);
        double[] found = each.Fit(device, Samples, Dimension, new() { Weights = ones }).Scores(Points);
        Checks.CloseInMaximum(estimator, expected, found, 1e-12);
    }

    /// <summary>Of numbers that are not whole, the limit of many copies: twice the weights with twice the ridge.</summary>
    [Fact]
    public void Weights_need_not_be_whole()
    {
        using Device device = Estimates.Double();
        double[] halves = [.. Weights.Select(weight => weight / 2)];
        ScoreEstimator stein = ScoreEstimators.Find("stein");
        var settings = new ScoreEstimatorSettings { Bandwidth = 1.3, Regularisation = 0.5, Weights = halves };
        double[] found = stein.Fit(device, Samples, Dimension, settings).Scores(Points);
        settings = settings with { Regularisation = 1, Weights = Weights };
        Checks.CloseInMaximum("stein", stein.Fit(device, Samples, Dimension, settings).Scores(Points), found, 1e-12);
    }

    /// <summary>The 2 000 samples from which a median is taken are those that would be taken of the copies.</summary>
    [Fact]
    public void The_median_of_many_copies_is_taken_from_the_same_ones()
    {
        const int Many = 1500;
        using Device device = Estimates.Double();
        double[] samples = Estimates.Samples(Many, 1);
        double[] weights = [.. Enumerable.Range(0, Many).Select(i => 1 + (i % 3))];
        ScoreEstimator estimator = ScoreEstimators.Find("landweber");
        var settings = new ScoreEstimatorSettings { Regularisation = 1 };
        double expected = estimator.Fit(device, Copies(samples, 1, weights), 1, settings).Bandwidth;
        Assert.Equal(expected, estimator.Fit(device, samples, 1, settings with { Weights = weights }).Bandwidth, 1e-12);
    }

    [Theory]
    [InlineData(new[] { 1.0, 1 }, "There are 2 weights for 3 samples; give one for each.")]
    [InlineData(new[] { 1.0, 0, 4 }, "A weight cannot be 0: it must be a positive finite number.")]
    [InlineData(new[] { 1.0, double.PositiveInfinity, 4 }, "A weight cannot be Infinity: it must be a positive finite number.")]
    [InlineData(new[] { 0.25, 0.25, 0.5 }, "The weights add up to 1, which must be at least 2 and finite")]
    public void Weights_that_cannot_be_used_are_refused(double[] weights, string message)
    {
        using Device device = Estimates.Double();
        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => ScoreEstimators.Find("stein").Fit(device, [0, 1, 3], 1, new() { Weights = weights }));
        Assert.StartsWith(message, exception.Message, StringComparison.Ordinal);
    }

    /// <summary>Of 0, 1 and 3 with weights 2, 1 and 1, computed by an independent program from four samples.</summary>
    [Theory]
    [InlineData("kde", null, 0.31102131, -0.79714698, -0.07338134)]
    [InlineData("stein", 1.0, 0.34684588, -0.82645175, -0.02984604)]
    public void Known_values(string estimator, double? regularisation, params double[] expected)
    {
        using Device device = Estimates.Double();
        var settings = new ScoreEstimatorSettings { Bandwidth = 1, Regularisation = regularisation, Weights = [2, 1, 1] };
        double[] found = ScoreEstimators.Find(estimator).Fit(device, [0, 1, 3], 1, settings).ScoresAtSamples();
        Checks.Close(estimator, expected, found, _ => 6e-9);
    }

    public static TheoryData<string> Names => [.. ScoreEstimators.Names];

    private static void CompareWithCopies(string estimator, ScoreEstimatorSettings settings)
    {
        const double Tolerance = 1e-8;
        using Device device = Estimates.Double();
        ScoreEstimator each = ScoreEstimators.Find(estimator);
        ScoreEstimate expected = each.Fit(device, Copies(Samples, Dimension, Weights), Dimension, settings);
        ScoreEstimate found = each.Fit(device, Samples, Dimension, settings with { Weights = Weights });
        Assert.Equal(expected.Bandwidth, found.Bandwidth, 1e-12);
        Assert.Equal(expected.Regularisation, found.Regularisation, 1e-12);
        Checks.CloseInMaximum("scores", expected.Scores(Points), found.Scores(Points), Tolerance);
        Checks.CloseInMaximum("divergences", expected.Divergences(Points), found.Divergences(Points), Tolerance);
        Checks.CloseInMaximum(
            "scores at samples", expected.ScoresAtSamples(), Copies(found.ScoresAtSamples(), Dimension, Weights), Tolerance);
    }

    private static double[] Copies(double[] rows, int dimension, double[] weights) => [.. Enumerable.Range(0, weights.Length).SelectMany(
        row => Enumerable.Repeat(rows[(row * dimension)..((row + 1) * dimension)], (int)weights[row]).SelectMany(copy => copy))];
}
