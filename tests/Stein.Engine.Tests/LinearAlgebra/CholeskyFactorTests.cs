using Stein.Engine.LinearAlgebra;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.LinearAlgebra;

public sealed class CholeskyFactorTests
{
    private const double UnitRoundoff = 1.0 / (1L << 53);

    /// <summary>Orders around the block sizes 128 and 16, and one large enough for all cores.</summary>
    public static TheoryData<int> Orders => [.. Enumerable.Range(1, 40), 63, 64, 65, 127, 128, 129, 255, 257, 300, 1100];

    [Theory]
    [MemberData(nameof(Orders))]
    public void Solutions_have_residuals_of_a_few_roundings(int order)
    {
        double[] matrix = Definite(order);
        var lower = LowerOf(matrix, order);
        CholeskyFactor factor = CholeskyFactor.TryFactor(lower)!;
        foreach (int columns in order > 300 ? (int[])[5] : [1, 3, 4, 5, 129])
        {
            double[] right = new Draw(2).Normal(order * columns);
            PaddedMatrix solution = PaddedMatrix.FromRows(right, order, columns);
            factor.Solve(solution);
            double[] x = solution.ToArray();
            for (int i = 0; i < order; i++)
            {
                for (int c = 0; c < columns; c++)
                {
                    double sum = 0, size = 0;
                    for (int j = 0; j < order; j++)
                    {
                        double term = matrix[(i * order) + j] * x[(j * columns) + c];
                        sum += term;
                        size += Math.Abs(term);
                    }

                    // Backward stability (Higham, "Accuracy and stability of numerical algorithms", 2002, theorem 10.4):
                    // 3(N + 1)u |L||Lᵀ||x|, where the rows of |L||Lᵀ| are at most N times those of a matrix with a dominant diagonal.
                    double allowed = 8 * (order + 1) * UnitRoundoff * (size + Math.Abs(right[(i * columns) + c]));
                    Assert.True(Math.Abs(sum - right[(i * columns) + c]) <= allowed, $"order {order}, columns {columns}, entry {i}, {c}");
                }
            }
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(200)]
    public void Forward_substitution_gives_vectors_whose_products_are_those_of_the_inverse(int order)
    {
        double[] matrix = Definite(order);
        CholeskyFactor factor = CholeskyFactor.TryFactor(LowerOf(matrix, order))!;
        double[] right = new Draw(2).Normal(order);
        PaddedMatrix half = PaddedMatrix.FromRows(right, order, 1), whole = PaddedMatrix.FromRows(right, order, 1);
        factor.SolveLower(half);
        factor.Solve(whole);
        double expected = right.Zip(whole.ToArray(), (b, x) => b * x).Sum();
        Assert.Equal(expected, half.ToArray().Sum(z => z * z), 1e-12 * expected);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(130)]
    public void An_indefinite_matrix_has_no_factor(int order)
    {
        double[] matrix = Definite(order);
        int last = order - 1;
        double[] negative = [.. matrix], unknown = [.. matrix], singular = [.. matrix];
        negative[(last * order) + last] = -1;
        unknown[last * order] = double.NaN;

        // The last row and column equal the first.
        for (int j = 0; j < order; j++)
            singular[(last * order) + j] = singular[j];
        singular[(last * order) + last] = singular[0];
        foreach (double[] bad in (double[][])[negative, unknown, singular])
            Assert.Null(CholeskyFactor.TryFactor(LowerOf(bad, order)));
    }

    [Fact]
    public void Right_sides_of_another_order_are_refused()
        => Assert.Throws<ArgumentException>(
            () => CholeskyFactor.TryFactor(LowerOf(Definite(4), 4))!.Solve(new PaddedMatrix(3, 1)));

    [Theory]
    [InlineData(3, 5, 7)]
    [InlineData(56, 300, 57)]
    [InlineData(400, 300, 200)]
    public void Host_products_are_sums_of_products(int rows, int inner, int columns)
    {
        double[] a = new Draw(1).Normal(rows * inner), b = new Draw(2).Normal(inner * columns);
        double[] expected = new double[rows * columns], aTransposed = new double[a.Length], bTransposed = new double[b.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < inner; k++)
            {
                aTransposed[(k * rows) + i] = a[(i * inner) + k];
                for (int j = 0; j < columns; j++)
                    expected[(i * columns) + j] += a[(i * inner) + k] * b[(k * columns) + j];
            }
        }

        for (int k = 0; k < inner; k++)
        {
            for (int j = 0; j < columns; j++)
                bTransposed[(j * inner) + k] = b[(k * columns) + j];
        }

        double tolerance = 2 * inner * UnitRoundoff;
        PaddedMatrix left = PaddedMatrix.FromRows(a, rows, inner), right = PaddedMatrix.FromRows(b, inner, columns);
        Checks.CloseInMaximum("AB", expected, HostProduct.Multiply(left, right).ToArray(), tolerance);
        PaddedMatrix scratch = new(inner, columns), product = new(rows, columns);
        for (int repetition = 0; repetition < 2; repetition++)
        {
            HostProduct.MultiplyRightTransposed(left, PaddedMatrix.FromRows(bTransposed, columns, inner), scratch, product);
            Checks.CloseInMaximum("ABᵀ", expected, product.ToArray(), tolerance);
        }

        PaddedMatrix actual = HostProduct.MultiplyLeftTransposed(PaddedMatrix.FromRows(aTransposed, inner, rows), right);
        Checks.CloseInMaximum("AᵀB", expected, actual.ToArray(), tolerance);
    }

    /// <summary>A Gram matrix of random points plus a ridge.</summary>
    private static double[] Definite(int order)
    {
        double[] points = new Draw(1).Normal(order * 2);
        var matrix = new double[order * order];
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < order; j++)
            {
                double square = Math.Pow(points[2 * i] - points[2 * j], 2) + Math.Pow(points[(2 * i) + 1] - points[(2 * j) + 1], 2);
                matrix[(i * order) + j] = Math.Exp(-square) + (i == j ? 0.1 : 0);
            }
        }

        return matrix;
    }

    /// <summary>Fills the part above the diagonal with NaN, since it must never be read.</summary>
    private static PaddedMatrix LowerOf(double[] matrix, int order)
    {
        var lower = new PaddedMatrix(order, order);
        for (int i = 0; i < order; i++)
        {
            lower.Row(i).Fill(double.NaN);
            matrix.AsSpan(i * order, i + 1).CopyTo(lower.Row(i));
        }

        return lower;
    }
}
