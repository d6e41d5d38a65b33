using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

public class TemperedMixtureTests
{
    [Theory]
    [InlineData(1, 0.5, false)]
    [InlineData(2, 4, false)]
    [InlineData(5, 16, true)]
    public void The_score_is_the_gradient_of_the_log_density(int dimension, double temperature, bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(dimension, 3, full);
        var tempered = new TemperedMixture(mixture, temperature);
        double[] point = new Draw(3).Normal(dimension, 2);
        var score = new double[dimension];
        Assert.Equal(mixture.LogDensity(point) / temperature, tempered.LogDensityAndScore(point, score));
        FiniteDifferences.Check("tempered log-density", x => tempered.LogDensity(x), point, score);
        var many = new double[dimension];
        tempered.Score(point, many);
        Checks.Same("score of many", score, many);
        mixture.Score(point, many);
        Checks.Close("score over temperature", [.. many.Select(s => s / temperature)], score, _ => 1e-14);
    }

    [Fact]
    public void Resampled_samples_have_the_moments_of_the_tempered_law()
    {
        // N(1, v) at temperature T is N(1, T v). For T below 2 the weights have moments: w ∝ exp(a z²/2), a = 1 − 1/T, z standard.
        const double Temperature = 1.3;
        const int Count = 100_000;
        var tempered = new TemperedMixture(GaussianMixture.Isotropic(1, [1], [1], [4]), Temperature);
        double[] samples = tempered.Mixture.Sample(Mixtures.Stream(60), Count);
        ResampledSamples resampled = ImportanceResampling.Temper(tempered, samples, Mixtures.Stream(61));

        // ESS/N → (E w)²/E w² = √(1 − 2a)/(1 − a).
        double a = 1 - (1 / Temperature);
        double share = Math.Sqrt(1 - (2 * a)) / (1 - a);
        Assert.Equal(share, resampled.EffectiveSampleSize / Count, 0.01);

        // 4.9 standard errors of the self-normalised estimate, whose variance is E w²(f − E f)²/(E w)²/N. The law with density ∝ w² q has
        // variance u = 4/(1 − 2a), and E w²/(E w)² = 1/share, which gives u/share for f = x and (3u² − 2uv + v²)/share for the square.
        double variance = 4 * Temperature;
        double wide = 4 / (1 - (2 * a));
        Assert.Equal(1, resampled.Samples.Average(), 4.9 * Math.Sqrt(wide / share / Count));
        Assert.Equal(
            variance,
            resampled.Samples.Average(x => (x - 1) * (x - 1)),
            4.9 * Math.Sqrt(((3 * wide * wide) - (2 * wide * variance) + (variance * variance)) / share / Count));
    }

    [Fact]
    public void Resampling_flattens_the_odds_to_their_root()
    {
        var tempered = new TemperedMixture(GaussianMixture.TwoModes(8, 0.9), 1.5);
        double[] samples = tempered.Mixture.Sample(Mixtures.Stream(60), 50_000);
        ResampledSamples resampled = ImportanceResampling.Temper(tempered, samples, Mixtures.Stream(61));
        double odds = Math.Pow(9, 1 / 1.5);
        Assert.Equal(odds / (1 + odds), resampled.Samples.Average(x => x < 0 ? 1.0 : 0), 0.02);
    }

