using System.Runtime.CompilerServices;
using ILGPU.Algorithms;

namespace Stein.Engine.Lanes;

/// <summary>One single-precision number, the lane of ILGPU kernels.</summary>
/// <remarks>
/// Exponential and logarithm are ILGPU's own (on CUDA <c>ex2.approx</c> and <c>lg2.approx</c>), so results differ
/// from those of the SIMD lanes in the last bits.
/// </remarks>
internal readonly record struct FloatLane(float Value) : ILane<FloatLane>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Constant(double value) => new((float)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane operator +(FloatLane left, FloatLane right) => new(left.Value + right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane operator -(FloatLane left, FloatLane right) => new(left.Value - right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane operator *(FloatLane left, FloatLane right) => new(left.Value * right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane operator /(FloatLane left, FloatLane right) => new(left.Value / right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane operator -(FloatLane value) => new(-value.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane MultiplyAdd(FloatLane a, FloatLane b, FloatLane c) => new((a.Value * b.Value) + c.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane NegatedMultiplyAdd(FloatLane a, FloatLane b, FloatLane c) => new(c.Value - (a.Value * b.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Abs(FloatLane value) => new(XMath.Abs(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Sqrt(FloatLane value) => new(XMath.Sqrt(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Min(FloatLane left, FloatLane right) => new(left.Value < right.Value ? left.Value : right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Max(FloatLane left, FloatLane right) => new(left.Value > right.Value ? left.Value : right.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Sign(FloatLane value)
        => new(value.Value > 0f ? 1f : value.Value < 0f ? -1f : value.Value == 0f ? 0f : value.Value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Exp(FloatLane value) => new(XMath.Exp(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane PowerOfTwo(FloatLane value) => new(XMath.Exp2(value.Value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FloatLane Log(FloatLane value) => new(XMath.Log(value.Value));
}
