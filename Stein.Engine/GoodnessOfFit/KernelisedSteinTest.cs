using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// The goodness-of-fit test by the kernelised Stein discrepancy: whether N samples come from the model with the given score
/// (Liu, Lee and Jordan, "A kernelized Stein discrepancy for goodness-of-fit tests", ICML 2016, algorithm 1; Chwialkowski,
/// Strathmann and Gretton, "A kernel test of goodness of fit", ICML 2016).
/// </summary>
/// <remarks>
/// The statistic is U, the pair terms are <see cref="SteinPairTerm{TKernel}"/>, the replicates those of
/// <see cref="GoodnessOfFit.Bootstrap"/>.
/// O(N²(D + B)) per test and O(N²) memory, allocated once. Discrepancies can be added before they are tested,
/// such as those of a ladder of noise: add the matrices of <see cref="ComputePairs"/> and give the sum to
/// <see cref="GoodnessOfFit.Bootstrap.Test"/>.
/// </remarks>
public sealed class KernelisedSteinTest<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly DeviceMatrix squaredDistances;
    private readonly DeviceMatrix pairs;

    /// <summary>A test for the samples, replicates and device of <paramref name="bootstrap"/>, which other tests may share.</summary>
    public KernelisedSteinTest(Bootstrap bootstrap)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        Bootstrap = bootstrap;
        device = bootstrap.Device;
        squaredDistances = device.Allocate(bootstrap.Samples, bootstrap.Samples);
        pairs = device.Allocate(bootstrap.Samples, bootstrap.Samples);
        Bandwidth = new Bandwidth(device, 1);
    }

    /// <summary>The replicates of the last test are here.</summary>
    public Bootstrap Bootstrap { get; }

    /// <summary>Set it directly or by <see cref="SetBandwidth"/> before a test.</summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>Sets the bandwidth by a median of the distances between <paramref name="samples"/> (N×D).</summary>
    public void SetBandwidth(DeviceMatrix samples, MedianRule rule)
    {
        device.SquaredDistances(squaredDistances, samples);
        Bandwidth.Set(rule, squaredDistances);
    }

    /// <summary><paramref name="output"/> (N×N) = the pair terms of samples and scores (N×D each), zero on the diagonal.</summary>
    public void ComputePairs(DeviceMatrix output, DeviceMatrix samples, DeviceMatrix scores)
        => device.SteinPairMatrix<TKernel>(output, samples, scores, Bandwidth.InverseSquares, Bandwidth.FourthOrders, PairStatistic.U);

    /// <summary>Tests samples and the model's scores at them (N×D each).</summary>
    /// <exception cref="ArgumentException">Other shapes, or a statistic that is NaN or infinite.</exception>
    public TestOutcome Run(DeviceMatrix samples, DeviceMatrix scores)
    {
        ComputePairs(pairs, samples, scores);
        return Bootstrap.Test(pairs);
    }
}
