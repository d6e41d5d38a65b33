using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Random;
using Stein.Engine.Tests.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Samplers;

public class LangevinSamplerTests
{
    [Theory]
    [InlineData(1, false, 1)]
    [InlineData(2, true, 1)]
    [InlineData(2, true, 4)]
    [InlineData(10, false, 2)]
    public void Chains_have_the_moments_of_a_gaussian_and_the_target_acceptance(int dimension, bool full, double temperature)
    {
        GaussianMixture gaussian = Mixtures.Irregular(dimension, 1, full);
        LangevinResult result = LangevinSampler.Run(
            new TemperedMixture(gaussian, temperature), gaussian.Sample(Mixtures.Stream(60), 8), 60, new(1000, 5000));
        Assert.InRange(result.AcceptanceRate, 0.5, 0.65);
        Assert.InRange(result.LowestAcceptanceRate, 0.4, result.AcceptanceRate);
        Assert.InRange(result.WorstSplitRHat, 0.999, 1.01);
        for (int d = 0; d < dimension; d++)
        {
            (double mean, double variance, _) = Mixtures.Moments(gaussian, d);
            variance *= temperature;
            double[] column = Mixtures.Column(result.Samples, dimension, d);

            // 4.9 standard errors by the effective sample size of the mean; that of squares is about the same or larger.
            double worth = result.EffectiveSampleSizes[d];
            Assert.Equal(mean, column.Average(), 4.9 * Math.Sqrt(variance / worth));
            Assert.Equal(variance, column.Average(x => (x - mean) * (x - mean)), 4.9 * variance * Math.Sqrt(2 / worth));
        }
    }

    [Fact]
    public void Hamiltonian_chains_have_the_moments_of_a_gaussian()
    {
        const int Dimension = 10;
        GaussianMixture gaussian = Mixtures.Irregular(Dimension, 1, true);
        LangevinResult result = LangevinSampler.Run(
            gaussian, gaussian.Sample(Mixtures.Stream(60), 8), 60, new(500, 1000, TargetAcceptance: 0.8, Leaps: 10));
        Assert.InRange(result.AcceptanceRate, 0.72, 0.88);
        Assert.InRange(result.WorstSplitRHat, 0.998, 1.01);
        for (int d = 0; d < Dimension; d++)
        {
            (double mean, double variance, _) = Mixtures.Moments(gaussian, d);
            double[] column = Mixtures.Column(result.Samples, Dimension, d);

            // 4.9 standard errors. Trajectories can make draws of the mean better than independent ones, but not those of squares.
            double worth = Math.Min(result.EffectiveSampleSizes[d], 2000);
            Assert.Equal(mean, column.Average(), 4.9 * Math.Sqrt(variance / worth));
            Assert.Equal(variance, column.Average(x => (x - mean) * (x - mean)), 4.9 * variance * Math.Sqrt(2 / worth));
        }
    }

    [Fact]
    public void A_tempered_mixture_is_sampled_across_its_modes()
    {
        // At temperature 4, modes that are 6 apart become a plateau. The moments are computed by quadrature.
        var tempered = new TemperedMixture(GaussianMixture.TwoModes(3, 0.8), 4);
        LangevinResult result = LangevinSampler.Run(tempered, tempered.Mixture.Sample(Mixtures.Stream(60), 8), 60, new(1000, 10_000));
        Assert.InRange(result.WorstSplitRHat, 0.999, 1.01);
        double mass = Mixtures.Integral(x => Math.Exp(tempered.LogDensity([x])));
        double mean = Mixtures.Integral(x => x * Math.Exp(tempered.LogDensity([x]))) / mass;
        double variance = Mixtures.Integral(x => Math.Pow(x - mean, 2) * Math.Exp(tempered.LogDensity([x]))) / mass;
        Assert.Equal(mean, result.Samples.Average(), 4.9 * Math.Sqrt(variance / result.WorstEffectiveSampleSize));
    }

    [Fact]
    public void The_last_draws_of_many_short_chains_follow_the_law()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(2, 0.7);
        LangevinResult result = LangevinSampler.Run(mixture, mixture.Sample(Mixtures.Stream(60), 2000), 60, new(50, 8));

