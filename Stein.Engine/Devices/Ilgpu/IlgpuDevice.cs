using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Stein.Engine.Devices.Ilgpu.Kernels;

namespace Stein.Engine.Devices.Ilgpu;

/// <summary>
/// A single-precision device on an accelerator of ILGPU: a CUDA GPU, an OpenCL GPU, or ILGPU's own simulator on the CPU,
/// which runs the same kernels. The formulas are shared with the other devices; the lane is
/// <see cref="Lanes.FloatLane"/>.
/// </summary>
/// <remarks>
/// Work is queued in order on one stream; <see cref="Device.Read(DeviceMatrix, Span{double})"/> and
/// <see cref="Device.Write(DeviceMatrix, ReadOnlySpan{double})"/> wait for it. Sums have a fixed order, so that the same program
/// gives the same bits on accelerators of the same kind. Exponential and logarithm are the accelerator's own; on CUDA they are
/// approximations whose relative error grows with the magnitude of the exponent.
/// </remarks>
internal sealed partial class IlgpuDevice : Device
{
    private readonly Context context;
    private readonly Accelerator accelerator;
    private readonly AcceleratorStream stream;
    private readonly LauncherCache launchers;
    private readonly CudaProducts? cudaProducts;
    private readonly bool isSimulator;
    private float[] staging = [];
    private MemoryBuffer1D<int, Stride1D.Dense>? indexBuffer;
    private MemoryBuffer1D<float, Stride1D.Dense>? scratch;

    /// <summary>Takes ownership of the context and the accelerator.</summary>
    internal IlgpuDevice(string name, Context context, Accelerator accelerator)
    {
        Name = name;
        this.context = context;
        this.accelerator = accelerator;
        stream = accelerator.DefaultStream;
        launchers = new LauncherCache(accelerator);
        isSimulator = accelerator.AcceleratorType == AcceleratorType.CPU;
        string products = "tiled kernel";
        if (accelerator is CudaAccelerator cuda)
        {
            cudaProducts = CudaProducts.TryCreate(cuda, out string reason);
            products = cudaProducts?.Description ?? $"tiled kernel ({reason})";
        }

        Description = $"{accelerator.Name.Trim()}, float32, matrix products by {products}";
    }

    public override string Name { get; }

    public override string Description { get; }

    public override double UnitRoundoff => 1.0 / (1 << 24);

    public override void Synchronize() => accelerator.Synchronize();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            cudaProducts?.Dispose();
            indexBuffer?.Dispose();
            scratch?.Dispose();
            accelerator.Dispose();
            context.Dispose();
        }

        base.Dispose(disposing);
    }

    private protected override DeviceMatrix AllocateCore(int rows, int columns)
    {
        long length = (long)rows * columns;
        if (length > Array.MaxLength)
        {
            throw new ArgumentException(
                $"a matrix of {rows}×{columns} has more than {Array.MaxLength} elements; use fewer rows or columns");
        }

        MemoryBuffer1D<float, Stride1D.Dense> buffer = accelerator.Allocate1D<float>(length);
        buffer.MemSetToZero(stream);
        return new IlgpuMatrix(this, buffer, rows, columns);
    }

    private protected override void WriteCore(DeviceMatrix destination, ReadOnlySpan<float> source)
        => Own(destination).Elements.CopyFromCPU(stream, source);

    private protected override void WriteCore(DeviceMatrix destination, ReadOnlySpan<double> source)
    {
        Span<float> rounded = Staging(source.Length);
        for (int i = 0; i < source.Length; i++)
            rounded[i] = (float)source[i];
        WriteCore(destination, rounded);
    }

    private protected override void ReadCore(DeviceMatrix source, Span<double> destination)
    {
        Span<float> copy = Staging(destination.Length);
        Own(source).Elements.CopyToCPU(stream, copy);
        for (int i = 0; i < copy.Length; i++)
            destination[i] = copy[i];
    }

    /// <summary>Checks that the matrix belongs to this kind of device.</summary>
    private IlgpuMatrix Own(DeviceMatrix matrix)
        => matrix is IlgpuMatrix own && ReferenceEquals(own.Device, this)
            ? own
            : throw new ArgumentException($"a matrix ({matrix}) was passed to {Name}; copy it with Read and Upload", nameof(matrix));

    private Span<float> Staging(int length)
    {
        if (staging.Length < length)
            staging = new float[length];
        return staging.AsSpan(0, length);
    }

    /// <summary>Memory for <paramref name="length"/> numbers, valid until the next call.</summary>
    private ArrayView<float> Scratch(int length)
    {
        if (scratch is null || scratch.Length < length)
        {
            Replace(ref scratch, length);
        }

        return scratch!.View.BaseView.SubView(0, length);
    }

    /// <summary>Copies the indices to the accelerator; the view is valid until the next call.</summary>
    private ArrayView<int> UploadIndices(ReadOnlySpan<int> indices)
    {
        if (indexBuffer is null || indexBuffer.Length < indices.Length)
            Replace(ref indexBuffer, indices.Length);
        ArrayView<int> view = indexBuffer!.View.BaseView.SubView(0, indices.Length);
        view.CopyFromCPU(stream, indices);
        return view;
    }

    private void Replace<T>(ref MemoryBuffer1D<T, Stride1D.Dense>? buffer, int length)
        where T : unmanaged
    {
        // Kernels that have not finished may still use the old buffer.
        accelerator.Synchronize();
        buffer?.Dispose();
        buffer = accelerator.Allocate1D<T>(length);
    }

    /// <summary>
    /// The number of threads in a group that works on <paramref name="length"/> items, a power of two. It depends only on the length,
    /// so that sums have a fixed order. The simulator runs every thread of a group as a thread of the operating system, so its groups
    /// are small; that is enough to check the kernels.
    /// </summary>
    private int GroupSize(int length)
    {
        if (isSimulator)
            return 4;
        int size = 32;
        while (size < length && size < GroupSum.MaximumGroupSize)
            size *= 2;
        return size;
    }
}
