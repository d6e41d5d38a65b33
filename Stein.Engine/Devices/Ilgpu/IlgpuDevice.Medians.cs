using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Floats = ILGPU.ArrayView<float>;

namespace Stein.Engine.Devices.Ilgpu;

/// <content>Medians of squared distances.</content>
internal sealed partial class IlgpuDevice
{
    private protected override void MedianSquaredDistanceCore(DeviceMatrix output, DeviceMatrix squaredDistances)
    {
        IlgpuMatrix matrix = Own(squaredDistances);
        Action<KernelConfig, Floats, Floats, int> launch = launchers.Get(
            nameof(MedianKernels.MedianAboveDiagonal),
            null,
            static accelerator => accelerator.LoadStreamKernel<Floats, Floats, int>(MedianKernels.MedianAboveDiagonal));
        launch(new KernelConfig(1, GroupSize(matrix.Length)), Own(output).Elements, matrix.Elements, matrix.Rows);
    }

    private protected override void ProjectedMediansCore(DeviceMatrix output, DeviceMatrix projections, int samples)
    {
        int slices = projections.Columns;
        Action<KernelConfig, Floats, Floats, int, int> launch = launchers.Get(
            nameof(MedianKernels.ProjectedMedians),
            null,
            static accelerator => accelerator.LoadStreamKernel<Floats, Floats, int, int>(MedianKernels.ProjectedMedians));
        launch(new KernelConfig(slices, GroupSize(samples)), Own(output).Elements, Own(projections).Elements, samples, slices);
    }
}
