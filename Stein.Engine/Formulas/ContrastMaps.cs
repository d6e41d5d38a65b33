using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>An even function f of one source, elementwise, with one parameter.</summary>
internal interface IContrast
{
    /// <summary>f, f′ and f″ together, since they share most of their terms.</summary>
    static abstract (T Value, T Slope, T Curvature) At<T>(T z, T parameter)
        where T : struct, ILane<T>;
}

/// <summary><c>f(a)</c> with the parameter p.</summary>
internal readonly struct ContrastValue<TContrast> : IElementMap
    where TContrast : struct, IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TContrast.At(a, p).Value;
}

/// <summary><c>f′(a)</c> with the parameter p.</summary>
internal readonly struct ContrastSlope<TContrast> : IElementMap
    where TContrast : struct, IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TContrast.At(a, p).Slope;
}

/// <summary><c>f″(a)</c> with the parameter p.</summary>
internal readonly struct ContrastCurvature<TContrast> : IElementMap
    where TContrast : struct, IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => TContrast.At(a, p).Curvature;
}

/// <summary>The log-density of a base density.</summary>
internal readonly struct DensityContrast<TDensity> : IContrast
    where TDensity : struct, IBaseDensity
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Value, T Slope, T Curvature) At<T>(T z, T parameter)
        where T : struct, ILane<T>
        => (TDensity.LogDensity(z), TDensity.Score(z, parameter, parameter), TDensity.ScoreDerivative(z, parameter, parameter));
}

/// <summary><c>−√(z² + p)</c>: the log-density of Laplace sources, smoothed, up to a constant.</summary>
internal readonly struct SmoothedLaplaceContrast : IContrast
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Value, T Slope, T Curvature) At<T>(T z, T parameter)
        where T : struct, ILane<T>
    {
        T size = T.Sqrt(T.MultiplyAdd(z, z, parameter));
        return (-size, -z / size, -parameter / (size * size * size));
    }
}

/// <summary><c>−log cosh z − log π</c>, the log-density of the hyperbolic secant and FastICA's contrast "logcosh".</summary>
internal readonly struct HyperbolicSecantContrast : IContrast
{
    private const double LogHalfPi = 0.45158270528945486;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Value, T Slope, T Curvature) At<T>(T z, T parameter)
        where T : struct, ILane<T>
    {
        T size = T.Abs(z), one = T.Constant(1);
        T value = -size - T.Log(one + T.Exp(T.Constant(-2) * size)) - T.Constant(LogHalfPi);
        return (value, HyperbolicScore.Score(z, one, one), HyperbolicScore.ScoreDerivative(z, one, one));
    }
}
