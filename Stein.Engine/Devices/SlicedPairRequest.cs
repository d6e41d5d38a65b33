namespace Stein.Engine.Devices;

/// <summary>
/// A reduction of the sliced pair term over all pairs of N samples, R slices at once
/// (<see cref="Formulas.SlicedPairTerm{TKernel}"/>). Outputs left null are not computed.
/// </summary>
/// <remarks>
/// All sums run over the ordered pairs (i, j) and are divided by N² (V-statistic, diagonal included) or N(N−1)
/// (U-statistic, diagonal left out). Bandwidths are constants in the derivatives.
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

    /// <summary>Which statistic is computed.</summary>
    public required Formulas.PairStatistic Statistic { get; init; }

    /// <summary>The statistic of each slice (1×R).</summary>
    public DeviceMatrix? Values { get; init; }

    /// <summary>Its derivative with respect to the projected scores (N×R).</summary>
    public DeviceMatrix? ScoreGradient { get; init; }

    /// <summary>Its derivative with respect to the projections (N×R); comes with <see cref="CouplingGradient"/>.</summary>
    public DeviceMatrix? ProjectionGradient { get; init; }

    /// <summary>Its derivative with respect to the couplings (1×R); comes with <see cref="ProjectionGradient"/>.</summary>
    public DeviceMatrix? CouplingGradient { get; init; }
}
