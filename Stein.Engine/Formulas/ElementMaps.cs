using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>a</c></summary>
internal readonly struct Identity : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => a;
}

/// <summary><c>a + p·b</c></summary>
internal readonly struct AddScaled : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(p, b, a);
}

/// <summary><c>p·a</c></summary>
internal readonly struct Scaled : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => p * a;
}

/// <summary><c>a·b</c></summary>
internal readonly struct Product : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => a * b;
}

/// <summary><c>a/b</c></summary>
internal readonly struct Quotient : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => a / b;
}

/// <summary><c>a + p·b·c</c></summary>
internal readonly struct AddScaledProduct : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(p * b, c, a);
}

/// <summary><c>a²</c></summary>
internal readonly struct Square : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => a * a;
}

/// <summary><c>|a|</c></summary>
internal readonly struct Absolute : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Abs(a);
}

/// <summary><c>a + p·(a − b) + q·c</c></summary>
internal readonly struct Momentum : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(q, c, T.MultiplyAdd(p, a - b, a));
}

/// <summary><c>(a + 1)·b</c></summary>
internal readonly struct PlusOneTimes : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(a, b, b);
}
