using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Cpu;

/// <summary>The devices that are available on every machine.</summary>
internal static class CpuDevices
{
    /// <summary>Width in bits of the widest vectors that the processor and the runtime's settings allow: 128, 256 or 512.</summary>
    public static int VectorBits
        => Avx512F.IsSupported && Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;

    /// <summary>Single precision with the widest vectors available.</summary>
    public static Device CreateSimd() => CreateSimd(VectorBits);

    /// <summary>Single precision with vectors of <paramref name="bits"/> bits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither 128, 256 nor 512, or wider than <see cref="VectorBits"/>.</exception>
    public static Device CreateSimd(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, VectorBits);
        string description = $"float32, {bits}-bit vectors, one thread per run";
        return bits switch
        {
            128 => new CpuDevice<Simd128Lane, float>("simd", description),
            256 => new CpuDevice<Simd256Lane, float>("simd", description),
            512 => new CpuDevice<Simd512Lane, float>("simd", description),
            _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "vectors have 128, 256 or 512 bits"),
        };
    }

    /// <summary>Double precision with the runtime's vectors, see <see cref="SimdDoubleLane"/>.</summary>
    public static Device CreateSimdDouble() => new CpuDevice<SimdDoubleLane, double>(
        "simd-double", $"float64, {64 * SimdDoubleLane.Count}-bit vectors, one thread per run");

    /// <summary>Double precision, one number at a time: the reference for all other devices.</summary>
    public static Device CreateDouble() => new CpuDevice<DoubleLane, double>("double", "float64, scalar, one thread: the reference");
}
