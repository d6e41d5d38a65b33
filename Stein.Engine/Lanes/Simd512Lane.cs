using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Lanes;

/// <summary>16 single-precision numbers in a 512-bit vector (AVX-512).</summary>
/// <remarks>
/// The value is a field for the same reason as in <see cref="Simd128Lane"/>.
/// </remarks>
internal unsafe struct Simd512Lane : IFloatSimdLane<Simd512Lane>
{
    private const byte RoundDown = 1;

    public Vector512<float> Value;

    public static int Count => 16;

    public static int ProductRows => 14;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Constant(double value) => new() { Value = Vector512.Create((float)value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Broadcast(float value) => new() { Value = Vector512.Create(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Load(float* source) => new() { Value = Vector512.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Simd512Lane value, float* destination) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane operator +(Simd512Lane left, Simd512Lane right) => new() { Value = left.Value + right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane operator -(Simd512Lane left, Simd512Lane right) => new() { Value = left.Value - right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane operator *(Simd512Lane left, Simd512Lane right) => new() { Value = left.Value * right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane operator /(Simd512Lane left, Simd512Lane right) => new() { Value = left.Value / right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane operator -(Simd512Lane value) => new() { Value = -value.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane MultiplyAdd(Simd512Lane a, Simd512Lane b, Simd512Lane c)
        => new() { Value = Vector512.FusedMultiplyAdd(a.Value, b.Value, c.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane NegatedMultiplyAdd(Simd512Lane a, Simd512Lane b, Simd512Lane c)
        => new() { Value = Avx512F.FusedMultiplyAddNegated(a.Value, b.Value, c.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Abs(Simd512Lane value) => new() { Value = Vector512.Abs(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Sqrt(Simd512Lane value) => new() { Value = Vector512.Sqrt(value.Value) };

    // The native forms return the right operand if either is NaN, which SimdExponential relies on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Min(Simd512Lane left, Simd512Lane right) => new() { Value = Vector512.MinNative(left.Value, right.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Max(Simd512Lane left, Simd512Lane right) => new() { Value = Vector512.MaxNative(left.Value, right.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Sign(Simd512Lane value)
        => new()
        {
            Value = Vector512.ConditionalSelect(
                Vector512.GreaterThan(Vector512.Abs(value.Value), Vector512<float>.Zero),
                Vector512.CopySign(Vector512<float>.One, value.Value),
                value.Value),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Exp(Simd512Lane value) => SimdExponential.Exp(value);

    /// <remarks>One instruction extracts the fraction; another scales by a power of two and rounds the exponent down itself.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane PowerOfTwo(Simd512Lane value)
    {
        Simd512Lane fraction = new() { Value = Avx512DQ.Reduce(value.Value, RoundDown) };
        return new() { Value = Avx512F.Scale(SimdExponential.PowerOfTwoOfFraction(fraction).Value, value.Value) };
    }

    public static Simd512Lane Log(Simd512Lane value) => new() { Value = Vector512.Log(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Simd512Lane value) => Simd256Lane.Sum(new() { Value = value.Value.GetLower() + value.Value.GetUpper() });

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LessOrEqualMask(Simd512Lane left, Simd512Lane right)
        => (uint)(Vector512.LessThanOrEqual(left.Value, right.Value).ExtractMostSignificantBits());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int StoreBetween(Simd512Lane value, Simd512Lane low, Simd512Lane high, float* destination)
    {
        Vector512<float> mask = Vector512.GreaterThan(value.Value, low.Value) & Vector512.LessThanOrEqual(value.Value, high.Value);
        Avx512F.Compress(Vector512<float>.Zero, mask, value.Value).Store(destination);
        return BitOperations.PopCount(mask.ExtractMostSignificantBits());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Round(Simd512Lane value) => new() { Value = Vector512.Round(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Floor(Simd512Lane value) => new() { Value = Vector512.Floor(value.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Simd512Lane Scale(Simd512Lane value, Simd512Lane power)
        => new() { Value = Avx512F.Scale(value.Value, power.Value) };
}
