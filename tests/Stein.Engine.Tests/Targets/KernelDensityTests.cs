using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

public class KernelDensityTests
{
    [Fact]
    public void The_score_points_to_the_weighted_mean_of_the_samples()
    {
        const double Deviation = 0.7;
        double[] samples = new Draw(1).Normal(30 * 2);
        GaussianMixture density = KernelDensity.Create(samples, 2, Deviation);
        double[] point = [0.3, -1.2];
        double[] weights = [.. Enumerable.Range(0, 30).Select(n =>
        {
            double square = Math.Pow(point[0] - samples[2 * n], 2) + Math.Pow(point[1] - samples[(2 * n) + 1], 2);
            return Math.Exp(-square / (2 * Deviation * Deviation));
        })];
        var score = new double[2];
        double logDensity = density.LogDensityAndScore(point, score);
        double scale = 2 * Math.PI * Deviation * Deviation;
        Assert.Equal(Math.Log(weights.Average() / scale), logDensity, 1e-12);
        for (int d = 0; d < 2; d++)
        {
            double mean = weights.Select((weight, n) => weight * samples[(2 * n) + d]).Sum() / weights.Sum();
            Assert.Equal((mean - point[d]) / (Deviation * Deviation), score[d], 1e-12);
        }
    }

    [Fact]
    public void All_kernels_share_one_covariance_and_more_noise_is_a_wider_bandwidth()
    {
        double[] samples = new Draw(2).Normal(50);
        GaussianMixture density = KernelDensity.Create(samples, 1, 3);
        Assert.Single(density.Covariances.ToArray().Distinct());
        Assert.Single(density.Smoothed(4).Covariances.ToArray().Distinct());
        Assert.Equal(KernelDensity.Create(samples, 1, 5).LogDensity([0.5]), density.Smoothed(4).LogDensity([0.5]), 1e-13);
        Assert.Equal(1, Mixtures.Integral(x => Math.Exp(density.LogDensity([x]))), 1e-12);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        GaussianMixtureTests.Contains("bandwidth cannot be 0", () => KernelDensity.Create([1, 2], 1, 0));
        GaussianMixtureTests.Contains("bandwidth cannot be NaN", () => KernelDensity.Create([1, 2], 1, double.NaN));
        GaussianMixtureTests.Contains("bandwidth cannot be 1E-200", () => KernelDensity.Create([1, 2], 1, 1e-200));
        GaussianMixtureTests.Contains("too few", () => KernelDensity.Create([], 1, 1));
        GaussianMixtureTests.Contains("not rows of 2", () => KernelDensity.Create([1, 2, 3], 2, 1));
        GaussianMixtureTests.Contains("sample 1 is Infinity", () => KernelDensity.Create([1, double.PositiveInfinity], 1, 1));
        GaussianMixtureTests.Contains("Dimension -2", () => KernelDensity.Create([1, 2, 3], -2, 1));
    }
}
