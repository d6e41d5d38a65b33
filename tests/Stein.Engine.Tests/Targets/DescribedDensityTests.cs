using Stein.Engine.IndependentComponents;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

/// <summary>Densities that users describe: scores against differences of log-densities, and bounded supports.</summary>
public sealed class DescribedDensityTests
{
    private const double Step = 1e-5;
    private const double Tolerance = 1e-8;

    public static TheoryData<string> Densities => [.. Create().Keys];

    [Theory]
    [MemberData(nameof(Densities))]
    public void Scores_agree_with_differences_of_the_log_density(string name)
    {
        IDensity density = Create()[name];
        double[] points = new Draw(3).Normal(20 * density.Dimension);
        for (int start = 0; start < points.Length; start += density.Dimension)
        {
            double[] point = points[start..(start + density.Dimension)];
            var score = new double[density.Dimension];
            Assert.Equal(density.LogDensity(point), density.LogDensityAndScore(point, score));
            for (int d = 0; d < point.Length; d++)
                Assert.Equal(Difference(at => density.LogDensity(at), point, d), score[d], Tolerance * (1 + Math.Abs(score[d])));
        }
    }

    /// <summary>With many degrees of freedom a Student-t density is Gaussian, and with one, in one dimension, a Cauchy density.</summary>
    [Fact]
    public void Student_t_has_its_limits()
    {
        var covariance = GaussianCovariance.Full(2, [2, 0.5, 0.5, 1]);
        var gaussian = new GaussianMixture([1], [1, -1], covariance);
        double[] point = [0.3, 0.7], expected = new double[2], actual = new double[2];
        gaussian.LogDensityAndScore(point, expected);
        new MultivariateStudentT(1e9, [1, -1], covariance).LogDensityAndScore(point, actual);
        Checks.Close("score", expected, actual, _ => 1e-8);

        var cauchy = new double[1];
        new ProductStudentT(1, [0], [1]).LogDensityAndScore([2], cauchy);
        Assert.Equal(-2 * 2 / (1 + 4.0), cauchy[0], 1e-15);
    }

    /// <summary>The score of y is the derivative of log p(x(y)) + log x′(y), with x′ by differences.</summary>
    [Theory]
    [InlineData(0, double.PositiveInfinity, 1.7)]
    [InlineData(-2, double.PositiveInfinity, -1.9)]
    [InlineData(double.NegativeInfinity, 3, 2.2)]
    [InlineData(double.NegativeInfinity, 3, -40)]
    [InlineData(0, 1, 0.9)]
    [InlineData(-1, 4, 0.2)]
    public void Scores_on_the_whole_line_are_those_of_the_transformed_density(double lower, double upper, double x)
    {
        var support = new BoundedSupport([lower], [upper]);
        var density = new ProductStudentT(3, [0.4], [1.3]);
        (double y, double score) = Map(x);
        double h = 1e-4;
        double expected = (LogDensity(y + h) - LogDensity(y - h)) / (2 * h);
        Assert.Equal(expected, score, 1e-6 * (1 + Math.Abs(score)));

        (double Y, double Score) Map(double at)
        {
            var s = new double[1];
            density.LogDensityAndScore([at], s);
            (double[] mapped, double[] scores) = support.ToWholeSpace([at], s);
            return (mapped[0], scores[0]);
        }

        // x(y) by bisection, and x′(y) by differences: nothing but the formula of y is used.
        double LogDensity(double at)
            => density.LogDensity([Inverse(at)]) + Math.Log((Inverse(at + 1e-3) - Inverse(at - 1e-3)) / 2e-3);

        double Inverse(double at)
        {
            (double low, double high) = (double.IsFinite(lower) ? lower : -1e3, double.IsFinite(upper) ? upper : 1e3);
            for (int step = 0; step < 200; step++)
            {
                double middle = low + ((high - low) / 2);
                if (middle == low || middle == high)
                    break;
                (low, high) = Map(middle).Y < at ? (middle, high) : (low, middle);
            }

            return low;
        }
    }

    [Fact]
    public void Coordinates_without_ends_stay_as_they_are()
    {
        var support = new BoundedSupport([double.NegativeInfinity, 0, 1], [double.PositiveInfinity, double.PositiveInfinity, 3]);
        (double[] samples, double[] scores) = support.ToWholeSpace([-5, Math.E, 2], [7, 1, 0.5]);
        Checks.Close("samples", [-5, 1, 0], samples, _ => 1e-15);
        Checks.Close("scores", [7, Math.E + 1, 0.25], scores, _ => 1e-14);
        Assert.Equal(["a", "log(b)", "log((c - 1)/(3 - c))"], ((string[])["a", "b", "c"]).Select((name, d) => support.Formula(d, name)));
        Assert.Throws<ArgumentException>(() => support.ToWholeSpace([0, 0, 2], [0, 0, 0]));
        Assert.Throws<ArgumentException>(() => new BoundedSupport([1], [1]));
    }

    private static Dictionary<string, IDensity> Create() => new()
    {
        ["multivariate t"] = new MultivariateStudentT(
            3.5, [0.2, -0.4, 1], GaussianCovariance.Full(3, [2, 0.3, 0, 0.3, 1, -0.2, 0, -0.2, 0.5])),
        ["multivariate t, isotropic"] = new MultivariateStudentT(2, [0.2, -0.4], GaussianCovariance.Isotropic(2, 1.7)),
        ["product t"] = new ProductStudentT(5, [0.2, -0.4], [0.7, 2]),
        ["banana"] = new BananaDensity(3, bend: 0.4, variance: 2),
        ["banana, narrow"] = new BananaDensity(3, bend: 0.4, variance: 2, deviation: 0.6),
        ["logistic posterior"] = new LogisticPosterior([[0.3, -1], [1.2, 0.4], [-0.5, 2]], [1, 0, 1], 2, 1.5),
        ["network posterior"] = new NetworkPosterior([[0.3], [-1.2], [0.8]], [0.5, -0.4, 1], 2, 1.5, 0.6),
        ["classifier posterior"] = new ClassifierPosterior(
            [[0.3, -1], [-1.2, 0.5], [0.8, 0.1]], [0, 1, 1], 2, 2, ClassifierPosterior.Tanh, 1.5, weight: 4),
        ["classifier posterior, rectifiers"] = new ClassifierPosterior([[0.3], [-1.2]], [1, 0], 1, 3, ClassifierPosterior.Rectifier, 1),
        ["classifier posterior, sigmoid"] = new ClassifierPosterior([[0.3], [-1.2]], [1, 0], 1, 3, ClassifierPosterior.Logistic, 1),
        ["ica"] = new IcaDensity(
            [1, 0.3, -0.2, 0.5, -1.2, 0.1, 0, 0.4, 0.9],
            [0.1, 0.2, 0.3],
            [SourceDensity.StudentT(5), SourceDensity.SubGaussian, SourceDensity.Logistic]),
    };

    private static double Difference(Func<double[], double> function, double[] point, int coordinate)
    {
        double[] above = [.. point], below = [.. point];
        above[coordinate] += Step;
        below[coordinate] -= Step;
        return (function(above) - function(below)) / (2 * Step);
    }
}
