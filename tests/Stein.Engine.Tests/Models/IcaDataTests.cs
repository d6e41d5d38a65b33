using MathNet.Numerics.Distributions;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Engine.Tests.Random;
using Xunit;

namespace Stein.Engine.Tests.Models;

public class IcaDataTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(17)]
    [InlineData(33)]
    public void Samples_are_the_mixed_sources_to_the_last_bit_whatever_the_vector_width(int dimension)
    {
        var data = new IcaData(Unmixing(dimension), dimension, BaseDensity.Laplace);
        foreach (int count in new[] { 0, 1, 3, 4, 5, 9 })
        {
            float[] actual = data.Sample(new PhiloxStream(1, StreamPurpose.TrainingData), count);
            var stream = new PhiloxStream(1, StreamPurpose.TrainingData);
            Assert.Equal(count * dimension, actual.Length);
            for (int n = 0; n < count; n++)
            {
                double[] source = [.. Enumerable.Range(0, dimension).Select(_ => stream.NextLaplace())];
                for (int i = 0; i < dimension; i++)
                {
                    double sum = 0;
                    for (int k = 0; k < dimension; k++)
                    {
                        sum += data.Mixing[(i * dimension) + k] * source[k];
                    }

                    Assert.Equal((float)sum, actual[(n * dimension) + i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Unmixed_samples_follow_the_base_density(BaseDensity density)
    {
        const int Dimension = 3;
        const int Count = 50_000;
        double[] unmixing = Unmixing(Dimension);
        float[] samples = new IcaData(unmixing, Dimension, density).SampleTraining(60, Count);
        double[] sources = new double[samples.Length];
        for (int entry = 0; entry < sources.Length; entry++)
        {
            (int n, int d) = (entry / Dimension, entry % Dimension);
            sources[entry] = Enumerable.Range(0, Dimension).Sum(k => unmixing[(d * Dimension) + k] * samples[(n * Dimension) + k]);
        }

        // Rounding to float32 moves a source by about 1e-7, far below the test's critical distance of 7e-3.
        Goodness.AssertFollows(
            sources, density == BaseDensity.Laplace ? value => Laplace.CDF(0, 1, value) : value => StudentT.CDF(0, 1, 5, value));
    }

    [Fact]
    public void Training_and_test_samples_differ_and_are_reproducible()
    {
        var data = new IcaData(Unmixing(4), 4, BaseDensity.Laplace);
        Assert.Equal(data.SampleTraining(60, 10), data.SampleTraining(60, 10));
        Assert.Equal(data.SampleTraining(60, 10), data.SampleTraining(60, 20)[..40]);
        Assert.Empty(data.SampleTraining(60, 10).Intersect(data.SampleTest(60, 10)));
        Assert.Empty(data.SampleTraining(60, 10).Intersect(data.SampleTraining(61, 10)));
    }

    [Theory]
    [InlineData(BaseDensity.Laplace)]
    [InlineData(BaseDensity.StudentT)]
    public void Any_rows_of_a_training_sample_can_be_drawn_alone(BaseDensity density)
    {
        const int Dimension = 3;
        var data = new IcaData(Unmixing(Dimension), Dimension, density);
        float[] all = data.SampleTraining(60, 40);
        foreach ((int first, int count) in ((int, int)[])[(0, 40), (1, 5), (17, 23), (39, 1), (40, 0)])
            Assert.Equal(all[(first * Dimension)..((first + count) * Dimension)], data.SampleTraining(60, count, first));
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        Assert.Throws<ArgumentException>(() => new IcaData([1, 2, 2, 4], 2, BaseDensity.Laplace));
        Assert.Throws<ArgumentException>(() => new IcaData([1, 0, 0], 2, BaseDensity.Laplace));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IcaData(Unmixing(2), 2, BaseDensity.Laplace).SampleTraining(60, 1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IcaData([1], 1, (BaseDensity)9));
        var data = new IcaData([2], 1, BaseDensity.StudentT);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.SampleTest(60, -1));
    }

    private static double[] Unmixing(int dimension)
    {
        var matrix = new double[dimension * dimension];
        new NumpyLegacyRandom(60).FillNormal(matrix);
        return matrix;
    }
}
