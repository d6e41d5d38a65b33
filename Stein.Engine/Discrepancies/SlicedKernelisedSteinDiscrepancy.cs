using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// maxSKSD for given slices: the sum over R slices (r_d, g_d) of the one-dimensional KSD of the projections
/// (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, section 3.3), with its
/// derivatives with respect to the scores, the test directions g and the slice directions r. Maximised over g it is
/// maxSKSD-g, maximised over g and r it is maxSKSD-rg.
/// </summary>
/// <remarks>
/// It is a sum over the slices, not a mean. Bandwidths follow the median rule of each slice
/// (<see cref="Bandwidth.SetByProjectedMedians"/>); derivatives treat them as constants. With <c>Z = X Ĝ</c>,
/// <c>P = S R̂</c> and <c>c_d = r̂_d·ĝ_d</c>: <c>∂/∂S = ∂P R̂ᵀ</c>, <c>∂/∂Ĝ = Xᵀ ∂Z + R̂ diag(∂c)</c>,
/// <c>∂/∂R̂ = Sᵀ ∂P + Ĝ diag(∂c)</c>.
/// </remarks>
public sealed class SlicedKernelisedSteinDiscrepancy<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly DeviceMatrix projections;
    private readonly DeviceMatrix projectedScores;
    private readonly DeviceMatrix couplings;
    private readonly DeviceMatrix couplingGradient;
    private readonly DeviceMatrix projectionGradient;
    private readonly DeviceMatrix projectedScoreGradient;
    private readonly DeviceMatrix values;
    private readonly bool basisSlices;

    private SlicedKernelisedSteinDiscrepancy(
        Device device, int samples, int dimension, int slices, PairStatistic statistic, bool basisSlices)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "maxSKSD");
        this.device = device;
        this.basisSlices = basisSlices;
        Statistic = statistic;
        _ = statistic.Weight(samples);
        TestDirections = new Directions(device, dimension, slices);
        SliceDirections = new Directions(device, dimension, slices);
        Bandwidth = new Bandwidth(device, slices);
        projections = device.Allocate(samples, slices);
        projectedScores = device.Allocate(samples, slices);
        couplings = device.Allocate(1, slices);
        couplingGradient = device.Allocate(1, slices);
        projectionGradient = device.Allocate(samples, slices);
        projectedScoreGradient = device.Allocate(samples, slices);
        values = device.Allocate(1, slices);
    }

    public PairStatistic Statistic { get; }

    /// <summary>The test directions g (D×R).</summary>
    public Directions TestDirections { get; }

    /// <summary>The slice directions r (D×R), fixed to the unit vectors if created by <see cref="OnBasis"/>.</summary>
    public Directions SliceDirections { get; }

    public Bandwidth Bandwidth { get; }

    /// <summary>The largest number of samples, the first ones, of which the medians of the bandwidths are taken; at least 1.</summary>
    public int MedianSamples { get; set; } = Bandwidth.PublishedMedianSamples;

    /// <summary>
    /// Creates R = D slices whose r are fixed to the unit vectors, where g starts as well: maxSKSD-g. Products with r
    /// are skipped.
    /// </summary>
    /// <exception cref="ArgumentException">The kernel has no Stein kernel, such as the Laplace kernel.</exception>
    public static SlicedKernelisedSteinDiscrepancy<TKernel> OnBasis(Device device, int samples, int dimension, PairStatistic statistic)
    {
        SlicedKernelisedSteinDiscrepancy<TKernel> discrepancy = new(device, samples, dimension, dimension, statistic, basisSlices: true);
        discrepancy.TestDirections.SetToIdentity();
        discrepancy.SliceDirections.SetToIdentity();
        discrepancy.SliceDirections.Normalise();
        return discrepancy;
    }

    /// <summary>Creates R slices with arbitrary r and g, all zero until they are set.</summary>
    /// <exception cref="ArgumentException">The kernel has no Stein kernel, such as the Laplace kernel.</exception>
    public static SlicedKernelisedSteinDiscrepancy<TKernel> WithSlices(
        Device device, int samples, int dimension, int slices, PairStatistic statistic)
        => new(device, samples, dimension, slices, statistic, basisSlices: false);

    /// <summary>
    /// Projects samples and scores (N×D each) on the current slices and sets the bandwidths by the median rule. Until the next call,
    /// value and derivatives refer to these projections.
    /// </summary>
    public void Project(DeviceMatrix samples, DeviceMatrix scores)
    {
        TestDirections.Normalise();
        device.Multiply(projections, samples, TestDirections.Unit);
        if (!basisSlices)
        {
            SliceDirections.Normalise();
            device.Multiply(projectedScores, scores, SliceDirections.Unit);
        }

        device.SumColumns<Product>(couplings, SliceDirections.Unit, TestDirections.Unit);
        Bandwidth.SetByProjectedMedians(projections, MedianSamples);
    }

    /// <summary>The statistic for the projections of the last call of <see cref="Project"/>.</summary>
    public double Value(DeviceMatrix scores)
    {
        double sum = 0;
        foreach (double value in ValuesPerSlice(scores))
            sum += value;
        return sum;
    }

    /// <summary>The statistic of each slice (R).</summary>
    public double[] ValuesPerSlice(DeviceMatrix scores)
    {
        device.SlicedPairSums<SlicedPairTerm<TKernel>>(Request(scores) with { Values = values });
        return device.Read(values);
    }

    /// <summary><paramref name="gradient"/> (N×D) = the derivative with respect to the scores.</summary>
    public void ScoreGradient(DeviceMatrix gradient, DeviceMatrix scores)
    {
        if (basisSlices)
        {
            device.SlicedPairSums<SlicedPairTerm<TKernel>>(Request(scores) with { ScoreGradient = gradient });
            return;
        }

        device.SlicedPairSums<SlicedPairTerm<TKernel>>(Request(scores) with { ScoreGradient = projectedScoreGradient });
        device.Multiply(gradient, projectedScoreGradient, SliceDirections.Unit, transposeRight: true);
    }

    /// <summary>
    /// Writes the derivative with respect to g before normalisation to <see cref="Directions.Gradient"/> of
    /// <see cref="TestDirections"/>, and with <paramref name="bySlices"/> also the one with respect to r to that of
    /// <see cref="SliceDirections"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The kernel has fewer than three derivatives, such as the Matérn kernel of order 3/2.</exception>
    public void DirectionGradients(DeviceMatrix samples, DeviceMatrix scores, bool bySlices)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernelGradient, "the derivative of maxSKSD by its directions");
        device.SlicedPairSums<SlicedPairTerm<TKernel>>(Request(scores) with
        {
            ProjectionGradient = projectionGradient,
            CouplingGradient = couplingGradient,
            ScoreGradient = bySlices ? projectedScoreGradient : null,
        });
        device.Multiply(TestDirections.Gradient, samples, projectionGradient, transposeLeft: true);
        device.Map<AddScaledProduct>(TestDirections.Gradient, TestDirections.Gradient, SliceDirections.Unit, couplingGradient, p: 1);
        TestDirections.BackPropagate();
        if (!bySlices)
            return;
        device.Multiply(SliceDirections.Gradient, scores, projectedScoreGradient, transposeLeft: true);
        device.Map<AddScaledProduct>(SliceDirections.Gradient, SliceDirections.Gradient, TestDirections.Unit, couplingGradient, p: 1);
        SliceDirections.BackPropagate();
    }

    private SlicedPairRequest Request(DeviceMatrix scores) => new()
    {
        Projections = projections,
        ProjectedScores = basisSlices ? scores : projectedScores,
        Couplings = couplings,
        InverseSquareBandwidths = Bandwidth.InverseSquares,
        FourthOrders = Bandwidth.FourthOrders,
        Statistic = Statistic,
    };
}
