using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>The derivative of a map by its input a. It is a map again, so it can be differentiated to any order.</summary>
internal readonly struct Derivative<TMap> : IElementMap
    where TMap : struct, IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
        => TMap.Apply(
            DualLane<T>.Variable(a), DualLane<T>.Fixed(b), DualLane<T>.Fixed(c), DualLane<T>.Fixed(p), DualLane<T>.Fixed(q)).Slope;
}

/// <summary>b times the derivative by a of a map of a alone.</summary>
internal readonly struct DerivativeTimes<TMap> : IElementMap
    where TMap : struct, IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => b * Derivative<TMap>.Apply(a, c, c, p, q);
}
