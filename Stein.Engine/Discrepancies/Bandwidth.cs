using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The bandwidths h of one kernel or of R slices, as devices want them. The convention everywhere is
/// <c>k = φ(‖x − y‖²/h²)</c>, for the Gaussian <c>exp(−‖x − y‖²/h²)</c> without a factor ½.
/// </summary>
/// <remarks>
/// The published code adds 1e−9 to <c>h²</c> and, separately, to <c>h⁴</c>, so that a bandwidth of 0 (the median of
/// three samples or fewer is 0) still gives numbers. Kept to the letter: a kernel sees <c>a = 1/(h² + 1e−9)</c>, and the
/// fourth-order term of a Stein kernel, which is <c>a²</c> times something, gets the factor
/// <c>(h² + 1e−9)²/(h⁴ + 1e−9)</c>, which is 1 to rounding for any bandwidth of use.
/// </remarks>
public sealed class Bandwidth
{
    private readonly Device device;

    /// <summary>Room for the bandwidths of <paramref name="slices"/> slices.</summary>
    public Bandwidth(Device device, int slices)
    {
        this.device = device;
        Medians = device.Allocate(1, slices);
        InverseSquares = device.Allocate(1, slices);
        FourthOrders = device.Allocate(1, slices);
    }

    /// <summary><c>1/(h² + 1e−9)</c> (1×R).</summary>
    public DeviceMatrix InverseSquares { get; }

    /// <summary><c>(h² + 1e−9)²/(h⁴ + 1e−9)</c> (1×R).</summary>
    public DeviceMatrix FourthOrders { get; }

    /// <summary>The medians of squared distances the bandwidths are made from (1×R).</summary>
    public DeviceMatrix Medians { get; }

    /// <summary>Bandwidths given as numbers, one a slice.</summary>
    public void Set(ReadOnlySpan<double> bandwidths)
    {
        Span<double> squares = bandwidths.Length <= 256 ? stackalloc double[bandwidths.Length] : new double[bandwidths.Length];
        for (int i = 0; i < bandwidths.Length; i++)
            squares[i] = bandwidths[i] * bandwidths[i];
        device.Write(Medians, squares);
        Apply(1);
    }

    /// <summary>
    /// One squared bandwidth for all slices without what the published code adds to it: <c>a = 1/h²</c>, and 1 for the factor of the
    /// fourth order. For identities that hold to rounding, which 1e−9 would hide.
    /// </summary>
    /// <param name="squaredBandwidth">h², positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    public void SetExactly(double squaredBandwidth)
    {
        if (!(squaredBandwidth > 0 && double.IsFinite(squaredBandwidth)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(squaredBandwidth),
                squaredBandwidth,
                $"The squared bandwidth cannot be {squaredBandwidth}; it must be a positive finite number.");
        }

        Write(Medians, squaredBandwidth);
        Write(InverseSquares, 1 / squaredBandwidth);
        Write(FourthOrders, 1);

        void Write(DeviceMatrix row, double value)
        {
            var values = new double[row.Columns];
            Array.Fill(values, value);
            device.Write(row, values);
        }
    }

    /// <summary>
    /// The rule of the published ICA script for KSD: <c>h = 2·√(1/(2 ln B))·√(median/2)</c>, the lower median of the
    /// positive squared distances between the B samples of the batch.
    /// </summary>
    /// <param name="squaredDistances">Between the samples of the batch (B×B), B at least 2.</param>
    public void SetByBatchMedian(DeviceMatrix squaredDistances) => Set(MedianRule.BatchMedian, squaredDistances);

    /// <summary><c>h = 2·√(median/2)</c>, the lower median of the positive squared distances.</summary>
    public void SetByMedian(DeviceMatrix squaredDistances) => Set(MedianRule.TwiceMedian, squaredDistances);

    /// <summary>The bandwidth that <paramref name="rule"/> makes of the lower median of the positive squared distances.</summary>
    /// <param name="rule">The factor between median and squared bandwidth.</param>
    /// <param name="squaredDistances">Between N samples (N×N), N at least 2.</param>
    public void Set(MedianRule rule, DeviceMatrix squaredDistances)
    {
        double squaredBandwidthPerMedian = rule switch
        {
            MedianRule.TwiceMedian => 2,
            MedianRule.MedianDistance => 1,
            MedianRule.BatchMedian => 1 / Math.Log(squaredDistances.Rows),
            _ => throw new ArgumentOutOfRangeException(
                nameof(rule),
                rule,
                $"Median rule {(int)rule} is unknown; it must be one of {string.Join(", ", Enum.GetNames<MedianRule>())}."),
        };
        device.MedianSquaredDistance(Medians, squaredDistances);
        Apply(squaredBandwidthPerMedian);
    }

    /// <summary>
    /// <c>h_d = 2·√(median_d/2)</c>, the lower median of the squared differences of the projections on slice d over
    /// i ≤ j, the zeros of the diagonal included, of the first 500 samples.
    /// </summary>
    public void SetByProjectedMedians(DeviceMatrix projections)
    {
        device.ProjectedMedians(Medians, projections);
        Apply(2);
    }

    private void Apply(double squaredBandwidthPerMedian)
    {
        device.Map<InverseSquareBandwidth>(InverseSquares, Medians, p: squaredBandwidthPerMedian);
        device.Map<FourthOrderFactor>(FourthOrders, Medians, p: squaredBandwidthPerMedian);
    }
}
