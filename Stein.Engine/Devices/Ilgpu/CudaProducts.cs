using ILGPU.Runtime.Cuda;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Matrix products by NVIDIA's cuBLAS.</summary>
internal sealed class CudaProducts : IDisposable
{
    private readonly CuBlas library;

    private CudaProducts(CuBlas library) => this.library = library;

    /// <summary>The library's version as it gives it (120405 is 12.4.5), and the variable that changes its numbers, if it is set.</summary>
    public string Description
    {
        get
        {
            string? tensorFloats = Environment.GetEnvironmentVariable("NVIDIA_TF32_OVERRIDE");
            return $"cuBLAS {library.Version}{(tensorFloats is null ? "" : $", NVIDIA_TF32_OVERRIDE={tensorFloats}")}";
        }
    }

    /// <summary>cuBLAS for the default stream of a CUDA accelerator, or null where it cannot be used.</summary>
    /// <param name="accelerator">The accelerator.</param>
    /// <param name="reason">Why it cannot be used.</param>
    public static CudaProducts? TryCreate(CudaAccelerator accelerator, out string reason)
    {
        try
        {
            reason = "";
            return new CudaProducts(new CuBlas(accelerator) { Stream = (CudaStream)accelerator.DefaultStream });
        }
        catch (Exception exception) when (
            exception is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException
                or NotSupportedException or CuBlasException)
        {
            // An optional library: the tiled kernel serves as well, only slower. ILGPU calls every failure a missing library.
            reason = exception is DllNotFoundException ? NvidiaLibraries.WhyNoCuBlas() : exception.Message;
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
