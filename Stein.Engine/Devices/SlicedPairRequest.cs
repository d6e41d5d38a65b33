namespace Stein.Engine.Devices;

/// <summary>
/// Reductions of the sliced pair term (<see cref="Formulas.SlicedPairTerm{TKernel}"/>) over all pairs of N samples, for R slices at
/// once. Outputs that are null are not computed.
/// </summary>
/// <remarks>
/// All sums run over the ordered pairs (i, j) and are divided by N² (V-statistic, diagonal included) or N(N−1)
/// (U-statistic, diagonal excluded). Derivatives treat the bandwidths as constants.
/// </remarks>
internal readonly record struct SlicedPairRequest
{
    /// <summary>Projections <c>z = x·g</c> (N×R).</summary>
    public required DeviceMatrix Projections { get; init; }

    /// <summary>Projected scores <c>p = s·r</c> (N×R).</summary>
    public required DeviceMatrix ProjectedScores { get; init; }

    /// <summary>Couplings <c>c = r·g</c> (1×R).</summary>
    public required DeviceMatrix Couplings { get; init; }

    /// <summary><c>1/h²</c> of each slice (1×R).</summary>
    public required DeviceMatrix InverseSquareBandwidths { get; init; }

    /// <summary>The factor of the fourth-order term of each slice (1×R); see <see cref="Formulas.FourthOrderFactor"/>.</summary>
    public required DeviceMatrix FourthOrders { get; init; }

    /// <summary>Whether U- or V-statistics are computed.</summary>
    public required Formulas.PairStatistic Statistic { get; init; }

    /// <summary>Receives the statistic of each slice (1×R).</summary>
    public DeviceMatrix? Values { get; init; }

    /// <summary>Receives the derivative of the statistic with respect to the projected scores (N×R).</summary>
    public DeviceMatrix? ScoreGradient { get; init; }

    /// <summary>
    /// Receives the derivative of the statistic with respect to the projections (N×R); requires <see cref="CouplingGradient"/>.
    /// </summary>
    public DeviceMatrix? ProjectionGradient { get; init; }

    /// <summary>
    /// Receives the derivative of the statistic with respect to the couplings (1×R); requires <see cref="ProjectionGradient"/>.
    /// </summary>
    public DeviceMatrix? CouplingGradient { get; init; }
}
