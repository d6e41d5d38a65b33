using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.LinearAlgebra;

/// <summary>Compares the factorisation in fixed memory with MathNet's.</summary>
public class LuFactorTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    [InlineData(7, 3)]
    [InlineData(30, 40)]
    public void Determinant_and_solutions(int order, int columns)
    {
        var draw = new Draw((ulong)order);
        double[] matrix = draw.Normal(order * order);
        double[] right = draw.Normal(order * columns);
        double[] inverse = SquareMatrix.Inverse(matrix, order);
        double tolerance = 1e-14 * order * SquareMatrix.ConditionNumber(matrix, order);
        var factor = new LuFactor(order);
        factor.Factor(draw.Normal(order * order));
        factor.Factor(matrix);
        Assert.Equal(SquareMatrix.LogDeterminant(matrix, order).LogAbsoluteDeterminant, factor.LogAbsoluteDeterminant, 1e-12);
        foreach (bool transpose in new[] { false, true })
        {
            double[] solution = [.. right];
            factor.Solve(solution, transpose);
            var expected = new double[right.Length];
            for (int i = 0; i < order; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    expected[(i * columns) + j] = Enumerable.Range(0, order).Sum(
                        k => inverse[transpose ? (k * order) + i : (i * order) + k] * right[(k * columns) + j]);
                }
            }

            Checks.CloseInMaximum($"transpose {transpose}", expected, solution, tolerance);
        }
    }

    [Fact]
    public void A_singular_matrix_has_the_log_determinant_of_zero()
    {
        var factor = new LuFactor(3);
        factor.Factor([1, 2, 3, 2, 4, 6, 1, 0, 1]);
        Assert.Equal(double.NegativeInfinity, factor.LogAbsoluteDeterminant);
        factor.Factor([1, 2, double.NaN, 2, 4, 6, 1, 0, 1]);
        Assert.Equal(double.NaN, factor.LogAbsoluteDeterminant);
    }
}
