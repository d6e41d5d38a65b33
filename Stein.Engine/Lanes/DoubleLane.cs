using System.Runtime.CompilerServices;

namespace Stein.Engine.Lanes;

/// <summary>One double-precision number, the lane of the reference device.</summary>
internal readonly unsafe record struct DoubleLane(double Value) : ISimdLane<DoubleLane, double>
{
    public static int Count => 1;

    public static int ProductRows => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane Constant(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane operator +(DoubleLane left, DoubleLane right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane operator -(DoubleLane left, DoubleLane right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane operator *(DoubleLane left, DoubleLane right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane operator /(DoubleLane left, DoubleLane right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane operator -(DoubleLane value) => new(-value.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane MultiplyAdd(DoubleLane a, DoubleLane b, DoubleLane c) => new((a.Value * b.Value) + c.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DoubleLane NegatedMultiplyAdd(DoubleLane a, DoubleLane b, DoubleLane c) => new(c.Value - (a.Value * b.Value));

    public static DoubleLane Abs(DoubleLane value) => new(Math.Abs(value.Value));

    public static DoubleLane Sqrt(DoubleLane value) => new(Math.Sqrt(value.Value));

    public static DoubleLane Min(DoubleLane left, DoubleLane right) => new(Math.Min(left.Value, right.Value));

    public static DoubleLane Max(DoubleLane left, DoubleLane right) => new(Math.Max(left.Value, right.Value));

    public static DoubleLane Sign(DoubleLane value) => new(double.IsNaN(value.Value) ? value.Value : Math.Sign(value.Value));

    public static DoubleLane Exp(DoubleLane value) => new(Math.Exp(value.Value));

    public static DoubleLane PowerOfTwo(DoubleLane value) => new(double.Exp2(value.Value));

    public static DoubleLane Log(DoubleLane value) => new(Math.Log(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static DoubleLane ISimdLane<DoubleLane, double>.Load(double* source) => new(*source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void ISimdLane<DoubleLane, double>.Store(DoubleLane value, double* destination) => *destination = value.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static DoubleLane ISimdLane<DoubleLane, double>.Broadcast(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static double ISimdLane<DoubleLane, double>.Sum(DoubleLane value) => value.Value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static uint ISimdLane<DoubleLane, double>.LessOrEqualMask(DoubleLane left, DoubleLane right) => left.Value <= right.Value ? 1u : 0u;

    static int ISimdLane<DoubleLane, double>.StoreBetween(DoubleLane value, DoubleLane low, DoubleLane high, double* destination)
    {
        *destination = value.Value;
        return value.Value > low.Value && value.Value <= high.Value ? 1 : 0;
    }
}