        // Chains that start in the law stay in it, except for the effect of the adaptation during the warm-up.
        Goodness.AssertFollows(result.Final, x =>
            (0.7 * MathNet.Numerics.Distributions.Normal.CDF(-2, 1, x)) + (0.3 * MathNet.Numerics.Distributions.Normal.CDF(2, 1, x)));
        for (int c = 0; c < 2000; c++)
            Assert.Equal(result.Samples[(8 * c) + 7], result.Final[c]);
    }

    [Fact]
    public void Diagnostics_detect_chains_that_do_not_cross()
    {
        LangevinResult result = LangevinSampler.Run(GaussianMixture.TwoModes(10), [-10, -10, 10, 10], 60);
        Assert.True(result.WorstSplitRHat > 5, $"R̂ is {result.WorstSplitRHat}.");
        Assert.True(result.WorstEffectiveSampleSize < 10, $"The effective sample size is {result.WorstEffectiveSampleSize}.");
    }

    [Fact]
    public void A_chain_does_not_depend_on_the_others()
    {
        GaussianMixture mixture = Mixtures.Irregular(2, 3, full: true);
        double[] starts = mixture.Sample(Mixtures.Stream(1), 5);
        var settings = new LangevinSettings(20, 10, 3);
        LangevinResult all = LangevinSampler.Run(mixture, starts, 60, settings);
        LangevinResult two = LangevinSampler.Run(mixture, starts.AsSpan(0, 4), 60, settings);
        LangevinResult last = LangevinSampler.Run(mixture, starts.AsSpan(8), 60, settings, firstSubstream: 4);
        Assert.Equal(all.Samples[..40], two.Samples);
        Assert.Equal(all.Samples[80..], last.Samples);
        Assert.Equal(all.StepSizes[4], last.StepSizes[0]);
    }

    [Fact]
    public void The_step_size_stays_after_the_warm_up()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(1);
        LangevinResult few = LangevinSampler.Run(mixture, [0.5], 60, new(100, 8));
        LangevinResult many = LangevinSampler.Run(mixture, [0.5], 60, new(100, 80));
        Assert.Equal(few.StepSizes, many.StepSizes);
        Assert.Equal(few.Samples, many.Samples[..8]);
        Assert.Equal([0.3], LangevinSampler.Run(mixture, [0.5], 60, new(0, 8, InitialStep: 0.3)).StepSizes);

        // Thinning keeps every second draw of the same chain.
        LangevinResult thinned = LangevinSampler.Run(mixture, [0.5], 60, new(100, 40, 2));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => many.Samples[(2 * i) + 1]), thinned.Samples);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e3)]
    public void The_warm_up_finds_the_scale(double deviation)
    {
        var gaussian = GaussianMixture.Isotropic(2, [1], [0, 0], [deviation * deviation]);
        LangevinResult result = LangevinSampler.Run(gaussian, new double[8], 60, new(1000, 500));
        Assert.InRange(result.AcceptanceRate, 0.4, 0.75);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5);
        GaussianMixtureTests.Contains("too few", () => LangevinSampler.Run(mixture, [], 60));
        GaussianMixtureTests.Contains("start 1 is -Infinity", () => LangevinSampler.Run(mixture, [0, 1e200], 60));
        GaussianMixtureTests.Contains("draws per chain cannot be 7", () => LangevinSampler.Run(mixture, [0], 60, new(Draws: 7)));
        GaussianMixtureTests.Contains("warm-up steps cannot be -1", () => LangevinSampler.Run(mixture, [0], 60, new(-1)));
        GaussianMixtureTests.Contains("steps per draw cannot be 0", () => LangevinSampler.Run(mixture, [0], 60, new(Thinning: 0)));
        GaussianMixtureTests.Contains("step size cannot be 0", () => LangevinSampler.Run(mixture, [0], 60, new(InitialStep: 0)));
        GaussianMixtureTests.Contains("acceptance cannot be 1", () => LangevinSampler.Run(mixture, [0], 60, new(TargetAcceptance: 1)));
        GaussianMixtureTests.Contains("pass the last", () => LangevinSampler.Run(mixture, [0, 0], 60, null, uint.MaxValue));
    }
}
