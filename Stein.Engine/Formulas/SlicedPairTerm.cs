using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>What the sliced pair term needs to know of one slice.</summary>
public struct SlicedPairSlice<T>
    where T : struct, ILane<T>
{
    /// <summary><c>2c̃</c>, with <c>c̃ = c·√a</c> and <c>c = r·g</c>.</summary>
    public T TwiceCoupling;

    /// <summary><c>2c̃²</c>.</summary>
    public T TwiceSquaredCoupling;

    /// <summary>Minus the factor of the fourth-order term, see <see cref="SteinPairTerm{TKernel}"/>.</summary>
    public T NegatedFourthOrder;

    /// <summary>The slice with coupling <c>c̃</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SlicedPairSlice<T> Create(T coupling, T fourthOrder)
    {
        T twice = coupling + coupling;
        return new() { TwiceCoupling = twice, TwiceSquaredCoupling = twice * coupling, NegatedFourthOrder = -fourthOrder };
    }
}

/// <summary>
/// The sliced pair term of maxSKSD for one slice (r, g) and one pair of samples, with its derivatives
/// (Gong, Li and Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, equations 10 and 13).
/// </summary>
/// <remarks>
/// <para>
/// The projections are measured in bandwidths, <c>z̃ = √a·x·g</c>, so that the kernel has bandwidth 1; <c>p = s·r</c>.
/// With <c>ũ = z̃ᵢ − z̃ⱼ</c>, <c>Δp = pᵢ − pⱼ</c>, <c>T = 2c̃ũ</c> and the profile at <c>ρ = ũ²</c> (ψₙ its n-th derivative
/// with the sign removed), the one-dimensional Stein kernel is
/// </para>
/// <para><c>t = ψ₀ pᵢpⱼ + ψ₁(TΔp + 2c̃²) − ψ₂T²</c>.</para>
/// <para>Derivatives, with <c>E = ψ₁Δp − 2ψ₂T</c> and <c>Q = ψ₁pᵢpⱼ + ψ₂(TΔp + 2c̃²) − ψ₃T²</c>:</para>
/// <para>
/// <c>∂t/∂pᵢ = ψ₀pⱼ + ψ₁T</c>, <c>∂t/∂pⱼ = ψ₀pᵢ − ψ₁T</c>, <c>∂t/∂z̃ᵢ = −∂t/∂z̃ⱼ = 2c̃E − 2ũQ</c>,
/// <c>∂t/∂c̃ = 2ũE + 4c̃ψ₁</c>.
/// </para>
/// </remarks>
/// <typeparam name="TKernel">The radial kernel.</typeparam>
public readonly struct SlicedPairTerm<TKernel>
    where TKernel : struct, IRadialKernel
{
    /// <summary>The term <c>t</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T zi, T zj, T pi, T pj, in SlicedPairSlice<T> slice)
        where T : struct, ILane<T>
    {
        T u = zi - zj;
        RadialProfile<T> profile = TKernel.Evaluate(u * u);
        T drift = slice.TwiceCoupling * u;
        return TKernel.Combine(
            profile.Value,
            profile.First,
            profile.Second,
            pi * pj,
            T.MultiplyAdd(drift, pi - pj, slice.TwiceSquaredCoupling),
            slice.NegatedFourthOrder * drift * drift);
    }

    /// <summary>Adds <c>∂t/∂pᵢ</c> and <c>∂t/∂pⱼ</c> to the two sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScoreGradient<T>(T zi, T zj, T pi, T pj, in SlicedPairSlice<T> slice, ref T sumI, ref T sumJ)
        where T : struct, ILane<T>
    {
        T u = zi - zj;
        RadialProfile<T> profile = TKernel.Evaluate(u * u);
        T drift = slice.TwiceCoupling * u;
        sumI += TKernel.Combine(profile.Value, profile.First, pj, drift);
        sumJ += TKernel.Combine(profile.Value, profile.First, pi, -drift);
    }

    /// <summary>Returns <c>∂t/∂z̃ᵢ</c> and adds <c>∂t/∂c̃</c> to <paramref name="couplingSum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ProjectionGradient<T>(T zi, T zj, T pi, T pj, in SlicedPairSlice<T> slice, ref T couplingSum)
        where T : struct, ILane<T>
    {
        T u = zi - zj;
        RadialProfile<T> profile = TKernel.Evaluate(u * u);
        T drift = slice.TwiceCoupling * u;
        T negatedDrift = slice.NegatedFourthOrder * drift;
        T difference = pi - pj;
        T e = TKernel.Combine(profile.First, profile.Second, difference, negatedDrift + negatedDrift);
        T q = TKernel.Combine(
            profile.First,
            profile.Second,
            profile.Third,
            pi * pj,
            T.MultiplyAdd(drift, difference, slice.TwiceSquaredCoupling),
            negatedDrift * drift);
        T twiceU = u + u;
        couplingSum = T.MultiplyAdd(twiceU, e, T.MultiplyAdd(slice.TwiceCoupling + slice.TwiceCoupling, profile.First, couplingSum));
        return T.NegatedMultiplyAdd(twiceU, q, slice.TwiceCoupling * e);
    }
}
