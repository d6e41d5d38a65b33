using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Matrix products by NVIDIA's cuBLAS.</summary>
internal sealed class CudaProducts : IDisposable
{
    private readonly CuBlas library;

    private CudaProducts(CuBlas library) => this.library = library;

    /// <summary>cuBLAS for the default stream of the accelerator, or null where there is none to load.</summary>
    public static CudaProducts? TryCreate(Accelerator accelerator)
    {
        if (accelerator is not CudaAccelerator cuda)
            return null;
        try
        {
            return new CudaProducts(new CuBlas(cuda) { Stream = (CudaStream)cuda.DefaultStream });
        }
        catch (Exception exception) when (
            exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
                or NotSupportedException or CuBlasException)
        {
            // An optional library: the tiled kernel serves as well, only slower.
            return null;
        }
    }

    /// <summary><c>product = alpha·op(left)·op(right) + beta·product</c>.</summary>
    public void Multiply(
        IlgpuMatrix product, IlgpuMatrix left, IlgpuMatrix right, bool transposeLeft, bool transposeRight, float alpha, float beta)
    {
        // cuBLAS stores by columns and so sees every matrix transposed: productᵀ = op(right)ᵀ·op(left)ᵀ.
        library.Gemm(
            Operation(transposeRight),
            Operation(transposeLeft),
            product.Columns,
            product.Rows,
            transposeLeft ? left.Rows : left.Columns,
            alpha,
            right.Elements,
            right.Columns,
            left.Elements,
            left.Columns,
            beta,
            product.Elements,
            product.Columns);
    }

    public void Dispose() => library.Dispose();

    private static CuBlasOperation Operation(bool transpose)
        => transpose ? CuBlasOperation.Transpose : CuBlasOperation.NonTranspose;
}
