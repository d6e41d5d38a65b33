using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The sliced pair term of maxSKSD for one slice (r, g) and one pair of samples, with its derivatives
/// (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, equations 10 and 13).
/// </summary>
/// <remarks>
/// <para>
/// Let <c>a = 1/h²</c>, with the projections <c>z = x·g</c> and <c>p = s·r</c> and the coupling <c>c = r·g</c>. Projections are scaled
/// to <c>w = √(aΛ)·z</c>, where Λ is the kernel's unit of ρ, so that <c>Λρ = v²</c> with <c>v = wᵢ − wⱼ</c>, and the coupling to
/// <c>γ = c√(a/Λ)</c>. With <c>Δp = pᵢ − pⱼ</c>, <c>T = 2γv</c>, the profile φ at ρ and its ratios <c>rₙ = −φ⁽ⁿ⁾/φ⁽ⁿ⁻¹⁾</c>, the
/// one-dimensional Stein kernel is
/// </para>
/// <para><c>t = φ·[pᵢpⱼ + r₁(T(Δp − r₂βT) + 2Λγ²)]</c>.</para>
/// <para>With <c>E = Δp − 2r₂βT</c> and <c>Q = pᵢpⱼ + r₂(T(Δp − r₃βT) + 2Λγ²)</c>, its derivatives are</para>
/// <para>
/// <c>∂t/∂pᵢ = φ(pⱼ + r₁T)</c>, <c>∂t/∂pⱼ = φ(pᵢ − r₁T)</c>,
/// <c>∂t/∂wᵢ = −∂t/∂wⱼ = (2/Λ)·φr₁·(ΛγE − vQ)</c>, <c>∂t/∂γ = 2φr₁·(vE + 2Λγ)</c>.
/// </para>
/// <para>
/// In this form the Gaussian, whose ratios are 1, takes 14 instructions per pair for the score gradient and 23 for the projection
/// gradient.
/// </para>
/// </remarks>
internal readonly struct SlicedPairTerm<TKernel> : ISlicedPairTerm
    where TKernel : struct, IRadialKernel
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlicedPairSlice<T> Slice<T>(T coupling, T inverseSquare, T fourthOrder)
        where T : struct, ILane<T>
    {
        T scale = T.Sqrt(inverseSquare * T.Constant(TKernel.ArgumentScale));
        T scaledCoupling = coupling * scale;
        T inverseScale = T.Constant(1 / TKernel.ArgumentScale);
        T twiceScaledCoupling = scaledCoupling + scaledCoupling;
        return new()
        {
            ProjectionScale = scale,
            GradientScale = (scale + scale) * inverseScale,
            TwiceCoupling = twiceScaledCoupling * inverseScale,
            ScaledCoupling = scaledCoupling,
            TwiceScaledCoupling = twiceScaledCoupling,
            TwiceSquaredCoupling = twiceScaledCoupling * scaledCoupling * inverseScale,
            NegatedFourthOrder = -fourthOrder,
        };
    }

    /// <summary>Adds the term <c>t</c> to <paramref name="sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddValue<T>(T wi, T wj, T pi, T pj, in SlicedPairSlice<T> slice, ref T sum)
        where T : struct, ILane<T>
    {
        T v = wi - wj;
        RadialProfile<T> profile = TKernel.Evaluate(T.NegatedMultiplyAdd(v, v, default));
        T drift = slice.TwiceCoupling * v;
        T slope = pi - pj + TKernel.Weigh(profile.SecondRatio, slice.NegatedFourthOrder * drift);
        T rest = TKernel.Weigh(profile.FirstRatio, T.MultiplyAdd(drift, slope, slice.TwiceSquaredCoupling));
        sum = T.MultiplyAdd(profile.Value, T.MultiplyAdd(pi, pj, rest), sum);
    }

    /// <summary>Adds <c>∂t/∂pᵢ</c> and <c>∂t/∂pⱼ</c> to the two sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScoreGradient<T>(T wi, T wj, T pi, T pj, in SlicedPairSlice<T> slice, ref T sumI, ref T sumJ)
        where T : struct, ILane<T>
    {
        T v = wi - wj;
        RadialProfile<T> profile = TKernel.Evaluate(T.NegatedMultiplyAdd(v, v, default));
        T drift = TKernel.Weigh(profile.FirstRatio, slice.TwiceCoupling * v);
        sumI = T.MultiplyAdd(profile.Value, pj + drift, sumI);
        sumJ = T.MultiplyAdd(profile.Value, pi - drift, sumJ);
    }

    /// <summary>
    /// Returns <c>∂t/∂zᵢ = −∂t/∂zⱼ</c> and adds <c>∂t/∂c</c> to <paramref name="couplingSum"/>, both divided by
    /// <see cref="SlicedPairSlice{T}.GradientScale"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ProjectionGradient<T>(T wi, T wj, T pi, T pj, in SlicedPairSlice<T> slice, ref T couplingSum)
        where T : struct, ILane<T>
    {
        T v = wi - wj;
        RadialProfile<T> profile = TKernel.Evaluate(T.NegatedMultiplyAdd(v, v, default));
        T first = TKernel.Weigh(profile.FirstRatio, profile.Value);
        T drift = slice.TwiceCoupling * v;
        T negatedDrift = slice.NegatedFourthOrder * drift;
        T difference = pi - pj;
        T secondOfDrift = TKernel.Weigh(profile.SecondRatio, negatedDrift);
        T e = difference + secondOfDrift + secondOfDrift;
        T slope = difference + TKernel.Weigh(profile.ThirdRatio, negatedDrift);
        T rest = TKernel.Weigh(profile.SecondRatio, T.MultiplyAdd(drift, slope, slice.TwiceSquaredCoupling));
        T q = T.MultiplyAdd(pi, pj, rest);
        couplingSum = T.MultiplyAdd(first, T.MultiplyAdd(v, e, slice.TwiceScaledCoupling), couplingSum);
        return first * T.NegatedMultiplyAdd(v, q, slice.ScaledCoupling * e);
    }
}
