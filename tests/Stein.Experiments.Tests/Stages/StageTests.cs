using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Experiments.Stages;
using Xunit;

namespace Stein.Experiments.Tests.Stages;

public class StageTests
{
    public static TheoryData<string> Samplers => [.. NoiseLevelSampler.Names];

    public static TheoryData<string> Errors => [.. StageError.Names];

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    [InlineData(12)]
    public void Scores_with_noise_are_those_of_the_smoothed_mixture(double sigma)
    {
        const int Dimension = 3;
        double[] covariance = [0.25, 0, 0, 0, 0.01, 0, 0, 0, 0.25];
        GaussianMixture mixture = GaussianMixture.Full(
            Dimension, [0.8, 0.2], [-4, 0, 0, 4, 0, 0], [.. covariance, .. covariance]).Smoothed(sigma);
        double[] points = StageMixture.Sample(new PhiloxStream(1, StreamPurpose.TestData), 20, Dimension, sigma);
        double[] expected = new double[points.Length], found = new double[points.Length];
        mixture.Score(points, expected);
        StageMixture.Score(points, Dimension, sigma, found);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], found[i], 1e-9 * (1 + Math.Abs(expected[i])));
    }

    /// <summary>
    /// 4000 samples: a weight has the standard error .0063; W2 of the thin coordinate of exact samples is about .04. Langevin's steps,
    /// which are not short at ten levels, have errors of their own: the weight is .033 too small, and the squared MMD is .002 with a
    /// standard deviation of .004.
    /// </summary>
    [Theory]
    [MemberData(nameof(Samplers))]
    public void Without_an_error_samples_are_those_of_the_density(string sampler)
    {
        using Device device = DeviceCatalog.Create("simd");
        StageDraw draw = StageTrial.Run(new() { Sampler = sampler, Size = 0 }, 0, device);
        (double weight, double detail, double discrepancy) =
            sampler == NoiseLevelSampler.Langevin ? (0.06, 0.3, 0.015) : (0.025, 0.1, 0.005);
        Assert.InRange(draw.WeightError, -weight, weight);
        Assert.InRange(draw.DetailError, 0, detail);
        Assert.InRange(draw.Discrepancy, -0.005, discrepancy);
        Assert.Equal(0, draw.Budget);
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public void An_error_has_its_size_and_is_in_its_window_alone(string kind)
    {
        const int Dimension = 5;
        var error = new StageError(kind, 0.3, (1, 2), Dimension, new PhiloxStream(4, StreamPurpose.Slices));
        Assert.True(error.IsAt(1) && error.IsAt(1.9) && !error.IsAt(2) && !error.IsAt(0.99));
        double[] points = StageMixture.Sample(new PhiloxStream(1, StreamPurpose.TestData), 4000, Dimension, 1.5);
        double[] before = new double[points.Length];
        StageMixture.Score(points, Dimension, 1.5, before);
        double[] after = [.. before];
        double square = error.Add(points, 1.5, after);
        double score = before.Sum(s => s * s) / 4000;
        Assert.Equal(after.Zip(before, (a, b) => (a - b) * (a - b)).Sum() / 4000, square, 1e-9);

        // Scale and direction are exact; noise and fields have their mean square in expectation.
        Assert.InRange(square / score / 0.09, kind is StageError.Scale or StageError.Direction ? 0.999999 : 0.8, 1.2);
    }

    /// <summary>Without an error what is left is the bias of 40 shares of 4000 samples, 39/8000, and the errors of the steps.</summary>
    [Fact]
    public void The_divergence_is_between_that_of_the_weights_and_the_bound()
    {
        using Device device = DeviceCatalog.Create("simd");
        var settings = new ScoreStagesSettings { Dimension = 2, Error = StageError.Direction, Window = 4, Size = 0.3 };
        StageDraw without = StageTrial.Run(settings with { Size = 0 }, 0, device), draw = StageTrial.Run(settings, 0, device);
        Assert.InRange(without.Divergence, 0, 0.02);
        Assert.True(draw.WeightDivergence > 0.02, $"{draw.WeightDivergence}");
        Assert.InRange(draw.Divergence, draw.WeightDivergence, draw.Budget);

        // The windows with the most noise have the budget that all have in the limit, but for the finite steps.
        StageDraw early = StageTrial.Run(settings with { Window = 5, Samples = 100 }, 0, device);
        Assert.InRange(early.Budget / early.ExpectedBudget, 0.95, 1.1);
    }

    /// <summary>Draws of one number differ by the error alone.</summary>
    [Theory]
    [MemberData(nameof(Samplers))]
    public void Draws_with_and_without_an_error_have_the_same_noise(string sampler)
    {
        var settings = new ScoreStagesSettings { Sampler = sampler, Samples = 50, Size = 1e-9, Window = 3 };
        double[] with = StageTrial.Sample(settings, 2), without = StageTrial.Sample(settings with { Size = 0 }, 2);
        Assert.NotEqual(without, with);
        for (int i = 0; i < with.Length; i++)
            Assert.Equal(without[i], with[i], 1e-6);
    }

    /// <summary>Weights whose error is exactly proportional to the size, with a factor of each draw, have the exponent 1.</summary>
    [Fact]
    public void The_exponent_is_that_of_the_effect()
    {
        StageCell[] cells = [.. ((double[])[0, 0.1, 0.2, 0.5]).Select(size => new StageCell(
            new() { Size = size },
            [.. Enumerable.Range(1, 5).Select(draw => new StageDraw(0.01 + (size * draw), 0.1 + (size * size), 0, 0, 0, 0, 0, 0))],
            ""))];
        IReadOnlyList<StageExponent> exponents = StageExponent.Of(cells);
        Assert.Equal([StageMeasure.Weight, StageMeasure.Detail], exponents.Select(exponent => exponent.Measure));
        Assert.Equal(1, exponents[0].Value, 1e-9);
        Assert.Equal(0, exponents[0].Half, 1e-9);

        // (0.1 + ρ²)² − 0.1² = 0.2 ρ² + ρ⁴.
        Assert.InRange(exponents[1].Value, 1, 1.3);
    }

    [Fact]
    public void Windows_that_differ_in_every_draw_are_told_apart()
    {
        StageCell[] cells = [.. ((double[])[0.1, 0.3, 0.301]).Select((error, window) => new StageCell(
            new() { Window = window + 1 },
            [.. Enumerable.Range(1, 6).Select(draw => new StageDraw(error + (0.01 * (draw % (window + 2))), 0.1 * draw, 0, 0, 0, 0, 0, 0))],
            ""))];
        StageOrder[] orders = StageOrder.Of(cells);
        Assert.Equal("3 ≈ 2 > 1", orders[0].Text);
        Assert.Equal("1 ≈ 2 ≈ 3", orders[1].Text);
    }

    [Fact]
    public void Windows_cover_all_noise_once()
    {
        foreach (double sigma in NoiseLevelSampler.Levels(StageTrial.FirstSigma, StageTrial.LastSigma, 200))
        {
            Assert.Single(Enumerable.Range(0, 5), index =>
            {
                (double low, double high) = StageTrial.Window(index, 5);
                return sigma >= low && sigma < high;
            });
        }
    }

    /// <summary>The flow keeps a shift, in units of the mode; the diffusion forgets it as a Gaussian mode should.</summary>
    [Theory]
    [InlineData(10)]
    [InlineData(1)]
    [InlineData(0.2)]
    public void Shifts_are_forgotten_as_in_theory(double sigma)
    {
        (double diffusion, double flow) = StageTrial.Retained(sigma);
        double theory = Math.Sqrt(0.25 / (0.25 + (sigma * sigma)));
        Assert.InRange(flow, 0.9, 1.1);
        Assert.InRange(diffusion, 0.85 * theory, 1.15 * theory);
    }
}
