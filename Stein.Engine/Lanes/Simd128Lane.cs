using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Lanes;

/// <summary>4 single-precision numbers in a 128-bit vector (SSE, NEON).</summary>
/// <remarks>
/// The value is a field set by an initialiser, not a property set by a constructor, because each accessor is one more call to
/// inline, and the compiler stops inlining when a formula has too many calls.
/// </remarks>
internal unsafe struct Simd128Lane : IFloatSimdLane<Simd128Lane>
{
    public Vector128<float> Value;

    public static int Count => 4;

    public static int ProductRows => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Constant(double value) => new() { Value = Vector128.Create((float)value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Broadcast(float value) => new() { Value = Vector128.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Load(float* source) => new() { Value = Vector128.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd128Lane value, float* destination) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane operator +(Simd128Lane left, Simd128Lane right) => new() { Value = left.Value + right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane operator -(Simd128Lane left, Simd128Lane right) => new() { Value = left.Value - right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane operator *(Simd128Lane left, Simd128Lane right) => new() { Value = left.Value * right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane operator /(Simd128Lane left, Simd128Lane right) => new() { Value = left.Value / right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane operator -(Simd128Lane value) => new() { Value = -value.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane MultiplyAdd(Simd128Lane a, Simd128Lane b, Simd128Lane c)
        => Fma.IsSupported || AdvSimd.IsSupported
            ? new() { Value = Vector128.FusedMultiplyAdd(a.Value, b.Value, c.Value) }
            : new() { Value = (a.Value * b.Value) + c.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane NegatedMultiplyAdd(Simd128Lane a, Simd128Lane b, Simd128Lane c)
        => Fma.IsSupported || AdvSimd.IsSupported
            ? new() { Value = Vector128.FusedMultiplyAdd(-a.Value, b.Value, c.Value) }
            : new() { Value = c.Value - (a.Value * b.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Abs(Simd128Lane value) => new() { Value = Vector128.Abs(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Sqrt(Simd128Lane value) => new() { Value = Vector128.Sqrt(value.Value) };

    // The native forms return the right operand if either is NaN, which SimdExponential relies on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Min(Simd128Lane left, Simd128Lane right) => new() { Value = Vector128.MinNative(left.Value, right.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Max(Simd128Lane left, Simd128Lane right) => new() { Value = Vector128.MaxNative(left.Value, right.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Sign(Simd128Lane value)
        => new()
        {
            Value = Vector128.ConditionalSelect(
                Vector128.GreaterThan(Vector128.Abs(value.Value), Vector128<float>.Zero),
                Vector128.CopySign(Vector128<float>.One, value.Value),
                value.Value),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Exp(Simd128Lane value) => SimdExponential.Exp(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane PowerOfTwo(Simd128Lane value) => SimdExponential.PowerOfTwo(value);

    public static Simd128Lane Log(Simd128Lane value) => new() { Value = Vector128.Log(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd128Lane value) => value.Value[0] + value.Value[2] + (value.Value[1] + value.Value[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LessOrEqualMask(Simd128Lane left, Simd128Lane right)
        => Vector128.LessThanOrEqual(left.Value, right.Value).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreBetween(Simd128Lane value, Simd128Lane low, Simd128Lane high, float* destination)
    {
        int stored = 0;
        for (uint mask = LessOrEqualMask(value, high) & ~LessOrEqualMask(value, low); mask != 0; mask &= mask - 1)
            destination[stored++] = value.Value[BitOperations.TrailingZeroCount(mask)];
        return stored;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Round(Simd128Lane value) => new() { Value = Vector128.Round(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Floor(Simd128Lane value) => new() { Value = Vector128.Floor(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd128Lane Scale(Simd128Lane value, Simd128Lane power)
    {
        // The power is applied in two factors, because 2^−151 and 2^128 are not normal numbers.
        Vector128<int> whole = Vector128.ConvertToInt32Native(power.Value);
        Vector128<int> half = Vector128.ShiftRightArithmetic(whole, 1);
        return new() { Value = value.Value * Exponent(half) * Exponent(whole - half) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Exponent(Vector128<int> exponent)
        => Vector128.ShiftLeft(exponent + Vector128.Create(127), 23).AsSingle();
}
