using Stein.Engine.Devices.Cpu;
using Product = Stein.Engine.Devices.Cpu.MatrixProduct<Stein.Engine.Lanes.SimdDoubleLane, double>;

namespace Stein.Engine.LinearAlgebra;

/// <summary>Matrix products in double precision on the host.</summary>
internal static unsafe class HostProduct
{
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
        Product.Multiply(
            new Product.Operands(
                (nint)a.Pointer, rowStride, innerStride, (nint)b.Pointer, b.Stride, (nint)product.Pointer, product.Stride, inner, Alpha: 1,
                Beta: 0, Accumulate: false),
            rows,
            b.Columns);
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return product;
    }
}
