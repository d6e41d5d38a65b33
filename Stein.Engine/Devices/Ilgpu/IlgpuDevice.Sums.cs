using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Stein.Engine.Formulas;
using Floats = ILGPU.ArrayView<float>;

namespace Stein.Engine.Devices.Ilgpu;

/// <content>Sums along rows and columns.</content>
internal sealed partial class IlgpuDevice
{
    private protected override void SumRowsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        => SumLines<TMap>(
            Own(output).Elements, a.Rows, a.Columns, Own(a).Strided, Own(b).Repeated, Own(c).Repeated, (float)p, (float)q);

    private protected override void SumColumnsCore<TMap>(
        DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
        => SumLines<TMap>(
            Own(output).Elements,
            a.Columns,
            a.Rows,
            Own(a).Strided.Transposed(),
            Own(b).Repeated.Transposed(),
            Own(c).Repeated.Transposed(),
            (float)p,
            (float)q);

    private void SumLines<TMap>(
        Floats output, int lines, int length, StridedView a, StridedView b, StridedView c, float p, float q)
        where TMap : struct, IElementMap
    {
        Action<KernelConfig, Floats, int, StridedView, StridedView, StridedView, float, float> launch = launchers.Get(
            nameof(SumKernels.SumLines),
            typeof(TMap),
            static accelerator => accelerator.LoadStreamKernel<Floats, int, StridedView, StridedView, StridedView, float, float>(
                SumKernels.SumLines<TMap>));
        launch(new KernelConfig(lines, GroupSize(length)), output, length, a, b, c, p, q);
    }
}
