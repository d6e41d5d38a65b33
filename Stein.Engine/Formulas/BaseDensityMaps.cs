using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The score <c>ψ = (log p)′</c> of a base density and its derivative, elementwise. p and q are parameters, which a density without any
/// ignores.
/// </summary>
internal interface IBaseScore
{
    static abstract T Score<T>(T z, T p, T q)
        where T : struct, ILane<T>;

    static abstract T ScoreDerivative<T>(T z, T p, T q)
        where T : struct, ILane<T>;
}

/// <summary>A base density without parameters, with its logarithm.</summary>
internal interface IBaseDensity : IBaseScore
{
    static abstract T LogDensity<T>(T z)
        where T : struct, ILane<T>;
}

/// <summary>Laplace(0, 1): <c>p(z) = ½ e^−|z|</c>. The kink of the score at 0 is ignored, as published.</summary>
internal readonly struct LaplaceDensity : IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogDensity<T>(T z)
        where T : struct, ILane<T> => T.Constant(-0.6931471805599453) - T.Abs(z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Score<T>(T z, T p, T q)
        where T : struct, ILane<T> => -T.Sign(z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScoreDerivative<T>(T z, T p, T q)
        where T : struct, ILane<T> => T.Constant(0);
}

/// <summary>Student t with ν = 5 degrees of freedom, location 0, scale 1: <c>p(z) ∝ (1 + z²/ν)^−(ν+1)/2</c>.</summary>
internal readonly struct StudentTDensity : IBaseDensity
{
    private const double DegreesOfFreedom = 5;

    /// <summary><c>log Γ(3) − log Γ(5/2) − ½ log 5π = log(2) − log(¾√π) − ½ log 5π</c>.</summary>
    private const double LogNormaliser = -0.9686195890547249;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogDensity<T>(T z)
        where T : struct, ILane<T>
        => T.NegatedMultiplyAdd(
            T.Constant(3), T.Log(T.MultiplyAdd(z * z, T.Constant(0.2), T.Constant(1))), T.Constant(LogNormaliser));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Score<T>(T z, T p, T q)
        where T : struct, ILane<T> => StudentTScore.Score(z, T.Constant(DegreesOfFreedom), q);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScoreDerivative<T>(T z, T p, T q)
        where T : struct, ILane<T> => StudentTScore.ScoreDerivative(z, T.Constant(DegreesOfFreedom), q);
}

/// <summary>Student t with p degrees of freedom, location 0, scale 1: <c>ψ(z) = −(p + 1)z/(p + z²)</c>.</summary>
internal readonly struct StudentTScore : IBaseScore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Score<T>(T z, T p, T q)
        where T : struct, ILane<T> => -(p + T.Constant(1)) * z / T.MultiplyAdd(z, z, p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScoreDerivative<T>(T z, T p, T q)
        where T : struct, ILane<T>
    {
        T square = z * z;
        T denominator = square + p;
        return (p + T.Constant(1)) * (square - p) / (denominator * denominator);
    }
}

/// <summary>
/// The family of the hyperbolic secant, <c>ψ(z) = −p tanh(qz)</c>, of the density proportional to <c>sech^(p/q)(qz)</c>: logistic for
/// p = 1 and q = ½, Laplace's density smoothed over a distance of 1/q for large q, and nearly normal for small q.
/// </summary>
internal readonly struct HyperbolicScore : IBaseScore
{
    /// <remarks>With <c>e = exp(−2q|z|)</c>, which cannot overflow, <c>tanh q|z| = (1 − e)/(1 + e)</c>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Score<T>(T z, T p, T q)
        where T : struct, ILane<T>
    {
        T one = T.Constant(1), e = T.Exp(T.Constant(-2) * q * T.Abs(z));
        return -p * T.Sign(z) * (one - e) / (one + e);
    }

    /// <remarks><c>−pq sech² qz = −4pqe/(1 + e)²</c>.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScoreDerivative<T>(T z, T p, T q)
        where T : struct, ILane<T>
    {
        T e = T.Exp(T.Constant(-2) * q * T.Abs(z)), sum = T.Constant(1) + e;
        return T.Constant(-4) * p * q * e / (sum * sum);
    }
}

/// <summary><c>log p(a)</c></summary>
internal readonly struct BaseLogDensity<TDensity> : IElementMap
    where TDensity : struct, IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TDensity.LogDensity(a);
}

/// <summary><c>ψ(a)</c>, p and q the parameters of the density.</summary>
internal readonly struct BaseScore<TDensity> : IElementMap
    where TDensity : struct, IBaseScore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TDensity.Score(a, p, q);
}

/// <summary><c>ψ′(a)·b</c>, p and q the parameters of the density.</summary>
internal readonly struct BaseScoreDerivativeTimes<TDensity> : IElementMap
    where TDensity : struct, IBaseScore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TDensity.ScoreDerivative(a, p, q) * b;
}

/// <summary><c>ψ″(a)·b</c>, p and q the parameters of the density.</summary>
internal readonly struct BaseScoreSecondDerivativeTimes<TDensity> : IElementMap
    where TDensity : struct, IBaseScore
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
        => TDensity.ScoreDerivative(DualLane<T>.Variable(a), DualLane<T>.Fixed(p), DualLane<T>.Fixed(q)).Slope * b;
}
