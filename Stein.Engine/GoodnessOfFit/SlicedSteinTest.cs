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
/// It is meant for high dimensions, where the test by the kernelised Stein discrepancy loses power. The statistic is a U-statistic
/// and a sum over the slices, not a mean. Bandwidths are set directly or by the median rule of each slice. The directions must not be
/// fitted to the samples tested. A test takes O(NDR + N²(R + B)) operations; O(N²) memory is allocated once.
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
    /// Creates a test with R = <paramref name="slices"/> slices in D = <paramref name="dimension"/> dimensions, all zero until set.
    /// </summary>
    /// <param name="bootstrap">Provides the number of samples, the replicates and the device; other tests may share it.</param>
    /// <exception cref="ArgumentException">The kernel has no Stein kernel, such as the Laplace kernel.</exception>
    public SlicedSteinTest(Bootstrap bootstrap, int dimension, int slices)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "the test by the sliced kernelised Stein discrepancy");
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

    /// <summary>The bootstrap, which holds the replicates of the last test.</summary>
    public Bootstrap Bootstrap { get; }

    /// <summary>The slice directions r (D×R), one per column. They must be unit vectors: they are not normalised.</summary>
    public DeviceMatrix SliceDirections { get; }

    /// <summary>The test directions g (D×R), one per column. They must be unit vectors: they are not normalised.</summary>
    public DeviceMatrix TestDirections { get; }

    /// <summary>The bandwidths, to be set directly or by <see cref="SetBandwidths"/> before a test.</summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>The projections on g (N×R) computed last by <see cref="SetBandwidths"/> or a test.</summary>
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
        device.SlicedPairMatrix<SlicedPairTerm<TKernel>>(output, request);
    }

    /// <summary>Tests samples and the model's scores at them (N×D each).</summary>
    /// <exception cref="ArgumentException">The shapes do not match, or the statistic is NaN or infinite.</exception>
    public TestOutcome Run(DeviceMatrix samples, DeviceMatrix scores)
    {
        ComputePairs(pairs, samples, scores);
        return Bootstrap.Test(pairs);
    }
}
