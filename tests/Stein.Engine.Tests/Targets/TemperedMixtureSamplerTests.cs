using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

public class TemperedMixtureSamplerTests
{
    /// <summary>In standard errors: one seed in a million gives a false alarm, for each comparison.</summary>
    private const double Tolerance = 4.9;

    [Theory]
    [InlineData(1)]
    [InlineData(2.5)]
    [InlineData(16)]
    public void Has_the_distribution_of_the_tempered_density(double temperature)
    {
        const int Count = 20_000;
        GaussianMixture mixture = Mixtures.Irregular(dimension: 1, components: 3, full: false);
        var tempered = new TemperedMixture(mixture, temperature);
        double[] samples = new TemperedMixtureSampler(mixture, temperature).Sample(Mixtures.Stream(60), Count);

        // The trapezoidal rule is nearly exact for a smooth density that vanishes well inside the interval.
        const int Points = 40_001;
        const double Reach = 60;
        double step = 2 * Reach / (Points - 1);
        double[] cumulative = new double[Points];
        for (int index = 1; index < Points; index++)
            cumulative[index] = cumulative[index - 1] + Math.Exp(tempered.LogDensity([(index * step) - Reach]));
        foreach (double place in (double[])[-6, -3, -1, 0, 1, 2, 4, 8])
        {
            double expected = cumulative[(int)Math.Round((place + Reach) / step)] / cumulative[^1];
            double found = samples.Count(sample => sample <= place) / (double)Count;
            Assert.InRange(found - expected, -Error(expected), Error(expected));
        }

        double Error(double share) => (Tolerance * Math.Sqrt(share * (1 - share) / Count)) + 1e-4;
    }

    [Fact]
    public void Fulfils_the_Stein_identity_with_full_covariances()
    {
        // E s(x) = 0 and E s(x) xᵀ = −I hold only for the score s of the density that was sampled.
        const int Count = 20_000;
        const int Dimension = 3;
        GaussianMixture mixture = Mixtures.Irregular(Dimension, components: 4, full: true);
        double[] samples = new TemperedMixtureSampler(mixture, 5).Sample(Mixtures.Stream(61), Count);
        var scores = new double[samples.Length];
        new TemperedMixture(mixture, 5).Score(samples, scores);
        for (int row = 0; row < Dimension; row++)
        {
            AssertMean(0, Mixtures.Column(scores, Dimension, row));
            for (int column = 0; column < Dimension; column++)
            {
                double[] products =
                    [.. Mixtures.Column(scores, Dimension, row).Zip(Mixtures.Column(samples, Dimension, column), (s, x) => s * x)];
                AssertMean(row == column ? -1 : 0, products);
            }
        }

        static void AssertMean(double expected, double[] values)
        {
            double mean = values.Average();
            double error = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) / values.Length);
            Assert.InRange(mean - expected, -Tolerance * error, Tolerance * error);
        }
    }

    [Fact]
    public void A_temperature_of_two_takes_square_roots_of_the_odds()
    {
        double[] samples = new TemperedMixtureSampler(GaussianMixture.TwoModes(20, 0.8), 2).Sample(Mixtures.Stream(62), 20_000);
        Assert.Equal(2.0 / 3, samples.Average(x => x < 0 ? 1.0 : 0), Tolerance * Math.Sqrt(2.0 / 9 / samples.Length));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_below_one_is_refused(double temperature)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(
            () => new TemperedMixtureSampler(GaussianMixture.TwoModes(2), temperature));
        Assert.Contains("it must be finite and at least 1", exception.Message, StringComparison.Ordinal);
    }
}
