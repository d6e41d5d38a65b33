using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Lanes;

/// <summary><c>e^x</c> and <c>2^x</c> in single precision on SIMD lanes.</summary>
/// <remarks>
/// <c>x = n·ln 2 + r</c> with n whole and |r| ≤ ½ ln 2, so that <c>e^x = 2^n·e^r</c>. One fused step is enough for r:
/// its error n·(ln 2 − fl(ln 2)) stays below 2.5·10⁻⁷ for every n. Without fused multiply-adds the rounding of n·ln 2 would cause
/// ten times that error, so ln 2 is split into two parts, the first of which gives exact products.
/// <c>e^r</c> is a polynomial of degree 5 with constant term exactly 1 (so that <c>e^0 = 1</c>). Its other coefficients minimise the
/// maximum relative error on |r| ≤ ½ ln 2, which is 9.5·10⁻⁸ (a weighted minimax problem, solved by Lawson's iteration and rounded
/// to float).
/// </remarks>
internal static class SimdExponential
{
    /// <summary>Above this argument the exponential is infinite, and below its negative it is zero.</summary>
    private const double Bound = 105;

    /// <summary>2 to the power of the negative of this is zero in single precision.</summary>
    private const double LowestPower = 151;

    /// <summary>ln 2 to 15 bits: its product with a whole number below 2⁹ is a float.</summary>
    private const double LogarithmOfTwoHigh = 0.693145751953125;

    private const double LogarithmOfTwo = 0.6931471805599453;

    private const double BinaryLogarithmOfE = 1.4426950408889634;

    private static bool IsFused => Fma.IsSupported || AdvSimd.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T value)
        where T : struct, IFloatSimdLane<T>
    {
        value = T.Max(T.Constant(-Bound), T.Min(T.Constant(89), value));
        T power = T.Round(value * T.Constant(BinaryLogarithmOfE));
        T r = IsFused
            ? T.NegatedMultiplyAdd(power, T.Constant(LogarithmOfTwo), value)
            : value - (power * T.Constant(LogarithmOfTwoHigh)) - (power * T.Constant(LogarithmOfTwo - LogarithmOfTwoHigh));
        return T.Scale(Polynomial(r), power);
    }

    /// <summary><c>2^x</c> for <c>x ≤ 0</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T PowerOfTwo<T>(T value)
        where T : struct, IFloatSimdLane<T>
    {
        value = T.Max(T.Constant(-LowestPower), value);
        T power = T.Floor(value);
        return T.Scale(PowerOfTwoOfFraction(value - power), power);
    }

    /// <summary>
    /// <c>2^f</c> for <c>0 ≤ f ≤ 1</c>: a polynomial of degree 5 with constant term exactly 1, fitted like the other one (by Remez's
    /// exchange, each coefficient rounded to float before the next are fitted); its maximum relative error is 8.3·10⁻⁸.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T PowerOfTwoOfFraction<T>(T fraction)
        where T : struct, IFloatSimdLane<T>
    {
        T polynomial = T.MultiplyAdd(T.Constant(0.0018669526325538754), fraction, T.Constant(0.009017480537295341));
        polynomial = T.MultiplyAdd(polynomial, fraction, T.Constant(0.055799514055252075));
        polynomial = T.MultiplyAdd(polynomial, fraction, T.Constant(0.2401645928621292));
        polynomial = T.MultiplyAdd(polynomial, fraction, T.Constant(0.6931512951850891));
        return T.MultiplyAdd(polynomial, fraction, T.Constant(1));
    }

    /// <summary><c>e^r</c> for |r| ≤ ½ ln 2.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Polynomial<T>(T r)
        where T : struct, IFloatSimdLane<T>
    {
        T polynomial = T.MultiplyAdd(T.Constant(0.008290321566164494), r, T.Constant(0.04189794510602951));
        polynomial = T.MultiplyAdd(polynomial, r, T.Constant(0.1666763573884964));
        polynomial = T.MultiplyAdd(polynomial, r, T.Constant(0.4999915063381195));
        polynomial = T.MultiplyAdd(polynomial, r, T.Constant(0.9999997019767761));
        return T.MultiplyAdd(polynomial, r, T.Constant(1));
    }
}
