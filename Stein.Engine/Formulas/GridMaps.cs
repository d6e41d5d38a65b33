using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// <c>p·(b − a) + q/√c</c>, the distance between the nodes of a grid from a to b with 1/p cells, plus a tiny part q of the bandwidth, so
/// that it is positive if all points are equal; c is <c>1/h²</c>.
/// </summary>
internal readonly struct GridSpacing : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(p, b - a, q / T.Sqrt(c));
}

/// <summary><c>a − b − p/√c</c>, the first node of a grid: a distance b of two nodes and p bandwidths below the smallest point a.</summary>
internal readonly struct GridOrigin : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => a - b - (p / T.Sqrt(c));
}

/// <summary><c>a + p·b²·c</c></summary>
internal readonly struct AddScaledSquareProduct : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(p * b * b, c, a);
}
