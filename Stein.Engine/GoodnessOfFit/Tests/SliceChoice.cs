using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.GoodnessOfFit.Slices;
using Stein.Engine.Kernels;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>Where the directions g of slices come from.</summary>
internal enum SliceSource
{
    /// <summary>Random unit vectors.</summary>
    Random,

    /// <summary>Active slices, from the samples and scores alone; see <see cref="KernelSmoothedSlices"/>.</summary>
    KernelSmoothed,

    /// <summary>Active slices by a score estimator, which need the model at other points too; see <see cref="EstimatedSlices"/>.</summary>
    Estimated,
}

/// <summary>How a test chooses slices on its training samples. There is one for each coordinate r unless some are dropped.</summary>
/// <param name="Source">The directions g.</param>
/// <param name="Ascent">The ascent from there; null for none.</param>
/// <param name="Kept">
/// k: only the k slices with the largest discrepancy of the training samples are kept, of those of the coordinates and, if slices are
/// active, those whose r are active as well; null keeps a slice for each coordinate.
/// </param>
internal sealed record SliceChoice(SliceSource Source, SliceAscentSettings? Ascent = null, int? Kept = null)
{
    /// <summary>Whether slices depend on samples.</summary>
    public bool IsTrained => Source != SliceSource.Random || Ascent is not null || Kept is not null;

    /// <summary>R, the number of slices.</summary>
    public int Count(int dimension) => Math.Min(Kept ?? dimension, dimension);

    /// <summary>Allocates what the choice from N training samples needs.</summary>
    public Func<TestSamples, TestSeed, SliceSet> Prepare(Device device, int count, int dimension)
    {
        SliceAscent? ascent = Ascent is null ? null : new(device, count, dimension, Count(dimension), Ascent);
        return (training, seed) =>
        {
            SliceSet start = Start(device, training, dimension, seed);
            return ascent?.Climb(training.Values, training.Scores, start, seed.Stream(StreamPurpose.Batches)).Slices ?? start;
        };
    }

    private SliceSet Start(Device device, TestSamples training, int dimension, TestSeed seed)
    {
        double[] r = SliceSet.Coordinates(dimension);
        ActiveSlices? active = Source switch
        {
            SliceSource.KernelSmoothed => new KernelSmoothedSlices(training.Values, training.Scores, dimension),
            SliceSource.Estimated => new EstimatedSlices(device, training.Values, training.RequiredModel()),
            _ => null,
        };
        if (active is not null && Kept is not null)
            r = [.. r, .. active.ScoreDirections().Rows];
        SliceSet slices = active?.For(r) ?? SliceSet.Random(r, dimension, seed.Stream(StreamPurpose.Slices));
        return Kept is null ? slices : slices.Best(Count(dimension), Values(device, training, slices));
    }

    private static double[] Values(Device device, TestSamples training, SliceSet slices)
    {
        var discrepancy = SlicedKernelisedSteinDiscrepancy<GaussianKernel>.WithSlices(
            device, training.Count, training.Dimension, slices.Count, PairStatistic.U);
        slices.WriteTo(discrepancy.SliceDirections.Values, discrepancy.TestDirections.Values);
        DeviceMatrix values = device.Upload(training.Count, training.Dimension, training.Values);
        DeviceMatrix scores = device.Upload(training.Count, training.Dimension, training.Scores);
        discrepancy.Project(values, scores);
        return discrepancy.ValuesPerSlice(scores);
    }
}
