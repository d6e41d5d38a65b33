namespace Stein.Engine.Devices.Cpu;

/// <summary>Makes the devices that need no accelerator.</summary>
internal static class CpuDevices
{
    /// <summary>The device in single precision on the widest SIMD lanes of the processor.</summary>
    public static Device CreateSimd() => throw new NotSupportedException("the simd device is not part of this build");

    /// <summary>The device in double precision that the others are held against.</summary>
    public static Device CreateDouble() => throw new NotSupportedException("the double device is not part of this build");
}
