using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The KSD pair term: the Stein kernel <c>u(x, y)</c> of a radial kernel and a score function
/// (Liu, Lee and Jordan, "A kernelized Stein discrepancy for goodness-of-fit tests", ICML 2016, theorem 3.6). It reads the samples and
/// the scores (N×D each); constant 0 is 1/h², constant 1 the factor of the fourth-order term.
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
internal readonly struct SteinPairTerm<TKernel> : IPairTerm
    where TKernel : struct, IRadialKernel
{
    /// <summary>Samples and scores.</summary>
    public static int Matrices => 2;

    /// <summary><c>‖d‖²</c>, <c>s·s′</c> and <c>(s − s′)·d</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Contract<T, TPair>(TPair pair)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T squaredDistance = default, scoreProduct = default, scoreDisplacement = default;
        for (int d = 0; d < pair.Dimension; d++)
        {
            T displacement = pair.First(0, d) - pair.Second(0, d);
            T score = pair.First(1, d), other = pair.Second(1, d);
            squaredDistance = T.MultiplyAdd(displacement, displacement, squaredDistance);
            scoreProduct = T.MultiplyAdd(score, other, scoreProduct);
            scoreDisplacement = T.MultiplyAdd(score - other, displacement, scoreDisplacement);
        }

        return new() { First = squaredDistance, Second = scoreProduct, Third = scoreDisplacement };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T inverseSquare = pair.Constant(0);
        T rho = inverseSquare * sums.First;
        return Kernel(rho, pair.Constant(1) * rho, sums.Second, sums.Third, pair.DimensionLane, inverseSquare + inverseSquare);
    }

    /// <summary>
    /// <c>u = φ (s·s′ + c r₁ [b + t − 2 r₂ q])</c> with <c>r₁ = −φ′/φ</c> and <c>r₂ = −φ″/φ′</c> at ρ: the Stein kernel of a pair whatever
    /// it is that measures its distance. For <c>ρ = a‖d‖²</c>: <c>q = ρ, b = (s − s′)·d, t = D, c = 2a</c>. For <c>ρ = dᵀPd</c>:
    /// <c>q = ‖Pd‖², b = (s − s′)ᵀPd, t = tr P, c = 2</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Kernel<T>(T rho, T image, T scoreProduct, T scoreDisplacement, T trace, T factor)
        where T : struct, ILane<T>
    {
        RadialProfile<T> profile = RadialKernel<TKernel>.At(rho);
        T second = TKernel.Weigh(profile.SecondRatio, image);
        T rest = scoreDisplacement + trace - (second + second);
        return profile.Value * T.MultiplyAdd(factor, TKernel.Weigh(profile.FirstRatio, rest), scoreProduct);
    }

    /// <summary>
    /// With <c>g₁ = −φ′, g₂ = φ″, g₃ = −φ‴</c> and the factor f of the fourth-order term:
    /// <c>∂u/∂‖d‖² = −a g₁ s·s′ − 2a² g₂ ((s − s′)·d + D + 2f) + 4a³ f g₃ ‖d‖²</c>, <c>∂u/∂(s·s′) = φ</c> and
    /// <c>∂u/∂((s − s′)·d) = 2a g₁</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static CoordinateSums<T> Slopes<T, TPair>(TPair pair, CoordinateSums<T> sums)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T inverseSquare = pair.Constant(0), fourthOrder = pair.Constant(1);
        T rho = inverseSquare * sums.First;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(rho);
        T twice = inverseSquare + inverseSquare;
        T first = twice * TKernel.Weigh(profile.FirstRatio, profile.Value);
        T third = TKernel.Weigh(profile.ThirdRatio, rho) - T.Constant(1);
        T rest = sums.Third + pair.DimensionLane - ((fourthOrder + fourthOrder) * third);
        T along = T.MultiplyAdd(twice, TKernel.Weigh(profile.SecondRatio, rest), sums.Second);
        return new() { First = T.Constant(-0.5) * first * along, Second = profile.Value, Third = first };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Gradient<T, TPair>(TPair pair, CoordinateSums<T> slopes, int matrix, int index)
        where T : struct, ILane<T>
        where TPair : struct, IPair<T>
    {
        T displacement = pair.First(0, index) - pair.Second(0, index);
        return matrix == 0
            ? T.MultiplyAdd(
                slopes.Third, pair.First(1, index) - pair.Second(1, index), (slopes.First + slopes.First) * displacement)
            : T.MultiplyAdd(slopes.Third, displacement, slopes.Second * pair.Second(1, index));
    }
}
