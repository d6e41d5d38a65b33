using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.LinearAlgebra;

public class SquareMatrixTests
{
    // A matrix without symmetry, so that a missing transposition is noticed; its determinant is −2.
    private static readonly double[] Sample = [1, 2, 0, 3, 1, 4, 1, 0, 2];

    [Fact]
    public void The_inverse_is_by_rows()
    {
        double[] inverse = SquareMatrix.Inverse(Sample, 3);
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                double product = Enumerable.Range(0, 3).Sum(k => Sample[(row * 3) + k] * inverse[(k * 3) + column]);
                Assert.Equal(row == column ? 1 : 0, product, 1e-14);
            }
        }

        Assert.Equal(-1, inverse[0], 1e-15);
        Assert.Equal(2, inverse[1], 1e-15);
    }

    [Theory]
    [InlineData(new double[] { 1, 2, 0, 3, 1, 4, 1, 0, 2 }, 3, -1, 0.69314718055994529)]
    [InlineData(new double[] { 0, 1, 1, 0 }, 2, -1, 0)]
    [InlineData(new double[] { 0, 1, 0, 0, 0, 1, 1, 0, 0 }, 3, 1, 0)]
    [InlineData(new double[] { -3 }, 1, -1, 1.0986122886681098)]
    [InlineData(new double[] { 1, 2, 2, 4 }, 2, 0, double.NegativeInfinity)]
    public void The_determinant_has_its_sign_and_logarithm(double[] matrix, int dimension, int sign, double logarithm)
    {
        (int actualSign, double actualLogarithm) = SquareMatrix.LogDeterminant(matrix, dimension);
        Assert.Equal(sign, actualSign);
        Assert.Equal(logarithm, actualLogarithm, 1e-14);
    }

    [Fact]
    public void The_condition_number_of_a_diagonal_matrix_is_the_ratio_of_its_extremes()
    {
        Assert.Equal(8, SquareMatrix.ConditionNumber([0.5, 0, 0, 0, -4, 0, 0, 0, 1], 3), 1e-14);
        Assert.Equal(1, SquareMatrix.ConditionNumber([-7], 1), 1e-15);
    }

    [Fact]
    public void The_lower_bound_is_below_the_condition_number_and_near_it()
    {
        foreach (int dimension in new[] { 1, 2, 5, 20, 60 })
        {
            var random = new NumpyLegacyRandom((uint)dimension);
            var matrix = new double[dimension * dimension];
            for (int repetition = 0; repetition < 20; repetition++)
            {
                random.FillNormal(matrix);
                double conditionNumber = SquareMatrix.ConditionNumber(matrix, dimension);
                double bound = SquareMatrix.ConditionNumberLowerBound(matrix, dimension);
                Assert.InRange(bound, 0.3 * conditionNumber, conditionNumber * (1 + 1e-9));
            }
        }
    }

    [Fact]
    public void A_singular_matrix_is_never_given_a_small_bound()
    {
        double bound = SquareMatrix.ConditionNumberLowerBound([1, 2, 2, 4], 2);
        Assert.False(bound < 1e12, $"The bound is {bound}.");
        Assert.False(SquareMatrix.ConditionNumber([1, 2, 2, 4], 2) < 1e12);
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        Assert.Throws<ArgumentException>(() => SquareMatrix.Inverse([1, 2, 2, 4], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => SquareMatrix.Inverse([], 0));
        var error = Assert.Throws<ArgumentException>(() => SquareMatrix.LogDeterminant(Sample, 2));
        Assert.Contains("must hold 4", error.Message, StringComparison.Ordinal);
    }
}
