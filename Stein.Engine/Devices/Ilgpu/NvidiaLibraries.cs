using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using ILGPU.Runtime.Cuda;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>Helps ILGPU 1.5.3 find NVIDIA's driver and cuBLAS under further names, and explains why it does not find them.</summary>
internal static unsafe class NvidiaLibraries
{
    private const string CuBlasOfCuda12 = "libcublas.so.12";
    private const string CuBlasOfCuda13 = "libcublas.so.13";

    private static int Extended;

    private static (string Name, string File) Driver => OperatingSystem.IsWindows() ? ("nvcuda", "nvcuda.dll") : ("cuda", "libcuda.so.1");

    /// <summary>Adds the names that ILGPU does not try, after its own. Further calls have no effect.</summary>
    public static void AddNames()
    {
        if (Interlocked.Exchange(ref Extended, 1) == 0)
            AssemblyLoadContext.GetLoadContext(typeof(CuBlas).Assembly)!.ResolvingUnmanagedDll += LoadByOtherName;
    }

    /// <summary>Explains why there is no CUDA device, as far as the driver tells.</summary>
    public static string WhyNoGpu()
    {
        if (!TryLoad(typeof(CudaDevice).Assembly, Driver.Name, out nint driver))
            return $"the driver's library {Driver.File} cannot be loaded";
        if (!NativeLibrary.TryGetExport(driver, "cuInit", out nint initialize))
            return $"the driver's library {Driver.File} has no function cuInit";
        int error = ((delegate* unmanaged<uint, int>)initialize)(0);
        return error == 0 ? "the driver works, but ILGPU finds no GPU that it can use" : $"the driver's cuInit returns error {error}";
    }

    /// <summary>Explains why ILGPU could not load cuBLAS.</summary>
    public static string WhyNoCuBlas()
        => TryLoad(typeof(CuBlas).Assembly, CuBlasOfCuda12, out _)
            ? $"{CuBlasOfCuda12} or {CuBlasOfCuda13} was found, but cannot be initialised"
            : $"neither {CuBlasOfCuda12} nor {CuBlasOfCuda13} can be loaded";

    private static bool TryLoad(Assembly assembly, string name, out nint library)
        => NativeLibrary.TryLoad(name, assembly, searchPath: null, out library);

    private static nint LoadByOtherName(Assembly assembly, string name)
    {
        string? other = name switch
        {
            // Without development files there is no libcuda.so.
            "cuda" => "libcuda.so.1",
            // The functions that ILGPU calls are the same in both versions.
            CuBlasOfCuda12 => CuBlasOfCuda13,
            "cublas64_12.dll" => "cublas64_13.dll",
            _ => null,
        };
        return other is not null && TryLoad(assembly, other, out nint library) ? library : 0;
    }
}
