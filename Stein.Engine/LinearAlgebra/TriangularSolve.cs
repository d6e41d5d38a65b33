using Stein.Engine.Lanes;
using Product = Stein.Engine.Devices.Cpu.MatrixProduct<Stein.Engine.Lanes.SimdDoubleLane, double>;

namespace Stein.Engine.LinearAlgebra;

/// <summary>
/// In-place substitution with a lower triangular matrix L (N×N) for M right-hand sides in the columns of B (N×M). L is halved
/// recursively, so that nearly all operations are matrix products.
/// </summary>
internal static unsafe class TriangularSolve
{
    /// <summary>The order up to which L is solved row by row.</summary>
    private const int Small = 16;

    /// <summary>Replaces B by <c>L⁻¹ B</c>. N²M operations.</summary>
    public static void Forward(double* l, int lStride, int n, double* b, int bStride, int m)
    {
        if (n <= Small)
        {
            for (int i = 0; i < n; i++)
            {
                double* row = b + ((nint)i * bStride);
                for (int k = 0; k < i; k++)
                    Subtract(row, l[((nint)i * lStride) + k], b + ((nint)k * bStride), m);
                Divide(row, l[((nint)i * lStride) + i], m);
            }

            return;
        }

        int half = Half(n);
        double* below = l + ((nint)half * lStride);
        double* bBelow = b + ((nint)half * bStride);
        Forward(l, lStride, half, b, bStride, m);
        Update(below, lStride, 1, b, bStride, bBelow, bStride, half, n - half, m);
        Forward(below + half, lStride, n - half, bBelow, bStride, m);
    }

    /// <summary>Replaces B by <c>L⁻ᵀ B</c>. N²M operations.</summary>
    public static void Backward(double* l, int lStride, int n, double* b, int bStride, int m)
    {
        if (n <= Small)
        {
            for (int i = n - 1; i >= 0; i--)
            {
                double* row = b + ((nint)i * bStride);
                for (int k = i + 1; k < n; k++)
                    Subtract(row, l[((nint)k * lStride) + i], b + ((nint)k * bStride), m);
                Divide(row, l[((nint)i * lStride) + i], m);
            }

            return;
        }

        int half = Half(n);
        double* below = l + ((nint)half * lStride);
        double* bBelow = b + ((nint)half * bStride);
        Backward(below + half, lStride, n - half, bBelow, bStride, m);
        Update(below, 1, lStride, bBelow, bStride, b, bStride, n - half, half, m);
        Backward(l, lStride, half, b, bStride, m);
    }

    /// <summary>Replaces C (rows×columns) by <c>C − A B</c>, with A (rows×inner) of any strides and B (inner×columns).</summary>
    public static void Update(
        double* a, int aRow, int aInner, double* b, int bStride, double* c, int cStride, int inner, int rows, int columns)
        => Product.Multiply(
            new Product.Operands((nint)a, aRow, aInner, (nint)b, bStride, (nint)c, cStride, inner, Alpha: -1, Beta: 1, Accumulate: true),
            rows,
            columns);

    /// <summary>About half of n, a multiple of all lane widths.</summary>
    private static int Half(int n) => Math.Max(Small, n / 2 / Small * Small);

    private static void Subtract(double* row, double factor, double* other, int m)
    {
        SimdDoubleLane lane = SimdDoubleLane.Broadcast(-factor);
        for (int j = 0; j < m; j += SimdDoubleLane.Count)
            SimdDoubleLane.Store(SimdDoubleLane.MultiplyAdd(lane, SimdDoubleLane.Load(other + j), SimdDoubleLane.Load(row + j)), row + j);
    }

    private static void Divide(double* row, double divisor, int m)
    {
        SimdDoubleLane lane = SimdDoubleLane.Broadcast(divisor);
        for (int j = 0; j < m; j += SimdDoubleLane.Count)
            SimdDoubleLane.Store(SimdDoubleLane.Load(row + j) / lane, row + j);
    }
}
