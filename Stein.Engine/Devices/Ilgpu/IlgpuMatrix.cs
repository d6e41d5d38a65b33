using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>A row-major single-precision matrix, or some rows of one, in the memory of an accelerator.</summary>
internal sealed class IlgpuMatrix : DeviceMatrix
{
    // Held because a view does not keep its buffer alive, and collecting a buffer frees its memory.
    private readonly MemoryBuffer1D<float, Stride1D.Dense> buffer;

    public IlgpuMatrix(IlgpuDevice device, MemoryBuffer1D<float, Stride1D.Dense> buffer, int rows, int columns)
        : this(device, buffer, buffer.View.BaseView, rows, columns)
    {
    }

    private IlgpuMatrix(
        IlgpuDevice device, MemoryBuffer1D<float, Stride1D.Dense> buffer, ArrayView<float> elements, int rows, int columns)
        : base(device, rows, columns)
    {
        this.buffer = buffer;
        Elements = elements;
    }

    /// <summary>The elements, contiguous in row-major order.</summary>
    public ArrayView<float> Elements { get; }

    public int Length => Rows * Columns;

    /// <summary>A view of the matrix as it is.</summary>
    public StridedView Strided => new(Elements, Columns, 1);

    /// <summary>A view in which a single row or column is repeated indefinitely.</summary>
    public StridedView Repeated => new(Elements, Rows == 1 ? 0 : Columns, Columns == 1 ? 0 : 1);

    private protected override DeviceMatrix View(int start, int count)
        => new IlgpuMatrix((IlgpuDevice)Device, buffer, Elements.SubView(start * Columns, count * Columns), count, Columns);
}
