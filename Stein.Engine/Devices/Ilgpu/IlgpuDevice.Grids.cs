using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Floats = ILGPU.ArrayView<float>;

namespace Stein.Engine.Devices.Ilgpu;

/// <content>Points on grids.</content>
internal sealed partial class IlgpuDevice
{
    /// <summary>
    /// The points of a column are distributed in at most this many parts at the same time. The number depends only on the number of points,
    /// so that sums have a fixed order.
    /// </summary>
    private const int MaximumParts = 64;

    private const int MinimumRowsPerPart = 128;

    private protected override void ColumnRangesCore(DeviceMatrix minima, DeviceMatrix maxima, DeviceMatrix values)
    {
        Action<KernelConfig, Floats, Floats, Floats, int, int> launch = launchers.Get(
            nameof(GridKernels.ColumnRanges),
            null,
            static accelerator => accelerator.LoadStreamKernel<Floats, Floats, Floats, int, int>(GridKernels.ColumnRanges));
        launch(
            new KernelConfig(values.Columns, GroupSize(values.Rows)),
            Own(minima).Elements,
            Own(maxima).Elements,
            Own(values).Elements,
            values.Rows,
            values.Columns);
    }

    private protected override void SpreadColumnsCore(
        DeviceMatrix counts, DeviceMatrix sums, in ColumnGrids grids, DeviceMatrix points, DeviceMatrix weights)
    {
        GridViews views = Views(grids, points, counts.Columns);
        Spread(Own(counts), views, Own(weights), areUsed: 0);
        Spread(Own(sums), views, Own(weights), areUsed: 1);
    }

    private protected override void InterpolateColumnsCore(
        DeviceMatrix output,
        in ColumnGrids grids,
        DeviceMatrix points,
        DeviceMatrix table,
        double scale,
        DeviceMatrix? weights,
        DeviceMatrix? second)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, GridViews, Floats, float, Floats, int, Floats, int> launch = launchers.Get(
            nameof(GridKernels.Interpolate),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<
                Index1D, Floats, GridViews, Floats, float, Floats, int, Floats, int>(GridKernels.Interpolate));
        launch(
            target.Length,
            target.Elements,
            Views(grids, points, table.Columns),
            Own(table).Elements,
            (float)scale,
            Own(weights ?? points).Elements,
            weights is null ? 0 : 1,
            Own(second ?? table).Elements,
            second is null ? 0 : 1);
    }

    private protected override void ConvolveRowsCore(
        DeviceMatrix output, DeviceMatrix signal, DeviceMatrix taps, bool isOdd, double alpha, double beta)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, int, Floats, Floats, float, float, float> launch = launchers.Get(
            nameof(GridKernels.Convolve),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, int, Floats, Floats, float, float, float>(
                GridKernels.Convolve));
        launch(
            target.Length,
            target.Elements,
            target.Columns,
            Own(signal).Elements,
            Own(taps).Elements,
            isOdd ? -1 : 1,
            (float)alpha,
            (float)beta);
    }

    private void Spread(IlgpuMatrix output, GridViews grids, IlgpuMatrix weights, int areUsed)
    {
        int rowsPerPart = Math.Max(MinimumRowsPerPart, (grids.Rows + MaximumParts - 1) / MaximumParts);
        int parts = (grids.Rows + rowsPerPart - 1) / rowsPerPart;
        Floats partial = Scratch(checked(parts * output.Length));
        Action<Index1D, Floats, GridViews, Floats, int, int> spread = launchers.Get(
            nameof(GridKernels.Spread),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, GridViews, Floats, int, int>(
                GridKernels.Spread));
        spread(parts * grids.Columns, partial, grids, weights.Elements, areUsed, rowsPerPart);
        Action<Index1D, Floats, Floats, int, int> sum = launchers.Get(
            nameof(GridKernels.SumParts),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, int, int>(GridKernels.SumParts));
        sum(output.Length, output.Elements, partial, parts, output.Length);
    }

    private GridViews Views(in ColumnGrids grids, DeviceMatrix points, int nodes) => new(
        Own(points).Elements, Own(grids.Origins).Elements, Own(grids.InverseSpacings).Elements, points.Rows, points.Columns, nodes);
}
