using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The KSD pair term: the Stein kernel <c>u(x, y)</c> of a radial kernel and a score function
/// (Liu, Lee and Jordan, "A kernelized Stein discrepancy for goodness-of-fit tests", ICML 2016, theorem 3.6).
/// </summary>
/// <remarks>
/// <para>With <c>d = x − y</c>, <c>a = 1/h²</c>, <c>ρ = a‖d‖²</c> and the profile φ at ρ:</para>
/// <para><c>u = φ s·s′ − 2aφ′ (s − s′)·d − 2aDφ′ − 4a²φ″‖d‖²</c>,</para>
/// <para>since <c>∇_x k = 2aφ′d</c>, <c>∇_y k = −2aφ′d</c> and <c>tr ∇_x∇_y k = −2aDφ′ − 4a²φ″‖d‖²</c>.</para>
/// <para>
/// The published code has <c>h⁴ + 1e−9</c> rather than <c>(h² + 1e−9)²</c> in the last term; the factor
/// <c>fourthOrder</c> (see <see cref="FourthOrderFactor"/>) accounts for that; it is 1 up to rounding for all practical bandwidths.
/// </para>
/// </remarks>
internal readonly struct SteinPairTerm<TKernel>
    where TKernel : struct, IRadialKernel
{
    /// <summary>The term <c>u</c> of a pair.</summary>
    /// <param name="squaredDistance"><c>‖d‖²</c>.</param>
    /// <param name="scoreProduct"><c>s·s′</c>.</param>
    /// <param name="scoreDisplacement"><c>(s − s′)·d</c>.</param>
    /// <param name="inverseSquare"><c>a = 1/h²</c>.</param>
    /// <param name="fourthOrder">The factor of the fourth-order term, see the remarks.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(
        T squaredDistance, T scoreProduct, T scoreDisplacement, T dimension, T inverseSquare, T fourthOrder)
        where T : struct, ILane<T>
    {
        T rho = inverseSquare * squaredDistance;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(rho);
        T twice = inverseSquare + inverseSquare;
        T trace = TKernel.Weigh(profile.SecondRatio, fourthOrder * rho);
        T rest = scoreDisplacement + dimension - (trace + trace);
        return profile.Value * T.MultiplyAdd(twice, TKernel.Weigh(profile.FirstRatio, rest), scoreProduct);
    }
}
