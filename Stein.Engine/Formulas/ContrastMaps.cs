using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>An even function f of one source and its first two derivatives, elementwise, with one parameter.</summary>
internal interface IContrast
{
    static abstract T Value<T>(T z, T parameter)
        where T : struct, ILane<T>;

    static abstract T Slope<T>(T z, T parameter)
        where T : struct, ILane<T>;

    static abstract T Curvature<T>(T z, T parameter)
        where T : struct, ILane<T>;
}

/// <summary><c>f(a)</c> with the parameter p.</summary>
internal readonly struct ContrastValue<TContrast> : IElementMap
    where TContrast : struct, IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TContrast.Value(a, p);
}

/// <summary><c>f′(a)</c> with the parameter p.</summary>
internal readonly struct ContrastSlope<TContrast> : IElementMap
    where TContrast : struct, IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TContrast.Slope(a, p);
}

/// <summary><c>f″(a)</c> with the parameter p.</summary>
internal readonly struct ContrastCurvature<TContrast> : IElementMap
    where TContrast : struct, IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TContrast.Curvature(a, p);
}

/// <summary>The log-density of a base density.</summary>
internal readonly struct DensityContrast<TDensity> : IContrast
    where TDensity : struct, IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T z, T parameter)
        where T : struct, ILane<T> => TDensity.LogDensity(z);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T z, T parameter)
        where T : struct, ILane<T> => TDensity.Score(z, parameter, parameter);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Curvature<T>(T z, T parameter)
        where T : struct, ILane<T> => TDensity.ScoreDerivative(z, parameter, parameter);
}

/// <summary><c>−√(z² + p)</c>: the log-density of Laplace sources, smoothed, up to a constant.</summary>
internal readonly struct SmoothedLaplaceContrast : IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T z, T parameter)
        where T : struct, ILane<T> => -Size(z, parameter);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T z, T parameter)
        where T : struct, ILane<T> => -z / Size(z, parameter);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Curvature<T>(T z, T parameter)
        where T : struct, ILane<T>
    {
        T size = Size(z, parameter);
        return -parameter / (size * size * size);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Size<T>(T z, T parameter)
        where T : struct, ILane<T> => T.Sqrt(T.MultiplyAdd(z, z, parameter));
}

/// <summary><c>−log cosh z − log π</c>, the log-density of the hyperbolic secant and FastICA's contrast "logcosh".</summary>
internal readonly struct HyperbolicSecantContrast : IContrast
{
    private const double LogHalfPi = 0.45158270528945486;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T>(T z, T parameter)
        where T : struct, ILane<T>
    {
        T size = T.Abs(z);
        return -size - T.Log(T.Constant(1) + T.Exp(T.Constant(-2) * size)) - T.Constant(LogHalfPi);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Slope<T>(T z, T parameter)
        where T : struct, ILane<T> => HyperbolicScore.Score(z, T.Constant(1), T.Constant(1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Curvature<T>(T z, T parameter)
        where T : struct, ILane<T> => HyperbolicScore.ScoreDerivative(z, T.Constant(1), T.Constant(1));
}
