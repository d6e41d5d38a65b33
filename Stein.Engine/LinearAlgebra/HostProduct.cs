using Stein.Engine.Devices.Cpu;
using Product = Stein.Engine.Devices.Cpu.MatrixProduct<Stein.Engine.Lanes.SimdDoubleLane, double>;

namespace Stein.Engine.LinearAlgebra;

/// <summary>Matrix products in double precision on the host.</summary>
internal static unsafe class HostProduct
{
    /// <summary>The number of operations from which the rows of a product are divided among all cores, with the same bits.</summary>
    private const double SharedOperations = 2e7;

    private const int Share = 56;

    /// <summary><c>A B</c> (N×M) of A (N×K) and B (K×M).</summary>
    public static PaddedMatrix Multiply(PaddedMatrix a, PaddedMatrix b)
        => Multiply(a, a.Columns, a.Stride, 1, b, new PaddedMatrix(a.Rows, b.Columns));

    /// <summary><c>Aᵀ B</c> (N×M) of A (K×N) and B (K×M).</summary>
    public static PaddedMatrix MultiplyLeftTransposed(PaddedMatrix a, PaddedMatrix b)
        => Multiply(a, a.Rows, 1, a.Stride, b, new PaddedMatrix(a.Columns, b.Columns));

    /// <summary>
    /// Sets <paramref name="product"/> (N×M) to <c>A Bᵀ</c> of A (N×K) and B (M×K), and <paramref name="transposed"/> (K×M) to Bᵀ.
    /// </summary>
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
