using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Stein.Engine.Devices.Cpu;

namespace Stein.Experiments.Provenance;

/// <summary>The machine that the program runs on: enough to interpret its times, and nothing that identifies its owner.</summary>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Architecture">The architecture of the process: x64, arm64.</param>
/// <param name="Processor">The processor's name for itself.</param>
/// <param name="LogicalProcessors">How many the process may use.</param>
/// <param name="VectorBits">Bits of the widest vectors in use.</param>
/// <param name="Framework">The version of .NET.</param>
internal sealed record Machine(
    string OperatingSystem, string Architecture, string Processor, int LogicalProcessors, int VectorBits, string Framework)
{
    /// <summary>The one that is running.</summary>
    public static Machine Current { get; } = new(
        RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(),
        ProcessorName(),
        Environment.ProcessorCount,
        CpuDevices.VectorBits,
        RuntimeInformation.FrameworkDescription);

    /// <summary>The brand string of x86 processors, three leaves of 16 characters; others do not have one that all systems show.</summary>
    private static string ProcessorName()
    {
        const int FirstBrandLeaf = unchecked((int)0x80000002);
        const int HighestExtendedLeaf = unchecked((int)0x80000000);
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(HighestExtendedLeaf, 0).Eax < unchecked((uint)FirstBrandLeaf) + 2)
            return RuntimeInformation.ProcessArchitecture.ToString();
        Span<int> registers = stackalloc int[12];
        for (int leaf = 0; leaf < 3; leaf++)
        {
            (int eax, int ebx, int ecx, int edx) = X86Base.CpuId(FirstBrandLeaf + leaf, 0);
            ReadOnlySpan<int> values = [eax, ebx, ecx, edx];
            values.CopyTo(registers[(4 * leaf)..]);
        }

        return Encoding.ASCII.GetString(MemoryMarshal.AsBytes(registers)).TrimEnd('\0').Trim();
    }
}
