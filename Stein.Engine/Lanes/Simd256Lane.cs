using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Lanes;

/// <summary>8 single-precision numbers in a 256-bit vector (AVX2).</summary>
/// <remarks>
/// The value is a field for the same reason as in <see cref="Simd128Lane"/>.
/// </remarks>
internal unsafe struct Simd256Lane : IFloatSimdLane<Simd256Lane>
{
    public Vector256<float> Value;

    public static int Count => 8;

    public static int ProductRows => 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Constant(double value) => new() { Value = Vector256.Create((float)value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Broadcast(float value) => new() { Value = Vector256.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Load(float* source) => new() { Value = Vector256.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd256Lane value, float* destination) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane operator +(Simd256Lane left, Simd256Lane right) => new() { Value = left.Value + right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane operator -(Simd256Lane left, Simd256Lane right) => new() { Value = left.Value - right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane operator *(Simd256Lane left, Simd256Lane right) => new() { Value = left.Value * right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane operator /(Simd256Lane left, Simd256Lane right) => new() { Value = left.Value / right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane operator -(Simd256Lane value) => new() { Value = -value.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane MultiplyAdd(Simd256Lane a, Simd256Lane b, Simd256Lane c)
        => Fma.IsSupported
            ? new() { Value = Vector256.FusedMultiplyAdd(a.Value, b.Value, c.Value) }
            : new() { Value = (a.Value * b.Value) + c.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane NegatedMultiplyAdd(Simd256Lane a, Simd256Lane b, Simd256Lane c)
        => Fma.IsSupported
            ? new() { Value = Fma.MultiplyAddNegated(a.Value, b.Value, c.Value) }
            : new() { Value = c.Value - (a.Value * b.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Abs(Simd256Lane value) => new() { Value = Vector256.Abs(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Sqrt(Simd256Lane value) => new() { Value = Vector256.Sqrt(value.Value) };

    // The native forms return the right operand if either is NaN, which SimdExponential relies on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Min(Simd256Lane left, Simd256Lane right) => new() { Value = Vector256.MinNative(left.Value, right.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Max(Simd256Lane left, Simd256Lane right) => new() { Value = Vector256.MaxNative(left.Value, right.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Sign(Simd256Lane value)
        => new()
        {
            Value = Vector256.ConditionalSelect(
                Vector256.GreaterThan(Vector256.Abs(value.Value), Vector256<float>.Zero),
                Vector256.CopySign(Vector256<float>.One, value.Value),
                value.Value),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Exp(Simd256Lane value) => SimdExponential.Exp(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane PowerOfTwo(Simd256Lane value) => SimdExponential.PowerOfTwo(value);

    public static Simd256Lane Log(Simd256Lane value) => new() { Value = Vector256.Log(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd256Lane value) => Simd128Lane.Sum(new() { Value = value.Value.GetLower() + value.Value.GetUpper() });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LessOrEqualMask(Simd256Lane left, Simd256Lane right)
        => Vector256.LessThanOrEqual(left.Value, right.Value).ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreBetween(Simd256Lane value, Simd256Lane low, Simd256Lane high, float* destination)
    {
        int stored = 0;
        for (uint mask = LessOrEqualMask(value, high) & ~LessOrEqualMask(value, low); mask != 0; mask &= mask - 1)
            destination[stored++] = value.Value[BitOperations.TrailingZeroCount(mask)];
        return stored;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Round(Simd256Lane value) => new() { Value = Vector256.Round(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Floor(Simd256Lane value) => new() { Value = Vector256.Floor(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd256Lane Scale(Simd256Lane value, Simd256Lane power)
    {
        // The power is applied in two factors, because 2^−151 and 2^128 are not normal numbers.
        Vector256<int> whole = Vector256.ConvertToInt32Native(power.Value);
        Vector256<int> half = Vector256.ShiftRightArithmetic(whole, 1);
        return new() { Value = value.Value * Exponent(half) * Exponent(whole - half) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exponent(Vector256<int> exponent)
        => Vector256.ShiftLeft(exponent + Vector256.Create(127), 23).AsSingle();
}
