using Stein.Engine.Devices.Cpu;
using Product = Stein.Engine.Devices.Cpu.MatrixProduct<Stein.Engine.Lanes.SimdDoubleLane, double>;

namespace Stein.Engine.LinearAlgebra;

/// <summary>Matrix products in double precision on the host.</summary>
internal static unsafe class HostProduct
{
    /// <summary>From so many operations on the rows of a product are shared out to all cores; the bits are the same.</summary>
    private const double SharedOperations = 2e7;

    private const int Share = 56;

    /// <summary><c>A B</c>: A (N×K), B (K×M).</summary>
    public static PaddedMatrix Multiply(PaddedMatrix a, PaddedMatrix b)
        => Multiply(a, a.Columns, a.Stride, 1, b, new PaddedMatrix(a.Rows, b.Columns));

    /// <summary><c>Aᵀ B</c>: A (K×N), B (K×M).</summary>
    public static PaddedMatrix MultiplyLeftTransposed(PaddedMatrix a, PaddedMatrix b)
        => Multiply(a, a.Rows, 1, a.Stride, b, new PaddedMatrix(a.Columns, b.Columns));

    /// <summary><c>C ← A Bᵀ</c>: A (N×K), B (M×K), C (N×M); <paramref name="transposed"/> receives Bᵀ (K×M).</summary>
    public static void MultiplyRightTransposed(PaddedMatrix a, PaddedMatrix b, PaddedMatrix transposed, PaddedMatrix product)
    {
        Transposition<double>.Run(b.Pointer, b.Stride, b.Rows, b.Columns, transposed.Pointer, transposed.Stride);
        GC.KeepAlive(b);
        Multiply(a, a.Columns, a.Stride, 1, transposed, product);
    }

    private static PaddedMatrix Multiply(
        PaddedMatrix a, int inner, int rowStride, int innerStride, PaddedMatrix b, PaddedMatrix product)
    {
        int rows = product.Rows;
        int share = 2.0 * rows * inner * b.Columns < SharedOperations ? rows : Share;
        Parallel.For(0, (rows + share - 1) / share, index =>
        {
            int first = index * share;
            Product.Multiply(
                new Product.Operands(
                    (nint)(a.Pointer + ((nint)first * rowStride)), rowStride, innerStride, (nint)b.Pointer, b.Stride,
                    (nint)(product.Pointer + ((nint)first * product.Stride)), product.Stride, inner, Alpha: 1, Beta: 0, Accumulate: false),
                Math.Min(share, rows - first),
                b.Columns);
        });
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        GC.KeepAlive(product);
        return product;
    }
}
