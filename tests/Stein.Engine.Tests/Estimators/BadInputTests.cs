using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Invalid input is rejected with a message that says what is wrong and what to change.</summary>
public sealed class BadInputTests
{
    private static readonly double[] Plain = Estimates.Samples(8, 2);

    public static TheoryData<string> Names => [.. ScoreEstimators.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Invalid_samples_are_rejected(string estimator)
    {
        Refused<ArgumentException>(estimator, [1, 2], 2, null, "1 sample is too few; at least 2 are needed");
        Refused<ArgumentException>(estimator, [1, 2, 3], 2, null, "3 numbers are not rows of 2");
        Refused<ArgumentException>(estimator, [1, 2, double.NaN, 4], 2, null, "Coordinate 0 of sample 1 is NaN");
        Refused<ArgumentException>(estimator, [1, 2, 3, double.PositiveInfinity], 2, null, "Coordinate 1 of sample 1 is");
        Refused<ArgumentException>(estimator, [1, 2], 0, null, "Dimension 0 is impossible");
        Refused<ScoreEstimationException>(estimator, [1, 2, 1, 2, 1, 2], 2, null, "all are the same, or nearly. Check the data");
        foreach (double bandwidth in (double[])[0, -1, double.NaN])
        {
            Refused<ArgumentException>(
                estimator,
                Plain,
                2,
                new() { Bandwidth = bandwidth },
                $"The bandwidth cannot be {bandwidth}; it must be a positive finite number");
        }

        Refused<ArgumentException>(estimator, Plain, 2, new() { Kernel = "rbg" }, "the kernels are rbf, imq");
        Refused<ArgumentException>(estimator, Plain, 2, new() { Regularisation = -1 }, "cannot be -1: it must be");
        Refused<ArgumentException>(estimator, Plain, 2, new() { Regularisation = double.NaN }, "cannot be NaN: it must be");
    }

    [Theory]
    [InlineData("stein")]
    [InlineData("stein-augmented")]
    public void Duplicates_without_a_ridge_are_named(string estimator) => Refused<ScoreEstimationException>(
        estimator, [1, 2, 3, 4, 0, 1, 3, 4], 2, new() { Regularisation = 0 },
        "Samples 2 and 4 are the same, and at ridge 0 the Gram matrix has no inverse. Remove the duplicates or use a larger ridge.");

    [Fact]
    public void Nearly_singular_equations_say_what_to_change() => Refused<ScoreEstimationException>(
        "stein", Plain, 2, new() { Regularisation = 0, Bandwidth = 1e5 }, "Use a larger ridge or a smaller bandwidth");

    [Fact]
    public void Without_a_ridge_the_estimate_exists_only_at_the_samples()
    {
        using Device device = Estimates.Double();
        ScoreEstimate estimate = ScoreEstimators.Find("stein").Fit(device, Plain, 2, new() { Regularisation = 0, Bandwidth = 0.5 });
        Assert.Equal(Plain.Length, estimate.ScoresAtSamples().Length);
        string message = Assert.Throws<ScoreEstimationException>(() => estimate.Scores([0, 0])).Message;
        Assert.Contains(
            "At ridge 0 the estimate exists only at the samples. Use a larger ridge or the estimator stein-augmented",
            message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_U_statistic_needs_a_ridge_that_makes_it_definite() => Refused<ScoreEstimationException>(
        "stein-u", Plain, 2, new() { Regularisation = 0.5 }, "The U-statistic has no minimum at ridge 0.5");

    [Theory]
    [InlineData("landweber", 0)]
    [InlineData("landweber", 2.5)]
    [InlineData("nu", 0.5)]
    [InlineData("ssge", 0)]
    [InlineData("ssge", 1.2)]
    [InlineData("kde", 0)]
    [InlineData("kef", 0)]
    public void A_regularisation_outside_its_range_is_rejected(string estimator, double regularisation)
        => Refused<ArgumentException>(
            estimator,
            Plain,
            2,
            new() { Regularisation = regularisation },
            $"cannot be {regularisation}: it must be");

    [Fact]
    public void The_error_for_an_unknown_estimator_suggests_the_closest()
    {
        string message = Assert.Throws<ArgumentException>(() => ScoreEstimators.Find("stien")).Message;
        Assert.Contains("did you mean 'stein'? The estimators are stein, ", message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Points_of_another_dimension_are_refused(string estimator)
    {
        using Device device = Estimates.Double();
        ScoreEstimate estimate = Estimates.Fit(device, estimator, "rbf", Plain, 2);
        Assert.Throws<ArgumentException>(() => estimate.Scores([1, 2, 3]));
        Assert.Throws<ArgumentException>(() => estimate.Scores([1, double.NaN]));
        Assert.Throws<ArgumentException>(() => estimate.ScoreMatchingLoss([]));
    }

    private static void Refused<TException>(
        string estimator, double[] samples, int dimension, ScoreEstimatorSettings? settings, string message)
        where TException : Exception
    {
        using Device device = Estimates.Double();
        var exception = Assert.ThrowsAny<TException>(() => ScoreEstimators.Find(estimator).Fit(device, samples, dimension, settings));
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }
}
