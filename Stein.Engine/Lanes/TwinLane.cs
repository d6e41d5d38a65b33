using System.Runtime.CompilerServices;

namespace Stein.Engine.Lanes;

/// <summary>
/// Two lanes as one. A formula whose operations depend on one another leaves the arithmetic units idle on a single lane; on two at once,
/// each operation of one hides behind that of the other.
/// </summary>
internal readonly record struct TwinLane<T>(T First, T Second) : ILane<TwinLane<T>>
    where T : struct, ILane<T>
{
    /// <summary>The same numbers in both lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Both(T value) => new(value, value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Constant(double value) => Both(T.Constant(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> operator +(TwinLane<T> left, TwinLane<T> right) => new(left.First + right.First, left.Second + right.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> operator -(TwinLane<T> left, TwinLane<T> right) => new(left.First - right.First, left.Second - right.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> operator *(TwinLane<T> left, TwinLane<T> right) => new(left.First * right.First, left.Second * right.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> operator /(TwinLane<T> left, TwinLane<T> right) => new(left.First / right.First, left.Second / right.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> operator -(TwinLane<T> value) => new(-value.First, -value.Second);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> MultiplyAdd(TwinLane<T> a, TwinLane<T> b, TwinLane<T> c)
        => new(T.MultiplyAdd(a.First, b.First, c.First), T.MultiplyAdd(a.Second, b.Second, c.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> NegatedMultiplyAdd(TwinLane<T> a, TwinLane<T> b, TwinLane<T> c)
        => new(T.NegatedMultiplyAdd(a.First, b.First, c.First), T.NegatedMultiplyAdd(a.Second, b.Second, c.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Abs(TwinLane<T> value) => new(T.Abs(value.First), T.Abs(value.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Sqrt(TwinLane<T> value) => new(T.Sqrt(value.First), T.Sqrt(value.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Min(TwinLane<T> left, TwinLane<T> right)
        => new(T.Min(left.First, right.First), T.Min(left.Second, right.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Max(TwinLane<T> left, TwinLane<T> right)
        => new(T.Max(left.First, right.First), T.Max(left.Second, right.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Sign(TwinLane<T> value) => new(T.Sign(value.First), T.Sign(value.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Exp(TwinLane<T> value) => new(T.Exp(value.First), T.Exp(value.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> PowerOfTwo(TwinLane<T> value) => new(T.PowerOfTwo(value.First), T.PowerOfTwo(value.Second));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TwinLane<T> Log(TwinLane<T> value) => new(T.Log(value.First), T.Log(value.Second));
}
