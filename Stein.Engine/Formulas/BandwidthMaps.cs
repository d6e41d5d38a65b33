using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>2 (a/2)^p</c> for a median a of squared distances, which is a itself for p = 1.</summary>
internal readonly struct MedianPower : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Constant(2) * T.Exp(p * T.Log(T.Constant(0.5) * a));
}

/// <summary><c>1/(h² + 1e−9)</c> with <c>h² = p·a</c>, where a is a median of squared distances and p the factor of the rule.</summary>
internal readonly struct InverseSquareBandwidth : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Constant(1) / T.MultiplyAdd(p, a, T.Constant(1e-9));
}

/// <summary><c>(h² + 1e−9)²/(h⁴ + 1e−9)</c> with <c>h² = p·a</c>.</summary>
internal readonly struct FourthOrderFactor : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T square = p * a;
        T stabilised = square + T.Constant(1e-9);
        return stabilised * stabilised / T.MultiplyAdd(square, square, T.Constant(1e-9));
    }
}
