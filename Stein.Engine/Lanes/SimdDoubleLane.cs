using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Stein.Engine.Lanes;

/// <summary>
/// Double-precision numbers in a vector of the runtime's preferred width (4 numbers with AVX2 and AVX-512), the lane of the device
/// <c>simd-double</c> and of factorisations on the host.
/// </summary>
/// <remarks>
/// Exponential and logarithm are the runtime's, with errors of about one unit in the last place. Vectors of 512 bits would be no
/// faster on processors that process them in two halves.
/// </remarks>
internal unsafe struct SimdDoubleLane : ISimdLane<SimdDoubleLane, double>
{
    /// <summary>The exponential of an argument up to this magnitude is a normal number.</summary>
    private const double PlainExponent = 700;

    public Vector<double> Value;

    public static int Count => Vector<double>.Count;

    /// <remarks>With AVX-512 there are twice as many registers, for vectors of any width.</remarks>
    public static int ProductRows => Avx512F.VL.IsSupported ? 14 : 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane Constant(double value) => new() { Value = new(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane Broadcast(double value) => new() { Value = new(value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane Load(double* source) => new() { Value = Vector.Load(source) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(SimdDoubleLane value, double* destination) => value.Value.Store(destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane operator +(SimdDoubleLane left, SimdDoubleLane right) => new() { Value = left.Value + right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane operator -(SimdDoubleLane left, SimdDoubleLane right) => new() { Value = left.Value - right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane operator *(SimdDoubleLane left, SimdDoubleLane right) => new() { Value = left.Value * right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane operator /(SimdDoubleLane left, SimdDoubleLane right) => new() { Value = left.Value / right.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane operator -(SimdDoubleLane value) => new() { Value = -value.Value };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane MultiplyAdd(SimdDoubleLane a, SimdDoubleLane b, SimdDoubleLane c)
        => new() { Value = Vector.MultiplyAddEstimate(a.Value, b.Value, c.Value) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SimdDoubleLane NegatedMultiplyAdd(SimdDoubleLane a, SimdDoubleLane b, SimdDoubleLane c)
        => new() { Value = Vector.MultiplyAddEstimate(-a.Value, b.Value, c.Value) };

    public static SimdDoubleLane Abs(SimdDoubleLane value) => new() { Value = Vector.Abs(value.Value) };

    public static SimdDoubleLane Sqrt(SimdDoubleLane value) => new() { Value = Vector.SquareRoot(value.Value) };

    public static SimdDoubleLane Min(SimdDoubleLane left, SimdDoubleLane right) => new() { Value = Vector.Min(left.Value, right.Value) };

    public static SimdDoubleLane Max(SimdDoubleLane left, SimdDoubleLane right) => new() { Value = Vector.Max(left.Value, right.Value) };

    public static SimdDoubleLane Sign(SimdDoubleLane value)
        => new()
        {
            Value = Vector.ConditionalSelect(
                Vector.GreaterThan(Vector.Abs(value.Value), Vector<double>.Zero),
                Vector.CopySign(Vector<double>.One, value.Value),
                value.Value),
        };

    /// <remarks>
    /// The runtime's function uses another method for all elements if one is out of range. To keep the last bit of an element from
    /// depending on its neighbours, elements out of range are computed separately, one by one.
    /// </remarks>
    public static SimdDoubleLane Exp(SimdDoubleLane value)
    {
        Vector<long> isPlain = Vector.LessThanOrEqual(Vector.Abs(value.Value), new Vector<double>(PlainExponent));
        Vector<double> result = Vector.Exp(Vector.ConditionalSelect(isPlain, value.Value, Vector<double>.Zero));
        if (!Vector.EqualsAll(isPlain, Vector<long>.AllBitsSet))
        {
            for (int i = 0; i < Count; i++)
            {
                if (isPlain[i] == 0)
                    result = result.WithElement(i, Math.Exp(value.Value[i]));
            }
        }

        return new() { Value = result };
    }

    public static SimdDoubleLane PowerOfTwo(SimdDoubleLane value) => Exp(value * Constant(Math.Log(2)));

    public static SimdDoubleLane Log(SimdDoubleLane value) => new() { Value = Vector.Log(value.Value) };

    public static double Sum(SimdDoubleLane value) => Vector.Sum(value.Value);

    public static uint LessOrEqualMask(SimdDoubleLane left, SimdDoubleLane right)
    {
        uint mask = 0;
        for (int i = 0; i < Count; i++)
            mask |= left.Value[i] <= right.Value[i] ? 1u << i : 0;
        return mask;
    }

    public static int StoreBetween(SimdDoubleLane value, SimdDoubleLane low, SimdDoubleLane high, double* destination)
    {
        int count = 0;
        for (int i = 0; i < Count; i++)
        {
            destination[count] = value.Value[i];
            count += value.Value[i] > low.Value[i] && value.Value[i] <= high.Value[i] ? 1 : 0;
        }

        return count;
    }
}
