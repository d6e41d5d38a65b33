using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// What the Matérn kernels of half-integer order ν have in common: with <c>t = √(2νρ)</c> they are proportional to
/// <c>f_ν(t) = t^ν K_ν(t)</c>, K_ν the modified Bessel function of the second kind (Rasmussen and Williams, "Gaussian processes for
/// machine learning", 2006, equation 4.14).
/// </summary>
/// <remarks>
/// <para>
/// Since <c>df_ν/dt = −t f_(ν−1)</c> and <c>dt/dρ = ν/t</c>, every derivative by ρ lowers the order by one:
/// <c>df_ν(t)/dρ = −ν f_(ν−1)(t)</c>. The ratios of derivatives of a kernel are therefore ν times the ratios <c>f_(μ−1)/f_μ</c> below,
/// μ = ν, ν − 1, …, all positive.
/// </para>
/// <para>
/// From μ = ½ on these ratios have no limit as t → 0: the derivatives by ρ are infinite where the points are equal. The formulas
/// multiply such a ratio by ρ or by the displacement, and where the derivative of the kernel that they compute exists, the product tends
/// to 0. <see cref="Length"/> is therefore never below <c>10⁻¹⁸</c>: at ρ = 0 the ratios are large but finite in single precision too
/// (at most 5·10³⁶), the products are exactly 0, and neither an infinity nor a NaN occurs. <c>1 + 10⁻¹⁸</c> is rounded to 1, so that
/// kernels are 1 at ρ = 0.
/// </para>
/// </remarks>
internal static class Matern
{
    private const double Smallest = 1e-36;
    private const double LogarithmOfE = 1.4426950408889634;

    /// <summary><c>t = √(2νρ + 10⁻³⁶)</c>.</summary>
    /// <param name="argument">−ρ.</param>
    /// <param name="twiceOrder">2ν.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Length<T>(T argument, double twiceOrder)
        where T : struct, ILane<T> => T.Sqrt(T.NegatedMultiplyAdd(T.Constant(twiceOrder), argument, T.Constant(Smallest)));

    /// <summary><c>e^−t</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Decay<T>(T length)
        where T : struct, ILane<T> => T.PowerOfTwo(T.Constant(-LogarithmOfE) * length);

    /// <summary><c>f_(3/2)/f_(5/2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FiveHalves<T>(T length)
        where T : struct, ILane<T> => (T.Constant(1) + length) / Quadratic(length);

    /// <summary><c>f_(1/2)/f_(3/2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ThreeHalves<T>(T length)
        where T : struct, ILane<T> => T.Constant(1) / (T.Constant(1) + length);

    /// <summary><c>f_(−1/2)/f_(1/2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T OneHalf<T>(T length)
        where T : struct, ILane<T> => T.Constant(1) / length;

    /// <summary><c>f_(−3/2)/f_(−1/2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinusOneHalf<T>(T length)
        where T : struct, ILane<T> => (T.Constant(1) + length) / (length * length);

    /// <summary><c>f_(−5/2)/f_(−3/2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinusThreeHalves<T>(T length)
        where T : struct, ILane<T> => Quadratic(length) / (length * length * (T.Constant(1) + length));

    /// <summary><c>f_(−7/2)/f_(−5/2)</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T MinusFiveHalves<T>(T length)
        where T : struct, ILane<T>
    {
        T square = length * length;
        T cubic = T.MultiplyAdd(T.MultiplyAdd(length + T.Constant(6), length, T.Constant(15)), length, T.Constant(15));
        return cubic / (square * Quadratic(length));
    }

    /// <summary><c>3 + 3t + t²</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Quadratic<T>(T length)
        where T : struct, ILane<T> => T.MultiplyAdd(length + T.Constant(3), length, T.Constant(3));
}
