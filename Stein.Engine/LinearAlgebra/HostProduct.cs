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
    public static PaddedMatrix Of(PaddedMatrix a, PaddedMatrix b) => Multiply(a, a.Rows, a.Columns, a.Stride, 1, b);

    /// <summary><c>Aᵀ B</c>: A (K×N), B (K×M).</summary>
    public static PaddedMatrix OfLeftTransposed(PaddedMatrix a, PaddedMatrix b) => Multiply(a, a.Columns, a.Rows, 1, a.Stride, b);

    /// <summary><c>A Bᵀ</c>: A (N×K), B (M×K).</summary>
    public static PaddedMatrix OfTransposed(PaddedMatrix a, PaddedMatrix b)
    {
        var transposed = new PaddedMatrix(b.Columns, b.Rows);
        Transposition<double>.Run(b.Pointer, b.Stride, b.Rows, b.Columns, transposed.Pointer, transposed.Stride);
        return Of(a, transposed);
    }

    private static PaddedMatrix Multiply(PaddedMatrix a, int rows, int inner, int rowStride, int innerStride, PaddedMatrix b)
    {
        var product = new PaddedMatrix(rows, b.Columns);
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
        return product;
    }
}
