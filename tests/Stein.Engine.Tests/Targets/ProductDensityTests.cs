using MathNet.Numerics.Distributions;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Random;
using Stein.Engine.Tests.Testing;
using Xunit;
using StudentTDistribution = MathNet.Numerics.Distributions.StudentT;

namespace Stein.Engine.Tests.Targets;

/// <summary>Independent coordinates: derivatives by differences, and the distribution of each coordinate of the samples.</summary>
public sealed class ProductDensityTests
{
    private const double Step = 1e-5;

    // Central differences have an error of h²/6 times a third derivative (here below 100) and of ε/h times a value (below 30).
    private const double Tolerance = 1e-8;

    private static readonly double[] Location = [0.5, -1, 0];
    private static readonly double[] Scales = [0.7, 2, 1];

    public static TheoryData<string> Names => [.. Create().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Derivatives_agree_with_differences(string name)
    {
        ITarget target = Create()[name].Target;
        double[] points = target.Sample(new PhiloxStream(1, StreamPurpose.TestData), 20);
        double[] ones = [.. Enumerable.Repeat(1.0, points.Length)], products = new double[points.Length];
        target.HessianProducts(points, ones, products);
        for (int start = 0; start < points.Length; start += target.Dimension)
        {
            double[] point = points[start..(start + target.Dimension)], score = new double[target.Dimension];
            Assert.Equal(target.LogDensity(point), target.LogDensityAndScore(point, score));
            for (int d = 0; d < point.Length; d++)
            {
                Close((LogDensity(point, d, Step) - LogDensity(point, d, -Step)) / (2 * Step), score[d]);
                Close((Score(point, d, Step) - Score(point, d, -Step)) / (2 * Step), products[start + d]);
            }
        }

        static void Close(double expected, double actual) => Assert.Equal(expected, actual, Tolerance * (1 + Math.Abs(actual)));

        double LogDensity(double[] point, int d, double step) => target.LogDensity(Moved(point, d, step));

        double Score(double[] point, int d, double step)
        {
            var score = new double[point.Length];
            target.LogDensityAndScore(Moved(point, d, step), score);
            return score[d];
        }

        static double[] Moved(double[] point, int d, double step) => [.. point.Select((x, index) => index == d ? x + step : x)];
    }

    /// <summary>Error rates are stated in <see cref="Goodness"/>.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Samples_follow_the_density_coordinate_by_coordinate(string name)
    {
        (ITarget target, Func<int, double, double> distribution) = Create()[name];
        double[] samples = target.Sample(new PhiloxStream(2, StreamPurpose.TestData), 50_000);
        for (int d = 0; d < target.Dimension; d++)
            Goodness.AssertFollows(Mixtures.Column(samples, target.Dimension, d), x => distribution(d, x));
        Assert.Equal(samples[..30], target.Sample(new PhiloxStream(2, StreamPurpose.TestData), 30 / target.Dimension));
    }

    [Fact]
    public void Equally_correlated_coordinates_have_standard_normal_marginals_and_their_correlation()
    {
        const int Dimension = 3;
        const double Correlation = 0.6;
        var target = new GaussianMixture([1], new double[Dimension], GaussianCovariance.Equicorrelated(Dimension, Correlation));
        double[] samples = target.Sample(new PhiloxStream(3, StreamPurpose.TestData), 50_000);
        double[][] columns = [.. Enumerable.Range(0, Dimension).Select(d => Mixtures.Column(samples, Dimension, d))];
        Assert.All(columns, column => Goodness.AssertFollows(column, x => Normal.CDF(0, 1, x)));

        // The variance of a product of standard normal numbers is 1 + ρ².
        Goodness.AssertMean(columns[0].Zip(columns[2], (a, b) => a * b), Correlation, 1 + (Correlation * Correlation));
        Assert.Throws<ArgumentException>(() => GaussianCovariance.Equicorrelated(Dimension, -0.51));
    }

    [Fact]
    public void What_is_not_a_density_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new ProductLaplace([0, 0], [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProductLaplace([], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ProductNormal([0], [0]));
        var score = new double[1];
        Assert.Equal(double.NegativeInfinity, new GammaDensity(5, 5).LogDensityAndScore([-1], score));
        Assert.Equal(double.NaN, score[0]);
    }

    /// <summary>The densities, with the distribution function of each coordinate.</summary>
    private static Dictionary<string, (ITarget Target, Func<int, double, double> Distribution)> Create() => new()
    {
        ["normal"] = (new ProductNormal(Location, Scales), (d, x) => Normal.CDF(Location[d], Scales[d], x)),
        ["laplace"] = (new ProductLaplace(Location, Scales), (d, x) => new Laplace(Location[d], Scales[d]).CumulativeDistribution(x)),
        ["student-t"] = (
            new ProductStudentT(5, Location, Scales), (d, x) => StudentTDistribution.CDF(Location[d], Scales[d], 5, x)),
        ["gamma"] = (new GammaDensity(5, 5), (_, x) => Gamma.CDF(5, 1.0 / 5, x)),
    };
}
