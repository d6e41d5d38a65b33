using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.Discrepancies;

/// <summary>
/// The bandwidths h of one kernel or of R slices, in the form in which devices use them. The convention everywhere is
/// <c>k = φ(‖x − y‖²/h²)</c>, for the Gaussian <c>exp(−‖x − y‖²/h²)</c> without a factor ½.
/// </summary>
/// <remarks>
/// The published code adds 1e−9 to <c>h²</c> and, separately, to <c>h⁴</c>, so that a bandwidth of 0 still gives finite numbers (the
/// projected median of three samples or fewer is 0). This class does exactly the same: a kernel uses <c>a = 1/(h² + 1e−9)</c>, and the
/// fourth-order term of a Stein kernel, which is proportional to <c>a²</c>, is multiplied by
/// <c>(h² + 1e−9)²/(h⁴ + 1e−9)</c>, which is 1 up to rounding for all practical bandwidths.
/// </remarks>
public sealed class Bandwidth
{
    /// <summary>The published rule for slices takes the median of at most this many samples.</summary>
    public const int PublishedMedianSamples = 500;

    private readonly Device device;
    private DeviceMatrix? powers;

    /// <summary>Allocates memory for the bandwidths of <paramref name="slices"/> slices.</summary>
    public Bandwidth(Device device, int slices)
    {
        this.device = device;
        Medians = device.Allocate(1, slices);
        Constants = device.Allocate(2, slices);
        InverseSquares = Constants.RowRange(0, 1);
        FourthOrders = Constants.RowRange(1, 1);
    }

    /// <summary><c>1/(h² + 1e−9)</c> (1×R).</summary>
    public DeviceMatrix InverseSquares { get; }

    /// <summary><c>(h² + 1e−9)²/(h⁴ + 1e−9)</c> (1×R).</summary>
    public DeviceMatrix FourthOrders { get; }

    /// <summary><see cref="InverseSquares"/> and <see cref="FourthOrders"/> (2×R), the constants of Stein pair terms.</summary>
    internal DeviceMatrix Constants { get; }

    /// <summary>The medians of squared distances from which the bandwidths are computed (1×R).</summary>
    public DeviceMatrix Medians { get; }

    /// <summary>
    /// The factor of every bandwidth that a median rule sets from now on, <c>bandwidth_scale</c> of the published code; 1 unless it is set.
    /// </summary>
    public double Scale { get; set; } = 1;

    /// <summary>
    /// The exponent p of half the median in every median rule from now on, <c>median_power</c> of the published code: the published rules
    /// become <c>h = 2·√(1/(2 ln B))·(median/2)^p</c> for a batch and <c>h_d = 2·(median_d/2)^p</c> for a slice. The
    /// exponent is ½ unless it is set; with another the bandwidth no longer follows the unit of the samples.
    /// </summary>
    public double MedianPower { get; set; } = 0.5;

    /// <summary>Sets the bandwidths h (R), one per slice.</summary>
    public void Set(ReadOnlySpan<double> bandwidths)
    {
        Span<double> squares = bandwidths.Length <= 256 ? stackalloc double[bandwidths.Length] : new double[bandwidths.Length];
        for (int i = 0; i < bandwidths.Length; i++)
            squares[i] = bandwidths[i] * bandwidths[i];
        device.Write(Medians, squares);
        Apply(Medians, 1);
    }

    /// <summary>
    /// Sets one squared bandwidth for all slices without the terms that the published code adds: <c>a = 1/h²</c>, and 1 for the factor of
    /// the fourth-order term. For identities that hold up to rounding, which adding 1e−9 would break.
    /// </summary>
    /// <param name="squaredBandwidth">h², positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The squared bandwidth is not positive and finite.</exception>
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
    /// Sets the bandwidth by the rule of the published ICA script for KSD: <c>h = 2·√(1/(2 ln B))·√(median/2)</c>, with the lower
    /// median of the positive squared distances between the B samples of the batch.
    /// </summary>
    /// <param name="squaredDistances">The squared distances between the samples of the batch (B×B), B at least 2.</param>
    public void SetByBatchMedian(DeviceMatrix squaredDistances) => Set(MedianRule.BatchMedian, squaredDistances);

    /// <summary>Sets the bandwidth to <c>h = 2·√(median/2)</c>, with the lower median of the positive squared distances.</summary>
    public void SetByMedian(DeviceMatrix squaredDistances) => Set(MedianRule.TwiceMedian, squaredDistances);

    /// <summary>Sets the bandwidth by <paramref name="rule"/> from the lower median of the positive squared distances.</summary>
    /// <param name="rule">The factor between the median and the squared bandwidth.</param>
    /// <param name="squaredDistances">The squared distances between N samples (N×N), N at least 2.</param>
    public void Set(MedianRule rule, DeviceMatrix squaredDistances) => Set(rule, squaredDistances, squaredDistances.Rows);

    /// <summary>The same, if the distances are those between some of <paramref name="samples"/> samples.</summary>
    internal void Set(MedianRule rule, DeviceMatrix squaredDistances, int samples)
    {
        double squaredBandwidthPerMedian = rule switch
        {
            MedianRule.TwiceMedian => 2,
            MedianRule.MedianDistance => 1,
            MedianRule.BatchMedian => 1 / Math.Log(samples),
            _ => throw new ArgumentOutOfRangeException(
                nameof(rule),
                rule,
                $"Median rule {(int)rule} is unknown; it must be one of {string.Join(", ", Enum.GetNames<MedianRule>())}."),
        };
        device.MedianSquaredDistance(Medians, squaredDistances);
        ApplyRule(squaredBandwidthPerMedian);
    }

    /// <summary>
    /// Sets the bandwidths to <c>h_d = 2·√(median_d/2)</c>, with the lower median of the squared differences of the projections of the
    /// first samples on slice d over i ≤ j, including the zeros of the diagonal.
    /// </summary>
    /// <param name="projections">The projections (N×R).</param>
    /// <param name="maxSamples">The largest number of samples, the first ones, of which the median is taken; at least 1.</param>
    public void SetByProjectedMedians(DeviceMatrix projections, int maxSamples = PublishedMedianSamples)
    {
        device.ProjectedMedians(Medians, projections, maxSamples);
        ApplyRule(2);
    }

    /// <summary><c>h² = scale²·2f·(median/2)^(2p)</c> with f the factor of the rule, <c>f·median</c> for the published p = ½.</summary>
    private void ApplyRule(double squaredBandwidthPerMedian)
    {
        DeviceMatrix squares = Medians;
        if (MedianPower != 0.5)
        {
            squares = powers ??= device.Allocate(1, Medians.Columns);
            device.Map<MedianPower>(squares, Medians, p: 2 * MedianPower);
        }

        Apply(squares, squaredBandwidthPerMedian * Scale * Scale);
    }

    private void Apply(DeviceMatrix squares, double factor)
    {
        device.Map<InverseSquareBandwidth>(InverseSquares, squares, p: factor);
        device.Map<FourthOrderFactor>(FourthOrders, squares, p: factor);
    }
}
