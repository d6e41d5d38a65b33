using Stein.Engine.Models;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class WhiteningTests
{
    private const int Dimension = 6;

    /// <summary>The sources have E|z| = 1 each, and their covariance is diagonal: whitened, rotated, each rescaled.</summary>
    [Fact]
    public void Sources_are_uncorrelated_with_mean_absolute_value_one()
    {
        var problem = new IcaProblem(new IcaSettings { Dimension = Dimension, TrainingSamples = 5000, TestSamples = 10 });
        double[] unmixing = Whitening.Unmixing(problem.Training, Dimension, BaseDensity.Laplace, seed: 60);
        double[][] sources = [.. problem.Training.Chunk(Dimension).Select(x => Apply(unmixing, x))];
        for (int d = 0; d < Dimension; d++)
        {
            // Float32 data summed in double: the error is that of 5000 roundings at most.
            Assert.Equal(1, sources.Average(z => Math.Abs(z[d])), 1e-9);
            for (int e = 0; e < d; e++)
            {
                double scale = Math.Sqrt(sources.Average(z => z[d] * z[d]) * sources.Average(z => z[e] * z[e]));
                Assert.Equal(0, sources.Average(z => z[d] * z[e]) / scale, 1e-9);
            }
        }
    }

    [Fact]
    public void The_rotation_depends_on_the_seed_only()
    {
        var problem = new IcaProblem(new IcaSettings { Dimension = Dimension, TrainingSamples = 500, TestSamples = 10 });
        double[] Unmixing(ulong seed) => Whitening.Unmixing(problem.Training, Dimension, BaseDensity.Laplace, seed);
        Assert.Equal(Unmixing(1), Unmixing(1));
        Assert.NotEqual(Unmixing(1), Unmixing(2));
    }

    private static double[] Apply(double[] matrix, float[] x) =>
        [.. matrix.Chunk(Dimension).Select(row => row.Zip(x, (a, b) => a * b).Sum())];
}