    [Fact]
    public void Each_sample_is_kept_as_often_as_its_weight_says()
    {
        double[] samples = new Draw(1).Normal(2 * 500);
        double[] logDensities = new Draw(2).Normal(500);
        ResampledSamples resampled = ImportanceResampling.Temper(samples, 2, logDensities, 2, Mixtures.Stream(1));
        double[] weights = [.. logDensities.Select(logarithm => Math.Exp(-logarithm / 2))];
        for (int n = 0; n < 500; n++)
        {
            double expected = 500 * weights[n] / weights.Sum();
            Assert.InRange(resampled.Ancestors.Count(ancestor => ancestor == n), Math.Floor(expected), Math.Ceiling(expected));
            Assert.Equal(
                samples[(2 * resampled.Ancestors[n])..((2 * resampled.Ancestors[n]) + 2)], resampled.Samples[(2 * n)..((2 * n) + 2)]);
        }

        Assert.Equal(resampled.Ancestors.Distinct().Count(), resampled.Distinct);
        double effective = weights.Sum() * weights.Sum() / weights.Sum(weight => weight * weight);
        Assert.Equal(effective, resampled.EffectiveSampleSize, 1e-9);
        Assert.Equal(effective, ImportanceResampling.EffectiveSampleSize(logDensities, 2), 1e-9);
    }

    [Fact]
    public void Temperature_one_keeps_each_sample_once()
    {
        double[] samples = new Draw(1).Normal(300);
        ResampledSamples resampled = ImportanceResampling.Temper(samples, 1, new Draw(2).Normal(300), 1, Mixtures.Stream(1));
        Assert.Equal(samples, resampled.Samples);
        Assert.Equal(300, resampled.EffectiveSampleSize, 1e-9);
        Assert.Equal(300, resampled.Distinct);
    }

    [Fact]
    public void Too_small_an_effective_sample_size_is_refused()
    {
        // One weight 10⁴, the others 1.
        double[] samples = new double[1000];
        double[] logDensities = new double[1000];
        logDensities[3] = -2 * Math.Log(1e4);
        var error = Assert.Throws<EffectiveSampleSizeException>(
            () => ImportanceResampling.Temper(samples, 1, logDensities, 2, Mixtures.Stream(1)));
        Assert.Contains("At temperature 2 the effective sample size is 1.2, below 50.", error.Message, StringComparison.Ordinal);
        Assert.Equal(1.21, error.EffectiveSampleSize, 0.01);
        Assert.Equal(50, error.Minimum);
        Assert.Equal(
            error.EffectiveSampleSize, ImportanceResampling.Temper(samples, 1, logDensities, 2, Mixtures.Stream(1), 1).EffectiveSampleSize);
        Assert.Equal(50, ImportanceResampling.DefaultMinimum(400));
        Assert.Equal(100, ImportanceResampling.DefaultMinimum(2000));

        // 49 samples never suffice by default, however even the weights.
        Assert.Throws<EffectiveSampleSizeException>(
            () => ImportanceResampling.Temper(new double[49], 1, new double[49], 1, Mixtures.Stream(1)));
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5);
        foreach (double temperature in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            GaussianMixtureTests.Contains($"Temperature {temperature} is impossible", () => new TemperedMixture(mixture, temperature));
            GaussianMixtureTests.Contains(
                $"Temperature {temperature} is impossible",
                () => ImportanceResampling.Temper([1], 1, [0], temperature, Mixtures.Stream(1)));
        }

        GaussianMixtureTests.Contains("2 log-densities", () => ImportanceResampling.Temper([1], 1, [0, 1], 2, Mixtures.Stream(1)));
        GaussianMixtureTests.Contains("too few", () => ImportanceResampling.Temper([], 1, [], 2, Mixtures.Stream(1)));
        GaussianMixtureTests.Contains("no log-densities", () => ImportanceResampling.EffectiveSampleSize([], 2));
        GaussianMixtureTests.Contains(
            "sample 1 is -Infinity", () => ImportanceResampling.Temper([1, 2], 1, [0, double.NegativeInfinity], 2, Mixtures.Stream(1)));
        GaussianMixtureTests.Contains("cannot be NaN", () => ImportanceResampling.Temper([1], 1, [0], 2, Mixtures.Stream(1), double.NaN));
        GaussianMixtureTests.Contains(
            "sample 0 is NaN", () => ImportanceResampling.Temper(new(mixture, 2), [double.NaN], Mixtures.Stream(1)));
    }
}
