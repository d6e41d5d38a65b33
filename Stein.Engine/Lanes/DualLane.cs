using System.Runtime.CompilerServices;

namespace Stein.Engine.Lanes;

/// <summary>
/// A number and its derivative along one direction. A formula that is generic over its lane, evaluated on dual lanes, gives its value
/// and its derivative (forward mode: Griewank and Walther, "Evaluating derivatives", 2nd edition, chapter 3); on dual lanes of dual
/// lanes its second derivative, and so on.
/// </summary>
/// <remarks>
/// Where an operation is not differentiable its derivative is that of the sign function extended by 0: <c>|x|</c> has the derivative 0
/// at 0, and of two equal numbers the smaller and the larger have the mean of both derivatives.
/// </remarks>
/// <param name="Value">The number.</param>
/// <param name="Slope">Its derivative.</param>
internal readonly record struct DualLane<T>(T Value, T Slope) : ILane<DualLane<T>>
    where T : struct, ILane<T>
{
    /// <summary>The number along which the derivative is taken.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Variable(T value) => new(value, T.Constant(1));

    /// <summary>A number that does not change along the direction.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Fixed(T value) => new(value, T.Constant(0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Constant(double value) => Fixed(T.Constant(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> operator +(DualLane<T> left, DualLane<T> right) => new(left.Value + right.Value, left.Slope + right.Slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> operator -(DualLane<T> left, DualLane<T> right) => new(left.Value - right.Value, left.Slope - right.Slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> operator *(DualLane<T> left, DualLane<T> right)
        => new(left.Value * right.Value, T.MultiplyAdd(left.Value, right.Slope, left.Slope * right.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> operator /(DualLane<T> left, DualLane<T> right)
    {
        T quotient = left.Value / right.Value;
        return new(quotient, T.NegatedMultiplyAdd(quotient, right.Slope, left.Slope) / right.Value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> operator -(DualLane<T> value) => new(-value.Value, -value.Slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> MultiplyAdd(DualLane<T> a, DualLane<T> b, DualLane<T> c) => new(
        T.MultiplyAdd(a.Value, b.Value, c.Value), T.MultiplyAdd(a.Value, b.Slope, T.MultiplyAdd(a.Slope, b.Value, c.Slope)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> NegatedMultiplyAdd(DualLane<T> a, DualLane<T> b, DualLane<T> c) => new(
        T.NegatedMultiplyAdd(a.Value, b.Value, c.Value),
        T.NegatedMultiplyAdd(a.Value, b.Slope, T.NegatedMultiplyAdd(a.Slope, b.Value, c.Slope)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Abs(DualLane<T> value) => new(T.Abs(value.Value), T.Sign(value.Value) * value.Slope);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Sqrt(DualLane<T> value)
    {
        T root = T.Sqrt(value.Value);
        return new(root, value.Slope / (root + root));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Min(DualLane<T> left, DualLane<T> right)
        => new(T.Min(left.Value, right.Value), Choose(right.Value - left.Value, left.Slope, right.Slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Max(DualLane<T> left, DualLane<T> right)
        => new(T.Max(left.Value, right.Value), Choose(left.Value - right.Value, left.Slope, right.Slope));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Sign(DualLane<T> value) => Fixed(T.Sign(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Exp(DualLane<T> value)
    {
        T power = T.Exp(value.Value);
        return new(power, power * value.Slope);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> PowerOfTwo(DualLane<T> value)
    {
        const double LogarithmOfTwo = 0.6931471805599453;
        T power = T.PowerOfTwo(value.Value);
        return new(power, T.Constant(LogarithmOfTwo) * power * value.Slope);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DualLane<T> Log(DualLane<T> value) => new(T.Log(value.Value), value.Slope / value.Value);

    /// <summary>The first if <paramref name="preference"/> is positive, the second if it is negative, their mean if it is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Choose(T preference, T first, T second)
        => T.MultiplyAdd(T.Constant(0.5) * (T.Constant(1) + T.Sign(preference)), first - second, second);
}
