using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Samples;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The kernelised Stein discrepancy (squared) between N samples and the model with the given score function
/// (Liu, Lee and Jordan, ICML 2016; Chwialkowski, Strathmann and Gretton, ICML 2016), and its gradient with respect
/// to the scores.
/// </summary>
/// <remarks>
/// <para>
/// With the profile matrices <c>Ψ₀ = φ</c> and <c>Ψ₁ = −φ′</c> of the pairs, <c>a = 1/h²</c> and weight w = 1/N² or
/// 1/(N(N−1)) (for U, their diagonals are zero):
/// <c>∂/∂S = 2w [Ψ₀ S + 2a (diag(Ψ₁ 1) X − Ψ₁ X)]</c>. The bandwidth and the samples are constants. For the Gaussian,
/// Ψ₁ = Ψ₀ = K and the two products are one, <c>K (S − 2aX)</c>.
/// </para>
/// <para>
/// Memory is O(ND): of more than about 2 000 samples the matrices of pairs are formed some rows at a time, with the same bits. The value of
/// many samples with the Gaussian kernel comes from matrix products (<see cref="GaussianSteinSum"/>) where that keeps six digits.
/// </para>
/// </remarks>
public sealed class KernelisedSteinDiscrepancy<TKernel>
    where TKernel : struct, IRadialKernel
{
    /// <summary>The number of samples from which products pay; all published results have fewer, and keep their bits.</summary>
    private const int MinSamplesForProducts = 4096;

    /// <summary>The number of samples, evenly spaced among all, from which the median of many is taken.</summary>
    private const int MaxSamplesForMedian = 2048;

    private readonly Device device;
    private readonly DeviceMatrix squaredDistances;
    private readonly DeviceMatrix profile;
    private readonly DeviceMatrix shifted;
    private readonly DeviceMatrix pairSums;
    private readonly double[] rowSums;
    private readonly GaussianSteinSum? products;
    private DeviceMatrix? current;
    private DeviceMatrix? medianDistances;

    /// <summary>
    /// Creates the discrepancy of N = <paramref name="samples"/> samples in D = <paramref name="dimension"/> dimensions; O(ND) memory.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two samples.</exception>
    /// <exception cref="ArgumentException">The kernel is not smooth enough, see <see cref="KernelSmoothness"/>.</exception>
    public KernelisedSteinDiscrepancy(Device device, int samples, int dimension, PairStatistic statistic)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "the kernelised Stein discrepancy");
        this.device = device;
        Statistic = statistic;
        _ = statistic.Weight(samples);
        int rows = Device.StripRows(samples, samples);
        squaredDistances = device.Allocate(rows, samples);
        profile = device.Allocate(rows, samples);
        shifted = device.Allocate(samples, dimension);
        pairSums = device.Allocate(samples, 1);
        rowSums = new double[samples];
        if (TKernel.EqualsItsDerivatives && samples >= MinSamplesForProducts)
            products = new GaussianSteinSum(device, samples, dimension);
        Bandwidth = new Bandwidth(device, 1);
    }

    public PairStatistic Statistic { get; }

    /// <summary>
    /// The bandwidth, to be set directly or by <see cref="SetBandwidthByBatchMedian"/> before the value or the gradient is computed.
    /// </summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>
    /// The largest number of samples, the first ones, of which the median rules take the median, at least 2; null, unless it is set, for
    /// all, or for 2 048 that are evenly spaced if there are many.
    /// </summary>
    public int? MedianSamples { get; set; }

    /// <summary>The number of samples N.</summary>
    private int Samples => pairSums.Rows;

    /// <summary>Whether the matrices of all pairs are small enough to be formed as a whole.</summary>
    private bool IsWhole => squaredDistances.Rows == Samples;

    /// <summary>
    /// Sets the samples (N×D) whose distances the median rules and <see cref="Gradient"/> use. Their contents must not change until then.
    /// </summary>
    public void SetSamples(DeviceMatrix samples)
    {
        current = samples;
        if (IsWhole)
            device.SquaredDistances(squaredDistances, samples);
    }

    /// <summary>Sets the bandwidth by the rule of the published ICA script, from the samples passed to <see cref="SetSamples"/>.</summary>
    public void SetBandwidthByBatchMedian() => Bandwidth.Set(MedianRule.BatchMedian, DistancesForMedian(), Samples);

    /// <summary>
    /// Sets the bandwidth to <c>h = 2√(median/2)</c> of the samples passed to <see cref="SetSamples"/>; of more than about 2 000 samples,
    /// the median is that of 2 048 that are evenly spaced among them.
    /// </summary>
    public void SetBandwidthByMedian() => Bandwidth.Set(MedianRule.TwiceMedian, DistancesForMedian(), Samples);

    /// <summary>The statistic for samples and scores (N×D each).</summary>
    public double Value(DeviceMatrix samples, DeviceMatrix scores)
    {
        double sum = products?.Compute(samples, scores, Bandwidth, Statistic) ?? SumOfRows();
        return sum * Statistic.Weight(samples.Rows);

        double SumOfRows()
        {
            double total = 0;
            foreach (double row in RowSums(samples, scores))
                total += row;
            return total;
        }
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
        if (TKernel.EqualsItsDerivatives)
            device.Map<AddScaledProduct>(shifted, scores, samples, Bandwidth.InverseSquares, p: -2);
        if (IsWhole)
        {
            ComputeRows(0, gradient, samples, scores, squaredDistances, profile, shifted, pairSums, weight);
        }
        else
        {
            for (int start = 0; start < Samples; start += profile.Rows)
            {
                int rows = Math.Min(profile.Rows, Samples - start);
                DeviceMatrix distances = squaredDistances.RowRange(0, rows);
                device.SquaredDistances(distances, samples.RowRange(start, rows), samples);
                ComputeRows(
                    start,
                    gradient.RowRange(start, rows),
                    samples,
                    scores,
                    distances,
                    profile.RowRange(0, rows),
                    TKernel.EqualsItsDerivatives ? shifted : shifted.RowRange(start, rows),
                    pairSums.RowRange(start, rows),
                    weight);
            }
        }

        device.Map<Product>(pairSums, pairSums, Bandwidth.InverseSquares);
        device.Map<AddScaledProduct>(gradient, gradient, pairSums, samples, p: 4 * weight);
    }

    /// <summary>
    /// <paramref name="gradient"/> (N×D) = <paramref name="scale"/> times the derivative of the statistic by the samples, the scores and
    /// the bandwidth held fixed. The derivative by samples whose scores follow them has the product of the score's Jacobian with
    /// <see cref="Gradient"/> in addition.
    /// </summary>
    /// <exception cref="ArgumentException">The kernel is not smooth enough, see <see cref="KernelSmoothness"/>.</exception>
    public void SampleGradient(DeviceMatrix gradient, DeviceMatrix samples, DeviceMatrix scores, double scale = 1)
    {
        KernelSmoothness.Require<TKernel>(
            KernelSmoothness.SteinKernelGradient, "the gradient of the kernelised Stein discrepancy by the samples");
        device.PairGradient<SteinPairTerm<TKernel>>(
            gradient,
            PairSet.Within(new(samples, scores), Bandwidth.Constants, Statistic),
            0,
            2 * scale * Statistic.Weight(samples.Rows));
    }

    /// <summary>
    /// The rows of the gradient from <paramref name="start"/> on, but for the term of X itself, whose row sums go to
    /// <paramref name="sums"/>.
    /// </summary>
    private void ComputeRows(
        int start,
        DeviceMatrix gradient,
        DeviceMatrix samples,
        DeviceMatrix scores,
        DeviceMatrix distances,
        DeviceMatrix profiles,
        DeviceMatrix work,
        DeviceMatrix sums,
        double weight)
    {
        device.Map<KernelValue<TKernel>>(profiles, distances, Bandwidth.InverseSquares);
        if (Statistic == PairStatistic.U)
            device.FillDiagonal(profiles, 0, start);
        if (TKernel.EqualsItsDerivatives)
        {
            device.Multiply(gradient, profiles, work, alpha: 2 * weight);
        }
        else
        {
            device.Multiply(gradient, profiles, scores, alpha: 2 * weight);
            device.Map<KernelFirstDerivative<TKernel>>(profiles, distances, Bandwidth.InverseSquares);
            if (Statistic == PairStatistic.U)
                device.FillDiagonal(profiles, 0, start);
            device.Multiply(work, profiles, samples);
            device.Map<AddScaledProduct>(gradient, gradient, work, Bandwidth.InverseSquares, p: -4 * weight);
        }

        device.SumRows<Identity>(sums, profiles);
    }

    /// <summary>The squared distances between the current samples, or between some of them if there are many.</summary>
    private DeviceMatrix DistancesForMedian()
    {
        int first = MedianSamples ?? Samples;
        if (IsWhole && first >= Samples)
            return squaredDistances;
        DeviceMatrix samples = current ?? throw new InvalidOperationException($"Call {nameof(SetSamples)} first.");
        if (first < Samples)
        {
            if (medianDistances?.Rows != first)
                medianDistances = device.Allocate(first, first);
            device.SquaredDistances(medianDistances, samples.RowRange(0, first));
            return medianDistances;
        }

        int count = Math.Min(MaxSamplesForMedian, Samples);
        DeviceMatrix some = device.Allocate(count, samples.Columns);
        device.GatherRows(some, samples, SampleMatrix.EvenlySpaced(count, Samples));
        DeviceMatrix distances = device.Allocate(count, count);
        device.SquaredDistances(distances, some);
        return distances;
    }
}
