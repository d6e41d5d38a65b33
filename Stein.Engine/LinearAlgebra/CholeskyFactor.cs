using Stein.Engine.Devices.Cpu;

namespace Stein.Engine.LinearAlgebra;

/// <summary>
/// The Cholesky factor L of a symmetric positive definite matrix A = L Lᵀ, in double precision on the host, and solutions of A X = B.
/// </summary>
/// <remarks>
/// <para>
/// Blocks of <see cref="BlockSize"/> columns are factored one after the other: the block on the diagonal, the panel below it by
/// substitution, and the update of the remaining matrix by a matrix product, which takes nearly all of the N³/3 operations. MathNet's
/// factorisation takes a second for N = 2000, ten times as long.
/// </para>
/// <para>
/// From N = <see cref="ParallelOrder"/> on, the panels and products are divided among all cores. Each number is computed by a single
/// core, so the bits are the same for any number of cores.
/// </para>
/// </remarks>
internal sealed unsafe class CholeskyFactor
{
    private const int BlockSize = 128;

    /// <summary>Rows or columns that one core takes at a time.</summary>
    private const int Share = 128;

    private const int ParallelOrder = 1024;

    private readonly PaddedMatrix lower;

    private CholeskyFactor(PaddedMatrix lower) => this.lower = lower;

    /// <summary>The order N of the matrix.</summary>
    public int Order => lower.Rows;

    /// <summary>Factors A in place. N³/3 operations.</summary>
    /// <param name="matrix">A (N×N), overwritten by the factor; entries above the diagonal are not read.</param>
    /// <returns>The factor, or null if A is not numerically positive definite.</returns>
    public static CholeskyFactor? TryFactor(PaddedMatrix matrix)
    {
        int n = matrix.Rows;
        int stride = matrix.Stride;
        // A pivot must exceed the rounding error of the largest entry; a smaller one could be nothing but rounding.
        double largest = 0;
        for (int i = 0; i < n; i++)
            largest = Math.Max(largest, matrix.Row(i)[i]);
        double minPivot = n * Math.ScaleB(1, -53) * largest;
        var panel = new PaddedMatrix(Math.Min(BlockSize, n), n);
        for (int start = 0; start < n; start += BlockSize)
        {
            int size = Math.Min(BlockSize, n - start);
            double* diagonal = matrix.Pointer + ((nint)start * stride) + start;
            if (!FactorBlock(diagonal, stride, size, minPivot))
                return null;
            int below = n - start - size;
            if (below == 0)
                continue;
            double* block = diagonal + ((nint)size * stride);
            ForShares(below, n, (from, count) =>
            {
                double* columns = panel.Pointer + from;
                double* rows = block + ((nint)from * stride);
                Transposition<double>.Run(rows, stride, count, size, columns, panel.Stride);
                TriangularSolve.Forward(diagonal, stride, size, columns, panel.Stride, count);
                Transposition<double>.Run(columns, panel.Stride, size, count, rows, stride);
            });
            ForShares(below, n, (from, count) => TriangularSolve.Update(
                panel.Pointer + from, 1, panel.Stride, panel.Pointer, panel.Stride,
                block + size + ((nint)from * stride), stride, size, count, from + count));
        }

        GC.KeepAlive(panel);
        return new(matrix);
    }

    /// <summary>Replaces B (N×M) by <c>A⁻¹ B</c>, by substitution. 2N²M operations.</summary>
    public void Solve(PaddedMatrix rightHandSides)
    {
        SolveLower(rightHandSides);
        ForShares(rightHandSides.Columns, Order, (from, count) => TriangularSolve.Backward(
            lower.Pointer, lower.Stride, Order, rightHandSides.Pointer + from, rightHandSides.Stride, count));
        GC.KeepAlive(rightHandSides);
        GC.KeepAlive(this);
    }

    /// <summary>Replaces B (N×M) by <c>L⁻¹ B</c>, by substitution. N²M operations.</summary>
    public void SolveLower(PaddedMatrix rightHandSides)
    {
        if (rightHandSides.Rows != Order)
        {
            throw new ArgumentException(
                $"Right-hand sides with {rightHandSides.Rows} rows do not fit a matrix of order {Order}.", nameof(rightHandSides));
        }

        ForShares(rightHandSides.Columns, Order, (from, count) => TriangularSolve.Forward(
            lower.Pointer, lower.Stride, Order, rightHandSides.Pointer + from, rightHandSides.Stride, count));
        GC.KeepAlive(rightHandSides);
        GC.KeepAlive(this);
    }

    /// <summary>Factors a block row by row; returns false if a pivot is not above <paramref name="minPivot"/>.</summary>
    private static bool FactorBlock(double* a, int stride, int size, double minPivot)
    {
        for (int i = 0; i < size; i++)
        {
            double* row = a + ((nint)i * stride);
            for (int j = 0; j <= i; j++)
            {
                double* other = a + ((nint)j * stride);
                double sum = row[j];
                for (int k = 0; k < j; k++)
                    sum -= row[k] * other[k];
                if (j < i)
                    row[j] = sum / other[j];
                else if (sum > minPivot)
                    row[i] = Math.Sqrt(sum);
                else
                    return false;
            }
        }

        return true;
    }

    private static void ForShares(int count, int order, Action<int, int> work)
    {
        int shares = (count + Share - 1) / Share;
        if (order < ParallelOrder || shares == 1)
        {
            for (int share = 0; share < shares; share++)
                Do(share);
        }
        else
        {
            // The later shares of a triangle are larger, so they go first.
            Parallel.For(0, shares, share => Do(shares - 1 - share));
        }

        void Do(int share) => work(share * Share, Math.Min(Share, count - (share * Share)));
    }
}
