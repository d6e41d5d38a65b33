using Stein.Engine.Targets;
using Stein.Engine.Tests.Gradients;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Targets;

/// <summary>Products with the Hessian of a mixture's log-density.</summary>
public class MixtureCurvatureTests
{
    /// <summary>
    /// Central differences with a step of 6·10⁻⁶ have an error of about 10⁻¹⁰ of the score's size and its third derivatives.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Differences_of_any_score_agree_with_them(int dimension, int components, bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(dimension, components, full);
        var draw = new Draw(26);
        double[] points = draw.Normal(4 * dimension, 2), vectors = draw.Normal(4 * dimension);
        Array.Clear(vectors, 0, dimension);
        double[] expected = new double[points.Length], actual = new double[points.Length];
        mixture.HessianProducts(points, vectors, expected);
        ((IDensity)new ScoreOnly(mixture)).HessianProducts(points, vectors, actual);
        Checks.CloseInMaximum("products", expected, actual, 1e-8);
        Assert.Throws<ArgumentException>(() => ((IDensity)new ScoreOnly(mixture)).HessianProducts(points, vectors.AsSpan(1), actual));
    }

    public static TheoryData<int, int, bool> Shapes => new()
    {
        { 1, 1, false }, { 1, 3, false }, { 4, 2, false }, { 3, 3, true }, { 1, 2, true }, { 5, 1, true },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_the_derivative_of_the_score_along_a_vector(int dimension, int components, bool full)
    {
        GaussianMixture mixture = Mixtures.Irregular(dimension, components, full);
        var draw = new Draw(21);
        for (int repetition = 0; repetition < 5; repetition++)
        {
            double[] point = draw.Normal(dimension, 2);
            double[] vector = draw.Normal(dimension);
            var product = new double[dimension];
            mixture.HessianProducts(point, vector, product);

            // H v is the gradient of s(x)·v, H being symmetric. The score of one component is linear.
            FiniteDifferences.Check(
                $"D = {dimension}, K = {components}", ScoreAlong, point, product, magnitude: 100, largestStep: 1.0 / 32);

            double ScoreAlong(double[] at)
            {
                var score = new double[dimension];
                mixture.Score(at, score);
                return score.Zip(vector, (s, v) => s * v).Sum();
            }
        }
    }

    [Fact]
    public void Between_two_modes_the_curvature_is_the_squared_separation_less_one()
    {
        // At 0 both components have responsibility ½ and g = ±m, so the curvature is m² − 1 along the axis and −1 across it.
        GaussianMixture mixture = GaussianMixture.TwoModes(8, 0.5, 2);
        var product = new double[2];
        mixture.HessianProducts([0, 0], [1, 1], product);
        Checks.Close("curvature", [63, -1], product, _ => 1e-12);
    }

    [Fact]
    public void Many_points_give_the_same_as_each_alone()
    {
        GaussianMixture mixture = Mixtures.Irregular(3, 2, full: true);
        var draw = new Draw(3);
        double[] points = draw.Normal(12);
        double[] vectors = draw.Normal(12);
        var together = new double[12];
        mixture.HessianProducts(points, vectors, together);
        for (int n = 0; n < 4; n++)
        {
            var alone = new double[3];
            mixture.HessianProducts(points.AsSpan(3 * n, 3), vectors.AsSpan(3 * n, 3), alone);
            Checks.Same($"point {n}", alone, together.AsSpan(3 * n, 3));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_columns_of_a_hessian_are_its_products_with_unit_vectors(int dimension, int components, bool full)
    {
        const int Count = 3;
        GaussianMixture mixture = Mixtures.Irregular(dimension, components, full);
        var draw = new Draw(22);
        double[] points = draw.Normal(Count * dimension, 2);
        double[] vectors = draw.Normal(Count * dimension);
        var expected = new double[points.Length];
        mixture.HessianProducts(points, vectors, expected);
        double[] hessians = mixture.Hessians(points);
        double[] found =
        [
            .. Enumerable.Range(0, points.Length).Select(row => Enumerable.Range(0, dimension)
                .Sum(j => hessians[(row * dimension) + j] * vectors[(row / dimension * dimension) + j])),
        ];
        Checks.CloseInMaximum($"D = {dimension}, K = {components}", expected, found, 1e-12);
    }

    [Fact]
    public void Shapes_that_do_not_match_are_refused()
    {
        GaussianMixture mixture = GaussianMixture.TwoModes(2, 0.5, 2);
        var exception = Assert.Throws<ArgumentException>(() => mixture.HessianProducts(new double[4], new double[2], new double[4]));
        Assert.Contains("vectors of 2", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => mixture.HessianProducts(new double[3], new double[3], new double[3]));
    }

    private sealed class ScoreOnly(IDensity density) : IDensity
    {
        public int Dimension => density.Dimension;

        public double LogDensity(ReadOnlySpan<double> point) => density.LogDensity(point);

        public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score) => density.LogDensityAndScore(point, score);
    }
}
