using MathNet.Numerics.Distributions;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Random;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

public class GaussianMixtureTests
{
    public static TheoryData<int, int, bool> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, bool>();
            foreach (bool full in new[] { false, true })
            {
                foreach (int dimension in new[] { 1, 2, 5, 17 })
                {
                    foreach (int components in new[] { 1, 2, 4 })
                        shapes.Add(dimension, components, full);
                }
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_score_is_the_gradient_of_the_log_density(int dimension, int components, bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(dimension, components, full);
        double[] points = new Draw(3).Normal(4 * dimension, 2);
        var scores = new double[points.Length];
        mixture.Score(points, scores);
        for (int n = 0; n < 4; n++)
        {
            double[] point = points[(n * dimension)..((n + 1) * dimension)];
            double[] score = scores[(n * dimension)..((n + 1) * dimension)];
            FiniteDifferences.Check($"log-density at point {n}", x => mixture.LogDensity(x), point, score);

            var single = new double[dimension];
            Assert.Equal(mixture.LogDensity(point), mixture.LogDensityAndScore(point, single));
            Checks.Same("score of one point", score, single);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_log_density_is_the_sum_of_densities_by_another_way(int dimension, int components, bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(dimension, components, full);
        double[] points = new Draw(4).Normal(3 * dimension, 2);
        var logDensities = new double[3];
        mixture.LogDensities(points, logDensities);
        var responsibilities = new double[3 * components];
        mixture.Responsibilities(points, responsibilities);
        for (int n = 0; n < 3; n++)
        {
            // Inverse and determinant by LU; densities are summed directly.
            var densities = new double[components];
            for (int k = 0; k < components; k++)
            {
                double[] covariance = mixture.Covariances[k].ToArray();
                double[] inverse = SquareMatrix.Inverse(covariance, dimension);
                double square = 0;
                for (int i = 0; i < dimension; i++)
                {
                    for (int j = 0; j < dimension; j++)
                    {
                        square += (points[(n * dimension) + i] - mixture.Mean(k)[i]) * inverse[(i * dimension) + j]
                            * (points[(n * dimension) + j] - mixture.Mean(k)[j]);
                    }
                }

                double logVolume = SquareMatrix.LogDeterminant(covariance, dimension).LogAbsoluteDeterminant
                    + (dimension * Math.Log(2 * Math.PI));
                densities[k] = mixture.Weights[k] * Math.Exp(-0.5 * (square + logVolume));
            }

            Assert.Equal(Math.Log(densities.Sum()), logDensities[n], 1e-11 * Math.Max(1, Math.Abs(logDensities[n])));
            Checks.Close(
                "responsibilities",
                [.. densities.Select(density => density / densities.Sum())],
                responsibilities.AsSpan(n * components, components),
                _ => 1e-11);
        }

        Assert.Equal(logDensities.Average(), mixture.MeanLogLikelihood(points), 1e-13 * Math.Abs(logDensities.Average()));
    }

    [Fact]
    public void The_density_integrates_to_one()
    {
        foreach (GaussianMixture mixture in new[]
        {
            Mixtures.Irregular(1, 3, full: false), Mixtures.Irregular(1, 3, full: true), GaussianMixture.TwoModes(5, 0.7),
        })
        {
            Assert.Equal(1, Mixtures.Integral(x => Math.Exp(mixture.LogDensity([x]))), 1e-12);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Smoothing_is_convolution(bool full)
    {
        const double Deviation = 0.8;
        GaussianMixture mixture = Mixtures.Irregular(1, 3, full);
        GaussianMixture smoothed = mixture.Smoothed(Deviation);
        foreach (double x in new[] { -4.0, -0.3, 0, 1.7, 6 })
        {
            double density = Mixtures.Integral(y => Math.Exp(mixture.LogDensity([y])) * Normal.PDF(0, Deviation, x - y));
            double slope = Mixtures.Integral(
                y => Math.Exp(mixture.LogDensity([y])) * Normal.PDF(0, Deviation, x - y) * (y - x) / (Deviation * Deviation));
            var score = new double[1];
            Assert.Equal(density, Math.Exp(smoothed.LogDensityAndScore([x], score)), 1e-12);
            Assert.Equal(slope / density, score[0], 1e-9);
        }
    }

    [Fact]
    public void Smoothing_adds_to_the_diagonal_keeps_the_kind_and_shares_what_was_shared()
    {
        GaussianMixture full = Mixtures.Irregular(3, 2, full: true);
        double[] before = full.Covariances[1].ToArray();
        double[] after = full.Smoothed(2).Covariances[1].ToArray();
        for (int i = 0; i < 9; i++)
            Assert.Equal(before[i] + (i % 4 == 0 ? 4 : 0), after[i]);

        GaussianMixture isotropic = GaussianMixture.TwoModes(3, dimension: 2).Smoothed(4);
        Assert.Equal(17, isotropic.Covariances[0].Variance);
        Assert.Same(isotropic.Covariances[0], isotropic.Covariances[1]);

        // Smoothing twice equals smoothing once by the root of the sum of squares.
        GaussianMixture twice = full.Smoothed(3).Smoothed(4);
        Assert.Equal(full.Smoothed(5).LogDensity([1, 2, 3]), twice.LogDensity([1, 2, 3]), 1e-13);
        Assert.Equal(full.LogDensity([1, 2, 3]), full.Smoothed(0).LogDensity([1, 2, 3]));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public void Samples_have_the_moments_of_the_mixture(int dimension, bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(dimension, 3, full);
        double[] samples = mixture.Sample(Mixtures.Stream(60), 50_000);
        for (int d = 0; d < dimension; d++)
        {
            (double mean, double variance, double fourth) = Mixtures.Moments(mixture, d);
            double[] column = Mixtures.Column(samples, dimension, d);
            Goodness.AssertMean(column, mean, variance);
            Goodness.AssertMean(column.Select(x => (x - mean) * (x - mean)), variance, fourth - (variance * variance));
        }

        // E ∇ log p = 0 and E x_i s_i = −1 hold for every density and detect correlations that the moments above do not.
        var scores = new double[samples.Length];
        mixture.Score(samples, scores);
        for (int d = 0; d < dimension; d++)
        {
            double[] score = Mixtures.Column(scores, dimension, d);
            Goodness.AssertMean(score, 0, score.Average(s => s * s));
            double[] products = [.. Mixtures.Column(samples, dimension, d).Zip(score, (x, s) => x * s)];
            Goodness.AssertMean(products, -1, products.Average(product => (product + 1) * (product + 1)));
        }
    }

    [Fact]
    public void Samples_follow_the_distribution_and_the_weights()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5, 0.7);
        double[] samples = mixture.Sample(Mixtures.Stream(61), 50_000);
        Goodness.AssertFollows(samples, x => (0.7 * Normal.CDF(-5, 1, x)) + (0.3 * Normal.CDF(5, 1, x)));
        Assert.All(mixture.WithWeights(0, 1).Sample(Mixtures.Stream(62), 1000), x => Assert.True(x > -1));
        Assert.All(mixture.WithWeights(1, 0).Sample(Mixtures.Stream(62), 1000), x => Assert.True(x < 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_does_not_depend_on_how_many_follow(bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(3, 3, full);
        PhiloxStream stream = Mixtures.Stream(60);
        double[] many = mixture.Sample(stream, 20);
        Assert.Equal(20UL * (2 + (4 * 3)), stream.Position);
        Assert.Equal(many[..21], mixture.Sample(Mixtures.Stream(60), 7));
        stream.Position = 5 * (2 + (4 * 3));
        Assert.Equal(many[15..18], mixture.Sample(stream, 1));
        Assert.Empty(mixture.Sample(stream, 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_order_of_the_components_does_not_matter(bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(2, 4, full);
        int[] order = [2, 0, 3, 1];
        var permuted = new GaussianMixture(
            [.. order.Select(k => mixture.Weights[k])],
            [.. order.SelectMany(k => mixture.Mean(k).ToArray())],
            [.. order.Select(k => mixture.Covariances[k])]);
        double[] points = new Draw(5).Normal(20, 3);
        var expected = new double[20];
        var actual = new double[20];
        mixture.Score(points, expected);
        permuted.Score(points, actual);
        Checks.CloseInMaximum("score", expected, actual, 1e-13);
        Assert.Equal(mixture.MeanLogLikelihood(points), permuted.MeanLogLikelihood(points), 1e-12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Far_in_the_tails_the_score_is_that_of_the_widest_component(bool full)
    {
        double[] variances = [1, 4];
        GaussianMixture mixture = full
            ? GaussianMixture.Full(2, [0.5, 0.5], [-3, 0, 3, 0], [1, 0, 0, 1, 4, 0, 0, 4])
            : GaussianMixture.Isotropic(2, [0.5, 0.5], [-3, 0, 3, 0], variances);
        foreach (double far in new[] { 1e2, 1e5, 1e10, 1e100, 1e150 })
        {
            foreach (int sign in new[] { -1, 1 })
            {
                var score = new double[2];
                double logDensity = mixture.LogDensityAndScore([sign * far, far], score);
                Assert.True(double.IsFinite(logDensity));
                Assert.Equal(-((sign * far) - 3) / 4, score[0], 1e-12 * far);
                Assert.Equal(-far / 4, score[1], 1e-12 * far);
            }
        }

        var nothing = new double[2];
        Assert.Equal(double.NegativeInfinity, mixture.LogDensityAndScore([1e200, 0], nothing));
        Assert.All(nothing, value => Assert.True(double.IsNaN(value)));
        Assert.True(double.IsNaN(mixture.LogDensity([double.NaN, 0])));
    }

    [Fact]
    public void Between_distant_modes_the_score_does_not_depend_on_the_weights()
    {
        var near = new double[1];
        var even = new double[1];
        GaussianMixture mixture = GaussianMixture.TwoModes(5, 0.1);
        foreach (double x in new[] { -7.0, -5, -3, 3, 5, 7 })
        {
            mixture.Score([x], near);
            mixture.WithWeights(0.5, 0.5).Score([x], even);
            Assert.Equal(even[0], near[0], 1e-11);
        }

        // At σ = 5 they differ by more than a tenth.
        mixture.Smoothed(5).Score([-3], near);
        mixture.WithWeights(0.5, 0.5).Smoothed(5).Score([-3], even);
        Assert.True(Math.Abs(near[0] - even[0]) > 0.1, $"The scores differ by {near[0] - even[0]} only.");
    }

    [Fact]
    public void A_component_without_weight_has_no_effect()
    {
        GaussianMixture mixture = GaussianMixture.Isotropic(1, [0.4, 0, 0.6], [-1, 9, 2], [1, 2, 3]);
        GaussianMixture without = GaussianMixture.Isotropic(1, [0.4, 0.6], [-1, 2], [1, 3]);
        var expected = new double[3];
        var actual = new double[3];
        mixture.Score([-2, 9, 100], actual);
        without.Score([-2, 9, 100], expected);
        Checks.Same("score", expected, actual);
    }

    [Fact]
    public void The_two_modes_are_where_they_should_be()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5, 0.7, 3, 2);
        Assert.Equal([0.7, 0.3], mixture.Weights.ToArray(), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal([-5, 0, 0, 5, 0, 0], mixture.Means.ToArray());
        Assert.Equal(2, mixture.Covariances[1].Variance);
    }

    [Fact]
    public void Bad_weights_are_named()
    {
        Contains("sum 0.9", () => GaussianMixture.Isotropic(1, [0.5, 0.4], [0, 1], [1, 1]));
        Contains("component 1 is -0.5", () => GaussianMixture.Isotropic(1, [1.5, -0.5], [0, 1], [1, 1]));
        Contains("component 0 is NaN", () => GaussianMixture.Isotropic(1, [double.NaN, 0.5], [0, 1], [1, 1]));
        Contains("no weights", () => GaussianMixture.Isotropic(1, [], [], []));
        Contains("3 weights", () => GaussianMixture.TwoModes(5).WithWeights(0.2, 0.3, 0.5));
        Contains("sum 2", () => GaussianMixture.TwoModes(5).WithWeights(1, 1));
        Assert.Equal(1, GaussianMixture.TwoModes(5).WithWeights(0.5, 0.5 + 1e-10).Weights.ToArray().Sum(), 1e-15);
    }

    [Fact]
    public void Bad_covariances_are_named()
    {
        double[] means = [0, 0, 1, 1];
        Contains("component 1 is 0", () => GaussianMixture.Isotropic(1, [0.5, 0.5], [0, 1], [1, 0]));
        Contains("component 0 is NaN", () => GaussianMixture.Isotropic(1, [0.5, 0.5], [0, 1], [double.NaN, 1]));
        Contains(
            "component 1 [1, 2; 2, 1] is not positive definite",
            () => GaussianMixture.Full(2, [0.5, 0.5], means, [1, 0, 0, 1, 1, 2, 2, 1]));
        Contains(
            "component 1 is not symmetric: entry (1, 0) is 0.1",
            () => GaussianMixture.Full(2, [0.5, 0.5], means, [1, 0, 0, 1, 1, 0.2, 0.1, 1]));
        Contains("component 0 has the entry Infinity", () => GaussianMixture.Full(1, [1], [0], [double.PositiveInfinity]));
        Contains("2×2×2 = 8", () => GaussianMixture.Full(2, [0.5, 0.5], means, [1, 0, 0, 1]));
        Contains("2 weights and 1 covariances", () => GaussianMixture.Isotropic(1, [0.5, 0.5], [0, 1], [1]));
        Contains(
            "component 1 has dimension 2",
            () => new GaussianMixture([0.5, 0.5], [0, 1], GaussianCovariance.Isotropic(1, 1), GaussianCovariance.Isotropic(2, 1)));
        Contains("eigenvalues", () => GaussianCovariance.Full(2, [1, 1, 1, 1]));
        Contains("must have 4", () => GaussianCovariance.Full(2, [1, 1, 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianCovariance.Isotropic(1, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianCovariance.Isotropic(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => GaussianCovariance.Isotropic(1, 1).PlusIsotropic(-1));
    }

    [Fact]
    public void Other_bad_arguments_are_named()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(5, dimension: 2);
        Contains("component 1 is NaN", () => GaussianMixture.Isotropic(2, [0.5, 0.5], [0, 1, double.NaN, 3], [1, 1]));
        Contains("2×2 = 4", () => GaussianMixture.Isotropic(2, [0.5, 0.5], [0, 1, 2], [1, 1]));
        Contains("Dimension 0", () => GaussianMixture.Isotropic(0, [1], [], [1]));
        Contains("standard deviation -1", () => mixture.Smoothed(-1));
        Contains("standard deviation NaN", () => mixture.Smoothed(double.NaN));
        Contains("separation cannot be Infinity", () => GaussianMixture.TwoModes(double.PositiveInfinity));
        Contains("cannot be 1.2", () => GaussianMixture.TwoModes(5, 1.2));
        Contains("-1 samples", () => mixture.Sample(Mixtures.Stream(1), -1));
        Contains("1 numbers does not have dimension 2", () => mixture.LogDensity([1]));
        Contains("3 numbers are not rows of 2", () => mixture.Score([1, 2, 3], new double[3]));
        Contains("must have 4", () => mixture.Score([1, 2, 3, 4], new double[3]));
        Contains("too few; at least 1", () => mixture.MeanLogLikelihood([]));
        Contains("Coordinate 1 of sample 0 is NaN", () => mixture.MeanLogLikelihood([1, double.NaN]));
    }

    internal static void Contains<T>(string part, Func<T> action) => Contains(part, () => { action(); });

    internal static void Contains(string part, Action action)
        => Assert.Contains(part, Assert.ThrowsAny<ArgumentException>(action).Message, StringComparison.Ordinal);
}
