using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The goodness-of-fit test by the kernelised Stein discrepancy, for whether N samples come from the model with the given score
/// (Liu, Lee and Jordan, "A kernelized Stein discrepancy for goodness-of-fit tests", ICML 2016, algorithm 1; Chwialkowski,
/// Strathmann and Gretton, "A kernel test of goodness of fit", ICML 2016).
/// </summary>
/// <remarks>
/// The statistic is a U-statistic with pair terms <see cref="SteinPairTerm{TKernel}"/> and replicates from
/// <see cref="GoodnessOfFit.Bootstrap"/>. A test takes O(N²(D + B)) operations; O(N²) memory is allocated once. To test a sum of
/// discrepancies, such as those at several noise levels, add the matrices of <see cref="ComputePairs"/> and pass the sum to
/// <see cref="GoodnessOfFit.Bootstrap.Test"/>.
/// </remarks>
public sealed class KernelisedSteinTest<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly DeviceMatrix squaredDistances;
    private readonly DeviceMatrix pairs;

    /// <summary>
    /// Creates a test with the number of samples, the replicates and the device of <paramref name="bootstrap"/>, which other tests may
    /// share.
    /// </summary>
    public KernelisedSteinTest(Bootstrap bootstrap)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "the test by the kernelised Stein discrepancy");
        Bootstrap = bootstrap;
        device = bootstrap.Device;
        squaredDistances = device.Allocate(bootstrap.Samples, bootstrap.Samples);
        pairs = device.Allocate(bootstrap.Samples, bootstrap.Samples);
        Bandwidth = new Bandwidth(device, 1);
    }

    /// <summary>The bootstrap, which holds the replicates of the last test.</summary>
    public Bootstrap Bootstrap { get; }

    /// <summary>The bandwidth, to be set directly or by <see cref="SetBandwidth"/> before a test.</summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>Sets the bandwidth by a median rule from <paramref name="samples"/> (N×D).</summary>
    public void SetBandwidth(DeviceMatrix samples, MedianRule rule)
    {
        device.SquaredDistances(squaredDistances, samples);
        Bandwidth.Set(rule, squaredDistances);
    }

    /// <summary><paramref name="output"/> (N×N) = the pair terms of samples and scores (N×D each), zero on the diagonal.</summary>
    public void ComputePairs(DeviceMatrix output, DeviceMatrix samples, DeviceMatrix scores)
        => device.PairMatrix<SteinPairTerm<TKernel>>(output, PairSet.Within(new(samples, scores), Bandwidth.Constants, PairStatistic.U));

    /// <summary>Tests samples and the model's scores at them (N×D each).</summary>
    /// <exception cref="ArgumentException">The shapes do not match, or the statistic is NaN or infinite.</exception>
    public TestOutcome Run(DeviceMatrix samples, DeviceMatrix scores)
    {
        ComputePairs(pairs, samples, scores);
        return Bootstrap.Test(pairs);
    }
}
