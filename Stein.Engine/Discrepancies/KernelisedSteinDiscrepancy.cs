using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The kernelised Stein discrepancy (squared) between N samples and the model with the given score function
/// (Liu, Lee and Jordan, ICML 2016; Chwialkowski, Strathmann and Gretton, ICML 2016), and its gradient with respect
/// to the scores.
/// </summary>
/// <remarks>
/// With the profile matrices <c>Ψ₀ = φ</c> and <c>Ψ₁ = −φ′</c> of the pairs, <c>a = 1/h²</c> and weight w = 1/N² or
/// 1/(N(N−1)) (for U, their diagonals are zero):
/// <c>∂/∂S = 2w [Ψ₀ S + 2a (diag(Ψ₁ 1) X − Ψ₁ X)]</c>. The bandwidth and the samples are constants. For the Gaussian,
/// Ψ₁ = Ψ₀ = K and the two products are one, <c>K (S − 2aX)</c>.
/// </remarks>
public sealed class KernelisedSteinDiscrepancy<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly DeviceMatrix squaredDistances;
    private readonly DeviceMatrix profile;
    private readonly DeviceMatrix shifted;
    private readonly DeviceMatrix pairSums;
    private readonly double[] rowSums;

    /// <summary>
    /// Creates the discrepancy of N = <paramref name="samples"/> samples in D = <paramref name="dimension"/> dimensions; O(N² + ND)
    /// memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two samples.</exception>
    public KernelisedSteinDiscrepancy(Device device, int samples, int dimension, PairStatistic statistic)
    {
        this.device = device;
        Statistic = statistic;
        _ = statistic.Weight(samples);
        squaredDistances = device.Allocate(samples, samples);
        profile = device.Allocate(samples, samples);
        shifted = device.Allocate(samples, dimension);
        pairSums = device.Allocate(samples, 1);
        rowSums = new double[samples];
        Bandwidth = new Bandwidth(device, 1);
    }

    public PairStatistic Statistic { get; }

    /// <summary>
    /// The bandwidth, to be set directly or by <see cref="SetBandwidthByBatchMedian"/> before the value or the gradient is computed.
    /// </summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>Computes the distances of <paramref name="samples"/> (N×D), which <see cref="Gradient"/> uses.</summary>
    public void SetSamples(DeviceMatrix samples) => device.SquaredDistances(squaredDistances, samples);

    /// <summary>Sets the bandwidth by the rule of the published ICA script, from the samples passed to <see cref="SetSamples"/>.</summary>
    public void SetBandwidthByBatchMedian() => Bandwidth.SetByBatchMedian(squaredDistances);

    /// <summary>Sets the bandwidth to <c>h = 2√(median/2)</c> of the samples passed to <see cref="SetSamples"/>.</summary>
    public void SetBandwidthByMedian() => Bandwidth.SetByMedian(squaredDistances);

    /// <summary>The statistic for samples and scores (N×D each).</summary>
    public double Value(DeviceMatrix samples, DeviceMatrix scores)
    {
        double sum = 0;
        foreach (double row in RowSums(samples, scores))
            sum += row;
        return sum * Statistic.Weight(samples.Rows);
    }

    /// <summary><c>Σ_j u_ij</c> (N), over j ≠ i for the U-statistic; valid until the next call.</summary>
    public ReadOnlySpan<double> RowSums(DeviceMatrix samples, DeviceMatrix scores)
    {
        device.PairSums<SteinPairTerm<TKernel>>(pairSums, PairSet.Within(new(samples, scores), Bandwidth.Constants, Statistic));
        device.Read(pairSums, rowSums);
        return rowSums;
    }

    /// <summary>
    /// <paramref name="gradient"/> (N×D) = the derivative of the statistic with respect to the scores, for the samples
    /// passed to <see cref="SetSamples"/>.
    /// </summary>
    public void Gradient(DeviceMatrix gradient, DeviceMatrix samples, DeviceMatrix scores)
    {
        double weight = Statistic.Weight(samples.Rows);
        device.Map<KernelValue<TKernel>>(profile, squaredDistances, Bandwidth.InverseSquares);
        if (Statistic == PairStatistic.U)
            device.FillDiagonal(profile, 0);
        if (TKernel.EqualsItsDerivatives)
        {
            device.Map<AddScaledProduct>(shifted, scores, samples, Bandwidth.InverseSquares, p: -2);
            device.Multiply(gradient, profile, shifted, alpha: 2 * weight);
        }
        else
        {
            device.Multiply(gradient, profile, scores, alpha: 2 * weight);
            device.Map<KernelFirstDerivative<TKernel>>(profile, squaredDistances, Bandwidth.InverseSquares);
            if (Statistic == PairStatistic.U)
                device.FillDiagonal(profile, 0);
            device.Multiply(shifted, profile, samples);
            device.Map<AddScaledProduct>(gradient, gradient, shifted, Bandwidth.InverseSquares, p: -4 * weight);
        }

        device.SumRows<Identity>(pairSums, profile);
        device.Map<Product>(pairSums, pairSums, Bandwidth.InverseSquares);
        device.Map<AddScaledProduct>(gradient, gradient, pairSums, samples, p: 4 * weight);
    }
}
