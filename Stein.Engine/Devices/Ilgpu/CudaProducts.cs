using ILGPU.Runtime.Cuda;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Matrix products by NVIDIA's cuBLAS.</summary>
internal sealed class CudaProducts : IDisposable
{
    private readonly CuBlas library;

    private CudaProducts(CuBlas library) => this.library = library;

    /// <summary>
    /// The version as cuBLAS states it (120405 is 12.4.5), and the environment variable that affects its precision, if it is set.
    /// </summary>
    public string Description
    {
        get
        {
            string? tensorFloats = Environment.GetEnvironmentVariable("NVIDIA_TF32_OVERRIDE");
            return $"cuBLAS {library.Version}{(tensorFloats is null ? "" : $", NVIDIA_TF32_OVERRIDE={tensorFloats}")}";
        }
    }

    /// <summary>Loads cuBLAS for the default stream of a CUDA accelerator, or returns null if it cannot be used.</summary>
    /// <param name="reason">Why cuBLAS cannot be used.</param>
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
            // The library is optional: the tiled kernel is merely slower. ILGPU reports every failure as a missing library.
            reason = exception is DllNotFoundException ? NvidiaLibraries.WhyNoCuBlas() : exception.Message;
            return null;
        }
    }

    /// <summary><c>product = alpha·op(left)·op(right) + beta·product</c>.</summary>
    public void Multiply(
        IlgpuMatrix product, IlgpuMatrix left, IlgpuMatrix right, bool transposeLeft, bool transposeRight, float alpha, float beta)
    {
        // cuBLAS stores matrices by columns, so to it every matrix is transposed: productᵀ = op(right)ᵀ·op(left)ᵀ.
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
