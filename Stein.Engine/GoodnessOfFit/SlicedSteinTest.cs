using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The goodness-of-fit test by the sliced kernelised Stein discrepancy for given slices (Gong, Li and Hernández-Lobato, "Sliced
/// kernelized Stein discrepancy", ICLR 2021): the pair terms of the R slices are added before they are weighted.
/// </summary>
/// <remarks>
/// It is for high dimensions, where the test by the kernelised Stein discrepancy loses power.
/// The statistic is U, and a sum over the slices, not a mean. Bandwidths follow the median rule of each slice or are set. Directions
/// must not be fitted to the samples that are tested. O(NDR + N²(R + B)) per test and O(N²) memory, allocated once.
/// </remarks>
public sealed class SlicedSteinTest<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly DeviceMatrix pairs;
    private readonly DeviceMatrix projectedScores;
    private readonly DeviceMatrix couplings;
    private readonly SlicedPairRequest request;

    /// <summary>
    /// A test by R = <paramref name="slices"/> slices in D = <paramref name="dimension"/> dimensions, all zero until they are set.
    /// </summary>
    /// <param name="bootstrap">Gives the samples, replicates and device; other tests may share it.</param>
    public SlicedSteinTest(Bootstrap bootstrap, int dimension, int slices)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        Bootstrap = bootstrap;
        device = bootstrap.Device;
        SliceDirections = device.Allocate(dimension, slices);
        TestDirections = device.Allocate(dimension, slices);
        Bandwidth = new Bandwidth(device, slices);
        pairs = device.Allocate(bootstrap.Samples, bootstrap.Samples);
        Projections = device.Allocate(bootstrap.Samples, slices);
        projectedScores = device.Allocate(bootstrap.Samples, slices);
        couplings = device.Allocate(1, slices);
        request = new SlicedPairRequest
        {
            Projections = Projections,
            ProjectedScores = projectedScores,
            Couplings = couplings,
            InverseSquareBandwidths = Bandwidth.InverseSquares,
            FourthOrders = Bandwidth.FourthOrders,
            Statistic = PairStatistic.U,
        };
    }

    /// <summary>The replicates of the last test are here.</summary>
    public Bootstrap Bootstrap { get; }

    /// <summary>The slice directions r (D×R), unit vectors in columns, used as they are.</summary>
    public DeviceMatrix SliceDirections { get; }

    /// <summary>The test directions g (D×R), unit vectors in columns, used as they are.</summary>
    public DeviceMatrix TestDirections { get; }

    /// <summary>Set it directly or by <see cref="SetBandwidths"/> before a test.</summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>The projections on g (N×R) that <see cref="SetBandwidths"/> or a test computed last.</summary>
    public DeviceMatrix Projections { get; }

    /// <summary>Sets the bandwidths by the medians of the projections of <paramref name="samples"/> (N×D).</summary>
    public void SetBandwidths(DeviceMatrix samples)
    {
        device.Multiply(Projections, samples, TestDirections);
        Bandwidth.SetByProjectedMedians(Projections);
    }

    /// <summary>
    /// <paramref name="output"/> (N×N) = the pair terms of samples and scores (N×D each), summed over the slices, zero on the diagonal.
    /// </summary>
    public void ComputePairs(DeviceMatrix output, DeviceMatrix samples, DeviceMatrix scores)
    {
        device.Multiply(Projections, samples, TestDirections);
        device.Multiply(projectedScores, scores, SliceDirections);
        device.SumColumns<Product>(couplings, SliceDirections, TestDirections);
        device.SlicedPairMatrix<TKernel>(output, request);
    }

    /// <summary>Tests samples and the model's scores at them (N×D each).</summary>
    /// <exception cref="ArgumentException">Other shapes, or a statistic that is NaN or infinite.</exception>
    public TestOutcome Run(DeviceMatrix samples, DeviceMatrix scores)
    {
        ComputePairs(pairs, samples, scores);
        return Bootstrap.Test(pairs);
    }
}
