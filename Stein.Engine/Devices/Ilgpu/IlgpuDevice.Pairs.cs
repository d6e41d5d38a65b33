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
            nameof(PairKernels.SquaredDistances),
            null,
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, Floats, int, int>(
                PairKernels.SquaredDistances));
        launch(target.Length, target.Elements, Own(points).Elements, Own(samples).Elements, samples.Rows, samples.Columns);
    }

    private protected override void PairSumsCore<TTerm>(DeviceMatrix output, PairSet pairs)
    {
        Action<KernelConfig, Floats, PairViews> launch = launchers.Get(
            nameof(PairKernels.RowSums),
            typeof(TTerm),
            static accelerator => accelerator.LoadStreamKernel<Floats, PairViews>(PairKernels.RowSums<TTerm>));
        launch(new KernelConfig(pairs.First.Count, GroupSize(pairs.Second.Count)), Own(output).Elements, Views(pairs));
    }

    private protected override void PairMatrixCore<TTerm>(DeviceMatrix output, PairSet pairs)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, PairViews> launch = launchers.Get(
            nameof(PairKernels.Terms),
            typeof(TTerm),
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, PairViews>(PairKernels.Terms<TTerm>));
        launch(target.Length, target.Elements, Views(pairs));
    }

    /// <remarks>
    /// First one thread per pair computes the slopes, then one thread per entry sums over the pairs; some rows at a time, so that the
    /// slopes need little memory.
    /// </remarks>
    private protected override void PairGradientCore<TTerm>(DeviceMatrix output, PairSet pairs, int matrix, double scale)
    {
        const int SlopesAtATime = 1 << 24;
        (int rows, int columns) = (pairs.First.Count, pairs.Second.Count);
        int atATime = Math.Clamp(SlopesAtATime / PairKernels.Sums / columns, 1, rows);
        Floats slopes = Scratch(checked(PairKernels.Sums * atATime * columns));
        PairViews views = Views(pairs);
        IlgpuMatrix target = Own(output);
        Action<Index1D, Floats, PairViews, int> slope = launchers.Get(
            nameof(PairKernels.Slopes),
            typeof(TTerm),
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, PairViews, int>(PairKernels.Slopes<TTerm>));
        Action<Index1D, Floats, Floats, PairViews, GradientEntries> gradient = launchers.Get(
            nameof(PairKernels.Gradient),
            typeof(TTerm),
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, Floats, Floats, PairViews, GradientEntries>(
                PairKernels.Gradient<TTerm>));
        for (int first = 0; first < rows; first += atATime)
        {
            int count = Math.Min(atATime, rows - first);
            slope(count * columns, slopes, views, first);
            gradient(count * target.Columns, target.Elements, slopes, views, new(first, target.Columns, matrix, (float)scale));
        }
    }

    private PairViews Views(in PairSet pairs) => new(
        Views(pairs.First),
        Views(pairs.Second),
        Own(pairs.Constants).Elements,
        pairs.Second.Count,
        pairs.IsWithinOneSet,
        pairs.HasDiagonal);

    private PointViews Views(in PairPoints points) => new(
        Own(points.First).Strided,
        Own(points.Second ?? points.First).Strided,
        Own(points.Third ?? points.First).Strided,
        points.Dimension);

    private protected override void SlicedPairMatrixCore<TTerm>(DeviceMatrix output, SlicedPairRequest request)
    {
        IlgpuMatrix target = Own(output);
        Action<Index1D, SlicedPairViews, Floats> launch = launchers.Get(
            nameof(SlicedPairKernels.Pairs),
            typeof(TTerm),
            static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats>(
                SlicedPairKernels.Pairs<TTerm>));
        launch(target.Length, Views(request), target.Elements);
    }

    private protected override void SlicedPairSumsCore<TTerm>(SlicedPairRequest request)
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
                typeof(TTerm),
                static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats>(
                    SlicedPairKernels.Values<TTerm>));
            launch(projections.Length, views, partial);
            SumSlices(Own(request.Values), partial, samples, slices);
        }

        if (request.ScoreGradient is not null)
        {
            Action<Index1D, SlicedPairViews, Floats> launch = launchers.Get(
                nameof(SlicedPairKernels.ScoreGradients),
                typeof(TTerm),
                static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats>(
                    SlicedPairKernels.ScoreGradients<TTerm>));
            launch(projections.Length, views, Own(request.ScoreGradient).Elements);
        }

        if (request.ProjectionGradient is not null && request.CouplingGradient is not null)
        {
            Floats partial = Scratch(projections.Length);
            Action<Index1D, SlicedPairViews, Floats, Floats> launch = launchers.Get(
                nameof(SlicedPairKernels.ProjectionGradients),
                typeof(TTerm),
                static accelerator => accelerator.LoadAutoGroupedStreamKernel<Index1D, SlicedPairViews, Floats, Floats>(
                    SlicedPairKernels.ProjectionGradients<TTerm>));
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
