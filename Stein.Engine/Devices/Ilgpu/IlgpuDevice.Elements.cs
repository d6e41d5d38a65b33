using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Stein.Engine.Formulas;
using Floats = ILGPU.ArrayView<float>;

namespace Stein.Engine.Devices.Ilgpu;

/// <content>Operations with one thread per element.</content>
internal sealed partial class IlgpuDevice
{
    private protected override void GatherRowsCore(DeviceMatrix destination, DeviceMatrix source, ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)source.Rows)
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"the source has rows 0 to {source.Rows - 1}");
        }

        IlgpuMatrix output = Own(destination);
        Floats rows = Own(source).Elements;
        Action<Index1D, Floats, int, Floats, ArrayView<int>> launch = launchers.Get(
            nameof(ElementKernels.GatherRows),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, int, Floats, ArrayView<int>>(
                ElementKernels.GatherRows));
        launch(output.Length, output.Elements, output.Columns, rows, UploadIndices(indices));
    }

    private protected override void TransposeCore(DeviceMatrix destination, DeviceMatrix source)
    {
        IlgpuMatrix output = Own(destination);
        Action<Index1D, Floats, int, StridedView> launch = launchers.Get(
            nameof(ElementKernels.Transpose),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, int, StridedView>(
                ElementKernels.Transpose));
        launch(output.Length, output.Elements, output.Columns, Own(source).Strided);
    }

    private protected override void ReshapeCore(DeviceMatrix destination, DeviceMatrix source)
    {
        IlgpuMatrix output = Own(destination);
        CopyBlock(output, 0, output.Length, Own(source), 0, output.Length, 1, output.Length);
    }

    private protected override void CopyBlockCore(
        DeviceMatrix destination, int row, int column, DeviceMatrix source, int sourceRow, int sourceColumn, int rows, int columns)
    {
        int start = (row * destination.Columns) + column;
        int sourceStart = (sourceRow * source.Columns) + sourceColumn;
        CopyBlock(Own(destination), start, destination.Columns, Own(source), sourceStart, source.Columns, rows, columns);
    }

    private void CopyBlock(
        IlgpuMatrix output, int start, int stride, IlgpuMatrix source, int sourceStart, int sourceStride, int rows, int columns)
    {
        Action<Index1D, Floats, int, int, Floats, int, int, int> launch = launchers.Get(
            nameof(ElementKernels.CopyBlock),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, int, int, Floats, int, int, int>(
                ElementKernels.CopyBlock));
        launch(rows * columns, output.Elements, start, stride, source.Elements, sourceStart, sourceStride, columns);
    }

    private protected override void MaxRowsCore(DeviceMatrix output, DeviceMatrix source)
    {
        Action<Index1D, Floats, Floats, int> launch = launchers.Get(
            nameof(ElementKernels.MaxRows),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, int>(ElementKernels.MaxRows));
        launch(source.Rows, Own(output).Elements, Own(source).Elements, source.Columns);
    }

    private protected override void FillDiagonalCore(DeviceMatrix matrix, double value, int firstColumn)
    {
        IlgpuMatrix output = Own(matrix);
        Action<Index1D, Floats, int, int, float> launch = launchers.Get(
            nameof(ElementKernels.FillDiagonal),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, int, int, float>(
                ElementKernels.FillDiagonal));
        launch(output.Rows, output.Elements, output.Columns, firstColumn, (float)value);
    }

    private protected override void MapCore<TMap>(DeviceMatrix output, DeviceMatrix a, DeviceMatrix b, DeviceMatrix c, double p, double q)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, int, StridedView, StridedView, StridedView, float, float> launch = launchers.Get(
            nameof(ElementKernels.Map),
            typeof(TMap),
            static accelerator =>
                accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, int, StridedView, StridedView, StridedView, float, float>(
                    ElementKernels.Map<TMap>));
        launch(
            target.Length, target.Elements, target.Columns, Own(a).Repeated, Own(b).Repeated, Own(c).Repeated, (float)p, (float)q);
    }

    private protected override void AdamStepCore(
        DeviceMatrix parameters,
        DeviceMatrix gradient,
        DeviceMatrix firstMoment,
        DeviceMatrix secondMoment,
        in AdamCoefficients coefficients)
    {
        IlgpuMatrix target = Own(parameters);
        Action<Index1D, Floats, Floats, Floats, Floats, AdamNumbers> launch = launchers.Get(
            nameof(ElementKernels.Adam),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, Floats, Floats, AdamNumbers>(
                ElementKernels.Adam));
        launch(
            target.Length,
            target.Elements,
            Own(gradient).Elements,
            Own(firstMoment).Elements,
            Own(secondMoment).Elements,
            new AdamNumbers(coefficients));
    }
}
