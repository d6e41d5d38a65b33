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

/// <summary><c>p·a + q</c></summary>
internal readonly struct Affine : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(p, a, q);
}

/// <summary><c>p·a + q·b</c></summary>
internal readonly struct LinearCombination : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.MultiplyAdd(p, a, q * b);
}

/// <summary><c>p·a·b</c></summary>
internal readonly struct ScaledProduct : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => p * a * b;
}

/// <summary><c>sign a</c></summary>
internal readonly struct SignOf : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Sign(a);
}

/// <summary><c>e^a</c></summary>
internal readonly struct Exponential : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Exp(a);
}

/// <summary><c>log a</c></summary>
internal readonly struct Logarithm : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Log(a);
}

/// <summary><c>√a</c></summary>
internal readonly struct SquareRoot : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Sqrt(a);
}

/// <summary><c>1/a</c></summary>
internal readonly struct Reciprocal : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Constant(1) / a;
}

/// <summary><c>a^p</c> for positive a.</summary>
internal readonly struct Power : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Exp(p * T.Log(a));
}
