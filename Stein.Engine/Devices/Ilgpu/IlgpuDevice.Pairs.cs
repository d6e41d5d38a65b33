using ILGPU;
using ILGPU.Runtime;
using Stein.Engine.Devices.Ilgpu.Kernels;
using Stein.Engine.Formulas;
using Floats = ILGPU.ArrayView<float>;

namespace Stein.Engine.Devices.Ilgpu;

/// <content>Pairs of samples.</content>
internal sealed partial class IlgpuDevice
{
    private protected override void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix samples)
        => SquaredDistancesCore(output, samples, samples);

    private protected override void SquaredDistancesCore(DeviceMatrix output, DeviceMatrix points, DeviceMatrix samples)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, Floats, Floats, int, int> launch = launchers.Get(
            nameof(SteinPairKernels.SquaredDistances),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, Floats, int, int>(
                SteinPairKernels.SquaredDistances));
        launch(target.Length, target.Elements, Own(points).Elements, Own(samples).Elements, samples.Rows, samples.Columns);
    }

    private protected override void SteinPairSumsCore<TKernel>(
        DeviceMatrix output,
        DeviceMatrix samples,
        DeviceMatrix scores,
        DeviceMatrix inverseSquareBandwidth,
        DeviceMatrix fourthOrder,
        PairStatistic statistic)
    {
        Action<KernelConfig, Floats, Floats, Floats, Floats, Floats, int, int, int> launch = launchers.Get(
            nameof(SteinPairKernels.SteinRowSums),
            typeof(TKernel),
            static accelerator => accelerator.LoadStreamKernel<Floats, Floats, Floats, Floats, Floats, int, int, int>(
                SteinPairKernels.SteinRowSums<TKernel>));
        launch(
            new KernelConfig(samples.Rows, GroupSize(samples.Rows)),
            Own(output).Elements,
            Own(samples).Elements,
            Own(scores).Elements,
            Own(inverseSquareBandwidth).Elements,
            Own(fourthOrder).Elements,
            samples.Rows,
            samples.Columns,
            statistic == PairStatistic.V ? 1 : 0);
    }

    private protected override void SteinPairMatrixCore<TKernel>(
        DeviceMatrix output,
        DeviceMatrix samples,
        DeviceMatrix scores,
        DeviceMatrix inverseSquareBandwidth,
        DeviceMatrix fourthOrder,
        PairStatistic statistic)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, Floats, Floats, Floats, Floats, int, int, int> launch = launchers.Get(
            nameof(SteinPairKernels.SteinPairs),
            typeof(TKernel),
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, Floats, Floats, Floats, int, int, int>(
                SteinPairKernels.SteinPairs<TKernel>));
        launch(
            target.Length,
            target.Elements,
            Own(samples).Elements,
            Own(scores).Elements,
            Own(inverseSquareBandwidth).Elements,
            Own(fourthOrder).Elements,
            samples.Rows,
            samples.Columns,
            statistic == PairStatistic.V ? 1 : 0);
    }

    private protected override void SlicedPairMatrixCore<TKernel>(DeviceMatrix output, SlicedPairRequest request)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, SlicedPairViews, Floats> launch = launchers.Get(
            nameof(SlicedPairKernels.Pairs),
            typeof(TKernel),
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats>(
                SlicedPairKernels.Pairs<TKernel>));
        launch(target.Length, Views(request), target.Elements);
    }

    private protected override void SlicedPairSumsCore<TKernel>(SlicedPairRequest request)
    {
        IlgpuMatrix projections = Own(request.Projections);
        int samples = projections.Rows;
        int slices = projections.Columns;
        SlicedPairViews views = Views(request);
        if (request.Values is not null)
        {
            Floats partial = Scratch(projections.Length);
            Action<Index1D, SlicedPairViews, Floats> launch = launchers.Get(
                nameof(SlicedPairKernels.Values),
                typeof(TKernel),
                static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats>(
                    SlicedPairKernels.Values<TKernel>));
            launch(projections.Length, views, partial);
            SumSlices(Own(request.Values), partial, samples, slices);
        }

        if (request.ScoreGradient is not null)
        {
            Action<Index1D, SlicedPairViews, Floats> launch = launchers.Get(
                nameof(SlicedPairKernels.ScoreGradients),
                typeof(TKernel),
                static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats>(
                    SlicedPairKernels.ScoreGradients<TKernel>));
            launch(projections.Length, views, Own(request.ScoreGradient).Elements);
        }

        if (request.ProjectionGradient is not null && request.CouplingGradient is not null)
        {
            Floats partial = Scratch(projections.Length);
            Action<Index1D, SlicedPairViews, Floats, Floats> launch = launchers.Get(
                nameof(SlicedPairKernels.ProjectionGradients),
                typeof(TKernel),
                static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats, Floats>(
                    SlicedPairKernels.ProjectionGradients<TKernel>));
            launch(projections.Length, views, Own(request.ProjectionGradient).Elements, partial);
            SumSlices(Own(request.CouplingGradient), partial, samples, slices);
        }
    }

    private SlicedPairViews Views(SlicedPairRequest request) => new(
        Own(request.Projections).Elements,
        Own(request.ProjectedScores).Elements,
        Own(request.Couplings).Elements,
        Own(request.InverseSquareBandwidths).Elements,
        Own(request.FourthOrders).Elements,
        request.Projections.Rows,
        request.Projections.Columns,
        request.Statistic);

    /// <summary>Sums the samples' contributions (N×R) to one number per slice (1×R).</summary>
    private void SumSlices(IlgpuMatrix output, Floats partial, int samples, int slices)
    {
        var columns = new StridedView(partial, 1, slices);
        SumLines<Identity>(output.Elements, slices, samples, columns, columns, columns, 0, 0);
    }
}
