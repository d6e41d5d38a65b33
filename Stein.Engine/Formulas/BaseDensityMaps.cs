using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>The log-density, the score <c>ψ = (log p)′</c> and the score's derivative of a base density, elementwise.</summary>
internal interface IBaseDensity
{
    static abstract T LogDensity<T>(T z)
        where T : struct, ILane<T>;

    static abstract T Score<T>(T z)
        where T : struct, ILane<T>;

    static abstract T ScoreDerivative<T>(T z)
        where T : struct, ILane<T>;
}

/// <summary>Laplace(0, 1): <c>p(z) = ½ e^−|z|</c>. The kink of the score at 0 is ignored, as published.</summary>
internal readonly struct LaplaceDensity : IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogDensity<T>(T z)
        where T : struct, ILane<T> => T.Constant(-0.6931471805599453) - T.Abs(z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Score<T>(T z)
        where T : struct, ILane<T> => -T.Sign(z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScoreDerivative<T>(T z)
        where T : struct, ILane<T> => T.Constant(0);
}

/// <summary>Student t with ν = 5 degrees of freedom, location 0, scale 1: <c>p(z) ∝ (1 + z²/ν)^−(ν+1)/2</c>.</summary>
internal readonly struct StudentTDensity : IBaseDensity
{
    /// <summary><c>log Γ(3) − log Γ(5/2) − ½ log 5π = log(2) − log(¾√π) − ½ log 5π</c>.</summary>
    private const double LogNormaliser = -0.9686195890547249;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LogDensity<T>(T z)
        where T : struct, ILane<T>
        => T.NegatedMultiplyAdd(
            T.Constant(3), T.Log(T.MultiplyAdd(z * z, T.Constant(0.2), T.Constant(1))), T.Constant(LogNormaliser));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Score<T>(T z)
        where T : struct, ILane<T> => T.Constant(-6) * z / T.MultiplyAdd(z, z, T.Constant(5));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ScoreDerivative<T>(T z)
        where T : struct, ILane<T>
    {
        T square = z * z;
        T denominator = square + T.Constant(5);
        return T.Constant(6) * (square - T.Constant(5)) / (denominator * denominator);
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

/// <summary><c>ψ(a)</c></summary>
internal readonly struct BaseScore<TDensity> : IElementMap
    where TDensity : struct, IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TDensity.Score(a);
}

/// <summary><c>ψ′(a)·b</c></summary>
internal readonly struct BaseScoreDerivativeTimes<TDensity> : IElementMap
    where TDensity : struct, IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TDensity.ScoreDerivative(a) * b;
}
