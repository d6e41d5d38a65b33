using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

/// <summary>Its oracle is the mixture of <see cref="KernelDensity"/>.</summary>
public class EmpiricalDensityTests
{
    private const int Dimension = 3;
    private const double Deviation = 0.6;

    private static readonly double[] Samples = new Draw(1).Normal(20 * Dimension);

    private static IDensity Smoothed => new EmpiricalDensity(Samples, Dimension).Smoothed(Deviation);

    [Fact]
    public void With_noise_it_is_the_kernel_density_of_the_samples()
    {
        GaussianMixture mixture = KernelDensity.Create(Samples, Dimension, Deviation);
        double[] points = new Draw(2).Normal(7 * Dimension);
        Assert.Equal(Scores(mixture, points), Scores(Smoothed, points), (one, other) => Math.Abs(one - other) < 1e-11);
        double[] first = points[..Dimension], second = points[Dimension..(2 * Dimension)];
        Assert.Equal(
            mixture.LogDensity(first) - mixture.LogDensity(second), Smoothed.LogDensity(first) - Smoothed.LogDensity(second), 1e-11);
    }

    [Fact]
    public void Noise_upon_noise_adds_variances()
    {
        double[] points = new Draw(2).Normal(4 * Dimension);
        var twice = (ISmoothableDensity)new EmpiricalDensity(Samples, Dimension).Smoothed(0.36);
        Assert.Equal(Scores(Smoothed, points), Scores(twice.Smoothed(0.48), points), (one, other) => Math.Abs(one - other) < 1e-11);
    }

    [Fact]
    public void Products_with_the_hessian_are_derivatives_of_the_score()
    {
        double[] points = new Draw(2).Normal(5 * Dimension), vectors = new Draw(3).Normal(5 * Dimension);
        double[] exact = new double[points.Length], expected = new double[points.Length];
        Smoothed.HessianProducts(points, vectors, exact);
        ((IDensity)KernelDensity.Create(Samples, Dimension, Deviation)).HessianProducts(points, vectors, expected);
        Assert.Equal(expected, exact, (one, other) => Math.Abs(one - other) < 1e-5);
    }

    [Fact]
    public void Samples_are_the_points_and_with_noise_they_are_not()
    {
        double[] drawn = new EmpiricalDensity(Samples, Dimension).Sample(new PhiloxStream(4, StreamPurpose.TrainingData), 100);
        var points = Samples.Chunk(Dimension).Select(point => point[0]).ToHashSet();
        Assert.All(drawn.Chunk(Dimension), sample => Assert.Contains(sample[0], points));
        Assert.True(drawn.Chunk(Dimension).Select(sample => sample[0]).Distinct().Count() > 10);
        double[] noisy = ((ITarget)Smoothed).Sample(new PhiloxStream(4, StreamPurpose.TrainingData), 4000);
        double spread = Variance(Mixtures.Column(Samples, Dimension, 0)) + (Deviation * Deviation);

        // Four standard errors of a variance from 4000 samples.
        Assert.InRange(Variance(Mixtures.Column(noisy, Dimension, 0)), 0.91 * spread, 1.09 * spread);
    }

    [Fact]
    public void Without_noise_there_is_no_density()
    {
        var density = new EmpiricalDensity(Samples, Dimension);
        Assert.Throws<InvalidOperationException>(() => density.LogDensity(Samples.AsSpan(0, Dimension)));
    }

    private static double[] Scores(IDensity density, double[] points)
    {
        var scores = new double[points.Length];
        density.Score(points, scores);
        return scores;
    }

    private static double Variance(double[] values)
    {
        double mean = values.Average();
        return values.Average(value => (value - mean) * (value - mean));
    }
}
