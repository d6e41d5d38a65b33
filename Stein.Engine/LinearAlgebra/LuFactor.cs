namespace Stein.Engine.LinearAlgebra;

/// <summary>
/// The factors L, U and P of N×N matrices with <c>PA = LU</c>, by partial pivoting in double precision, in memory that is allocated once.
/// </summary>
internal sealed class LuFactor(int order)
{
    private readonly double[] factors = new double[order * order];
    private readonly int[] pivots = new int[order];

    /// <summary><c>log|det A|</c>; −∞ if a pivot is zero.</summary>
    public double LogAbsoluteDeterminant
    {
        get
        {
            double sum = 0;
            for (int i = 0; i < order; i++)
                sum += Math.Log(Math.Abs(factors[(i * order) + i]));
            return sum;
        }
    }

    /// <summary>Factors a matrix (row-major). ⅔N³ operations.</summary>
    public void Factor(ReadOnlySpan<double> matrix)
    {
        matrix.CopyTo(factors);
        for (int k = 0; k < order; k++)
        {
            int pivot = k;
            for (int i = k + 1; i < order; i++)
            {
                if (Math.Abs(factors[(i * order) + k]) > Math.Abs(factors[(pivot * order) + k]))
                    pivot = i;
            }

            pivots[k] = pivot;
            Span<double> top = Row(k);
            Swap(top, Row(pivot));
            for (int i = k + 1; i < order; i++)
            {
                Span<double> row = Row(i);
                if (row[k] == 0)
                    continue;
                row[k] /= top[k];
                Subtract(row[(k + 1)..], row[k], top[(k + 1)..]);
            }
        }

        Span<double> Row(int row) => factors.AsSpan(row * order, order);
    }

    /// <summary>Replaces B (N×M, row-major) by <c>A⁻¹B</c>, or by <c>A⁻ᵀB</c>. 2N²M operations.</summary>
    public void Solve(Span<double> rightHandSides, bool transpose)
    {
        Span<double> b = rightHandSides;
        int columns = b.Length / order;
        if (!transpose)
        {
            for (int k = 0; k < order; k++)
                Swap(Row(b, k), Row(b, pivots[k]));
            for (int i = 0; i < order; i++)
                Eliminate(b, i, 0, i, 1);
            for (int i = order - 1; i >= 0; i--)
                Eliminate(b, i, i + 1, order, factors[(i * order) + i]);
            return;
        }

        // Aᵀ = UᵀLᵀP.
        for (int i = 0; i < order; i++)
            Eliminate(b, i, 0, i, factors[(i * order) + i]);
        for (int i = order - 1; i >= 0; i--)
            Eliminate(b, i, i + 1, order, 1);
        for (int k = order - 1; k >= 0; k--)
            Swap(Row(b, k), Row(b, pivots[k]));

        Span<double> Row(Span<double> from, int row) => from.Slice(row * columns, columns);

        void Eliminate(Span<double> from, int i, int first, int last, double pivot)
        {
            Span<double> row = Row(from, i);
            for (int k = first; k < last; k++)
                Subtract(row, transpose ? factors[(k * order) + i] : factors[(i * order) + k], Row(from, k));
            for (int j = 0; j < row.Length; j++)
                row[j] /= pivot;
        }
    }

    private static void Subtract(Span<double> row, double factor, ReadOnlySpan<double> other)
    {
        for (int j = 0; j < row.Length; j++)
            row[j] -= factor * other[j];
    }

    private static void Swap(Span<double> first, Span<double> second)
    {
        for (int j = 0; j < first.Length; j++)
            (first[j], second[j]) = (second[j], first[j]);
    }
}
