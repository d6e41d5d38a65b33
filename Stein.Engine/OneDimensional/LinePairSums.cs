using Stein.Engine.Devices;
using Stein.Engine.Formulas;

namespace Stein.Engine.OneDimensional;

/// <summary>
/// Sums over all pairs of N numbers z on a line, for R columns of numbers at once, in less than O(N²): of the one-dimensional Stein kernel
/// <c>u_ij = p_i p_j k + c p_i ∂_{z_j} k + c p_j ∂_{z_i} k + c² ∂_{z_i} ∂_{z_j} k</c>, <c>k = κ(z_i − z_j)</c>, or, without couplings c,
/// of the weighted kernel <c>u_ij = p_i p_j k</c>; with its gradients. For maxSKSD, p are the projected scores and c is <c>r·g</c>, see
/// <see cref="SlicedPairTerm{TKernel}"/> with a factor of 1 of the fourth-order term.
/// </summary>
/// <remarks>
/// <para>
/// Everything follows from one function of a number t per column, the witness <c>β(t) = Σ_j [p_j κ(t − z_j) − c κ′(t − z_j)]</c>:
/// <c>Σ_j u_ij = p_i β(z_i) + c β′(z_i)</c>, and the sum over all i and j has the derivatives <c>2β(z_i)</c> by p_i,
/// <c>2(p_i β′(z_i) + c β″(z_i))</c> by z_i, and <c>2Σ_i β′(z_i)</c> by c.
/// </para>
/// <para>
/// Columns can also be pooled: all numbers then lie on one line, whose couplings and bandwidths are those that all columns have, sums are
/// over all NR numbers, and a result that a column has once is that of the line, the same in every column.
/// </para>
/// <para>
/// A column with a NaN or an infinity among its inputs has no finite result, and other columns are not affected. Results are the same to
/// the last bit in every run. On the processor no method allocates memory after its first call.
/// </para>
/// </remarks>
internal abstract class LinePairSums
{
    private bool isPrepared;

    /// <exception cref="ArgumentOutOfRangeException">The statistic is U and there are fewer than two numbers.</exception>
    protected LinePairSums(Device device, int samples, int columns, PairStatistic statistic, bool isPooled)
    {
        Device = device;
        Samples = samples;
        Columns = columns;
        Statistic = statistic;
        IsPooled = isPooled;
        Count = isPooled ? samples * columns : samples;
        PairWeight = statistic.Weight(Count);
    }

    /// <summary>N.</summary>
    public int Samples { get; }

    /// <summary>R.</summary>
    public int Columns { get; }

    /// <summary>Whether the numbers of all columns lie on one line.</summary>
    public bool IsPooled { get; }

    /// <summary>The numbers on one line: N, or NR if columns are pooled.</summary>
    public int Count { get; }

    /// <summary>
    /// Whether pairs i = j are included (V) or not (U). <see cref="Witness"/> always includes them.
    /// </summary>
    public PairStatistic Statistic { get; }

    protected Device Device { get; }

    /// <summary>What sums over all pairs are multiplied by.</summary>
    protected double PairWeight { get; }

    /// <summary>Sets the inputs of all the methods below, until the next call; they must not change in between.</summary>
    /// <param name="points">The numbers z (N×R).</param>
    /// <param name="weights">The projected scores or weights p (N×R).</param>
    /// <param name="couplings">The couplings c (1×R); null for 0.</param>
    /// <param name="inverseSquareBandwidths"><c>1/h²</c> (1×R).</param>
    /// <exception cref="ArgumentException">A matrix has another shape.</exception>
    public void Prepare(
        DeviceMatrix points, DeviceMatrix weights, DeviceMatrix? couplings, DeviceMatrix inverseSquareBandwidths)
    {
        RequireShape(points, Samples, "the numbers");
        RequireShape(weights, Samples, "the weights");
        RequireShape(inverseSquareBandwidths, 1, "the bandwidths");
        if (couplings is not null)
            RequireShape(couplings, 1, "the couplings");
        PrepareCore(points, weights, couplings, inverseSquareBandwidths);
        isPrepared = true;
    }

    /// <summary><paramref name="output"/> (1×R) = the statistic: the sum of u over the pairs, divided by N² (V) or N(N − 1) (U).</summary>
    public void Values(DeviceMatrix output)
    {
        Require(output, 1);
        ValuesCore(output);
    }

    /// <summary><paramref name="output"/> (N×R) = <c>Σ_j u_ij</c>, not divided.</summary>
    public void RowSums(DeviceMatrix output)
    {
        Require(output, Samples);
        RowSumsCore(output);
    }

    /// <summary><paramref name="output"/> (N×R) = the derivatives of the statistic with respect to p.</summary>
    public void WeightGradient(DeviceMatrix output)
    {
        Require(output, Samples);
        WeightGradientCore(output);
    }

    /// <summary><paramref name="output"/> (N×R) = the derivatives of the statistic with respect to z.</summary>
    public void PointGradient(DeviceMatrix output)
    {
        Require(output, Samples);
        PointGradientCore(output);
    }

    /// <summary><paramref name="output"/> (1×R) = the derivatives of the statistic with respect to c.</summary>
    public void CouplingGradient(DeviceMatrix output)
    {
        Require(output, 1);
        CouplingGradientCore(output);
    }

    /// <summary>
    /// <paramref name="output"/> (N×R) = <c>β⁽ⁿ⁾(z_i)</c>, not divided. With two sets of weights p and q, the witness of q summed with the
    /// weights p is <c>Σ_ij p_i q_j k</c>.
    /// </summary>
    /// <param name="output">Receives the witness.</param>
    /// <param name="order">The order n of the derivative, 0, 1 or 2.</param>
    public void Witness(DeviceMatrix output, int order)
    {
        Require(output, Samples);
        ArgumentOutOfRangeException.ThrowIfNegative(order);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(order, 2);
        WitnessCore(output, order);
    }

    private protected abstract void PrepareCore(
        DeviceMatrix points, DeviceMatrix weights, DeviceMatrix? couplings, DeviceMatrix inverseSquareBandwidths);

    private protected abstract void ValuesCore(DeviceMatrix output);

    private protected abstract void RowSumsCore(DeviceMatrix output);

    private protected abstract void WeightGradientCore(DeviceMatrix output);

    private protected abstract void PointGradientCore(DeviceMatrix output);

    private protected abstract void CouplingGradientCore(DeviceMatrix output);

    private protected abstract void WitnessCore(DeviceMatrix output, int order);

    private void Require(DeviceMatrix output, int rows)
    {
        if (!isPrepared)
            throw new InvalidOperationException($"{nameof(Prepare)} must be called before results are computed");
        RequireShape(output, rows, "the result");
    }

    private void RequireShape(DeviceMatrix matrix, int rows, string what)
    {
        if (matrix.Rows != rows || matrix.Columns != Columns)
            throw new ArgumentException($"{what} cannot be {matrix.Rows}×{matrix.Columns}; the shape must be {rows}×{Columns}");
    }
}
