using System.Numerics;
using System.Runtime.CompilerServices;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// A matrix in main memory. Rows are padded to a whole number of the widest lanes, so that operations load and store whole
/// lanes only. The contents of the padding are arbitrary and never affect a result.
/// </summary>
internal sealed unsafe class CpuMatrix<TElement> : DeviceMatrix
    where TElement : unmanaged, INumber<TElement>
{
    private const int Alignment = 64;

    // Keeps the pinned memory alive.
    private readonly TElement[] memory;

    public CpuMatrix(Device device, int rows, int columns)
        : base(device, rows, columns)
    {
        int perLine = Alignment / sizeof(TElement);
        Stride = (columns + perLine - 1) / perLine * perLine;
        memory = GC.AllocateArray<TElement>(checked((rows * Stride) + perLine), pinned: true);
        var address = (nint)Unsafe.AsPointer(ref memory[0]);
        Pointer = (TElement*)((address + Alignment - 1) / Alignment * Alignment);
    }

    private CpuMatrix(CpuMatrix<TElement> owner, int start, int count)
        : base(owner.Device, count, owner.Columns)
    {
        memory = owner.memory;
        Stride = owner.Stride;
        Pointer = owner.Row(start);
    }

    /// <summary>The first element, aligned to a cache line.</summary>
    public TElement* Pointer { get; }

    /// <summary>Elements from one row to the next.</summary>
    public int Stride { get; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TElement* Row(int row) => Pointer + ((nint)row * Stride);

    private protected override DeviceMatrix View(int start, int count) => new CpuMatrix<TElement>(this, start, count);
}
