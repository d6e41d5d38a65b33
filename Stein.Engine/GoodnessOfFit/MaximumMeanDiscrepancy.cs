using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>Three estimates of the squared maximum mean discrepancy between N samples x and N samples y.</summary>
/// <param name="V"><c>Σ_ij [k(x_i, x_j) + k(y_i, y_j) − 2k(x_i, y_j)]/N²</c>, including the diagonals; never negative.</param>
/// <param name="U">
/// <c>Σ_{i≠j} [k(x_i, x_j) + k(y_i, y_j)]/(N(N−1)) − 2Σ_ij k(x_i, y_j)/N²</c>, which is unbiased (Gretton et al., equation 3).
/// </param>
/// <param name="SimpleU">
/// <c>Σ_{i≠j} h_ij/(N(N−1))</c>, which excludes the cross terms i = j too. It is unbiased, and its null distribution is the one that
/// the bootstrap estimates (Gretton et al., equation 4).
/// </param>
public readonly record struct MeanDiscrepancyEstimates(double V, double U, double SimpleU);

/// <summary>
/// The maximum mean discrepancy between two sets of N samples each, and the two-sample test based on it (Gretton, Borgwardt, Rasch,
/// Schölkopf and Smola, "A kernel two-sample test", JMLR 13, 2012).
/// </summary>
/// <remarks>
/// It compares the draws of a sampler with exact samples of the target; unlike a Stein discrepancy it needs no score.
/// The pair terms are <c>h_ij = k(x_i, x_j) + k(y_i, y_j) − k(x_i, y_j) − k(x_j, y_i)</c>. All come from the kernel matrix K of the
/// 2N pooled samples: the upper half of its rows minus the lower half is <c>[K_xx − K_yx, K_xy − K_yy]</c>, and in its transpose the
/// two halves of H lie one above the other. O(N²D) operations and O(N²) memory, which is allocated once.
/// </remarks>
public sealed class MaximumMeanDiscrepancy<TKernel>
    where TKernel : struct, IRadialKernel
{
    private readonly Device device;
    private readonly int samples;
    private readonly int dimension;
    private readonly DeviceMatrix pooled;
    private readonly DeviceMatrix firstRows;
    private readonly DeviceMatrix secondRows;
    private readonly DeviceMatrix squaredDistances;
    private readonly DeviceMatrix kernel;
    private readonly DeviceMatrix upperRows;
    private readonly DeviceMatrix lowerRows;
    private readonly DeviceMatrix difference;
    private readonly DeviceMatrix transposed;
    private readonly DeviceMatrix upperTerms;
    private readonly DeviceMatrix lowerTerms;
    private readonly DeviceMatrix displacements;
    private readonly DeviceMatrix perSample;
    private readonly DeviceMatrix perPooledSample;
    private readonly double[] sums;
    private readonly double[] pooledSums;

    /// <summary>
    /// Creates a comparison of two sets of N = <paramref name="samples"/> samples in D = <paramref name="dimension"/> dimensions.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two samples.</exception>
    public MaximumMeanDiscrepancy(Device device, int samples, int dimension)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (samples < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(samples), samples, $"The number of samples cannot be {samples}; each set needs at least two.");
        }

        this.device = device;
        this.samples = samples;
        this.dimension = dimension;
        pooled = device.Allocate(2 * samples, dimension);
        (firstRows, secondRows) = Halves(pooled);
        squaredDistances = device.Allocate(2 * samples, 2 * samples);
        kernel = device.Allocate(2 * samples, 2 * samples);
        (upperRows, lowerRows) = Halves(kernel);
        difference = device.Allocate(samples, 2 * samples);
        transposed = device.Allocate(2 * samples, samples);
        (upperTerms, lowerTerms) = Halves(transposed);
        Pairs = device.Allocate(samples, samples);
        displacements = device.Allocate(samples, dimension);
        perSample = device.Allocate(samples, 1);
        perPooledSample = device.Allocate(2 * samples, 1);
        sums = new double[samples];
        pooledSums = new double[2 * samples];
        Bandwidth = new Bandwidth(device, 1);
    }

    /// <summary>The bandwidth, to be set directly or by <see cref="SetBandwidth"/> before an estimate.</summary>
    public Bandwidth Bandwidth { get; }

    /// <summary>The pair terms H (N×N) of the last estimate or test, with a diagonal of zeros.</summary>
    public DeviceMatrix Pairs { get; }

    /// <summary>Copies both sets (N×D each).</summary>
    /// <exception cref="ArgumentException">A set does not have the shape N×D.</exception>
    public void SetSamples(DeviceMatrix first, DeviceMatrix second)
    {
        RequireShape(first, nameof(first));
        RequireShape(second, nameof(second));
        device.Map<Identity>(firstRows, first);
        device.Map<Identity>(secondRows, second);
        device.SquaredDistances(squaredDistances, pooled);
    }

    /// <summary>Sets the bandwidth by a median rule from the 2N pooled samples.</summary>
    public void SetBandwidth(MedianRule rule) => Bandwidth.Set(rule, squaredDistances);

    /// <summary>Computes the three estimates for the samples passed to <see cref="SetSamples"/>.</summary>
    public MeanDiscrepancyEstimates Estimate()
    {
        ComputePairs();
        double simple = Sum(Pairs) * PairStatistic.U.Weight(samples);
        device.SumRows<Identity>(perPooledSample, kernel);
        device.Read(perPooledSample, pooledSums);
        double all = 0;
        foreach (double sum in pooledSums)
            all += sum;

        // Kernels between x and y of the same index are computed separately, because H is zero there.
        device.Map<AddScaled>(displacements, firstRows, secondRows, p: -1);
        device.SumRows<Square>(perSample, displacements);
        device.Map<KernelValue<TKernel>>(perSample, perSample, Bandwidth.InverseSquares);
        double matched = ReadSum();

        // The cross terms of all i, j are added twice in ΣK and subtracted twice in Σh, so their sum is (ΣK − Σh)/4, h with its diagonal.
        double withDiagonal = (simple / PairStatistic.U.Weight(samples)) + (2 * (samples - matched));
        double cross = (all - withDiagonal) / 4;
        double inverseSquare = PairStatistic.V.Weight(samples);
        return new(
            withDiagonal * inverseSquare,
            simple + (2 * (((cross - matched) * PairStatistic.U.Weight(samples)) - (cross * inverseSquare))),
            simple);
    }

    /// <summary>
    /// Tests whether both sets come from the same distribution; the statistic is <see cref="MeanDiscrepancyEstimates.SimpleU"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The bootstrap has another N, or the statistic is NaN or infinite.</exception>
    public TestOutcome Test(Bootstrap bootstrap)
    {
        ArgumentNullException.ThrowIfNull(bootstrap);
        ComputePairs();
        return bootstrap.Test(Pairs);
    }

    private void ComputePairs()
    {
        device.Map<KernelValue<TKernel>>(kernel, squaredDistances, Bandwidth.InverseSquares);
        device.Map<AddScaled>(difference, upperRows, lowerRows, p: -1);
        device.Transpose(transposed, difference);
        device.Map<AddScaled>(Pairs, upperTerms, lowerTerms, p: -1);
        device.FillDiagonal(Pairs, 0);
    }

    private double Sum(DeviceMatrix matrix)
    {
        device.SumRows<Identity>(perSample, matrix);
        return ReadSum();
    }

    /// <summary>The sum of the N numbers in <see cref="perSample"/>, in double precision.</summary>
    private double ReadSum()
    {
        device.Read(perSample, sums);
        double total = 0;
        foreach (double sum in sums)
            total += sum;
        return total;
    }

    private (DeviceMatrix Upper, DeviceMatrix Lower) Halves(DeviceMatrix matrix)
        => (matrix.RowRange(0, samples), matrix.RowRange(samples, samples));

    private void RequireShape(DeviceMatrix matrix, string name)
    {
        ArgumentNullException.ThrowIfNull(matrix, name);
        if (matrix.Rows != samples || matrix.Columns != dimension)
        {
            throw new ArgumentException(
                $"A set cannot be {matrix.Rows}×{matrix.Columns}; both sets must have {samples} samples in {dimension} dimensions.", name);
        }
    }
}
