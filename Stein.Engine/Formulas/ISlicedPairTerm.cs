using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>The constants of one slice for <see cref="ISlicedPairTerm"/>.</summary>
internal struct SlicedPairSlice<T>
    where T : struct, ILane<T>
{
    /// <summary><c>√(aΛ)</c>, which turns a projection z into w.</summary>
    public T ProjectionScale;

    /// <summary>
    /// <c>2√(aΛ)/Λ</c>, which turns the sums of <see cref="ISlicedPairTerm.ProjectionGradient"/> into derivatives with respect to
    /// z and c.
    /// </summary>
    public T GradientScale;

    /// <summary><c>2γ</c>.</summary>
    public T TwiceCoupling;

    /// <summary><c>Λγ</c>.</summary>
    public T ScaledCoupling;

    /// <summary><c>2Λγ</c>.</summary>
    public T TwiceScaledCoupling;

    /// <summary><c>2Λγ²</c>.</summary>
    public T TwiceSquaredCoupling;

    /// <summary>−β, the negated factor of the fourth-order term, see <see cref="SteinPairTerm{TKernel}"/>.</summary>
    public T NegatedFourthOrder;
}

/// <summary>
/// A symmetric function t of two samples along a slice, of their projections z and p and of constants of the slice, written once over
/// lanes, with its derivatives. Devices sum it over the pairs of each slice; a lane may hold several slices.
/// </summary>
internal interface ISlicedPairTerm
{
    /// <summary>Computes the constants of a slice.</summary>
    /// <param name="coupling"><c>c = r·g</c>.</param>
    /// <param name="inverseSquare"><c>a = 1/h²</c>.</param>
    /// <param name="fourthOrder">The factor of the fourth-order term, see <see cref="SteinPairTerm{TKernel}"/>.</param>
    static abstract SlicedPairSlice<T> Slice<T>(T coupling, T inverseSquare, T fourthOrder)
        where T : struct, ILane<T>;

    /// <summary>Adds the term to <paramref name="sum"/>; w are projections z times the slice's scale.</summary>
    static abstract void AddValue<T>(T wi, T wj, T pi, T pj, in SlicedPairSlice<T> slice, ref T sum)
        where T : struct, ILane<T>;

    /// <summary>Adds <c>∂t/∂pᵢ</c> and <c>∂t/∂pⱼ</c> to the two sums.</summary>
    static abstract void AddScoreGradient<T>(T wi, T wj, T pi, T pj, in SlicedPairSlice<T> slice, ref T sumI, ref T sumJ)
        where T : struct, ILane<T>;

    /// <summary>
    /// Returns <c>∂t/∂zᵢ = −∂t/∂zⱼ</c> and adds <c>∂t/∂c</c> to <paramref name="couplingSum"/>, both divided by
    /// <see cref="SlicedPairSlice{T}.GradientScale"/>.
    /// </summary>
    static abstract T ProjectionGradient<T>(T wi, T wj, T pi, T pj, in SlicedPairSlice<T> slice, ref T couplingSum)
        where T : struct, ILane<T>;
}
