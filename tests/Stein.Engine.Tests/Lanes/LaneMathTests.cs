using Stein.Engine.Devices.Cpu;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Lanes;

/// <summary>
/// Compares the functions of the float lanes with double precision over the whole range of floats: every 1031st bit pattern, every
/// 389th where the exponential is neither 0, 1 nor infinite, and the special values; in a process for one vector tier a sixteenth of
/// the patterns. The bounds are those stated by <see cref="ILane{TSelf}"/> and <see cref="LaneMath"/>.
/// </summary>
[Trait("Category", "Device")]
public class LaneMathTests
{
    // As stated in the docstrings of ILane and LaneMath.
    private const double ExpError = 4e-7;
    private const double PowerOfTwoError = 2e-7;
    private const double LogError = 2.5e-7;
    private const double SigmoidError = 4.5e-7;
    private const double ReciprocalRootError = 1.8e-7;

    private const float SmallestNormal = 1.17549435e-38f;

    private static readonly float[] Special =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, SmallestNormal, -SmallestNormal, 1e-40f, -1e-40f, 1f, -1f,
        float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,

        // The arguments whose exponentials are the largest finite, the smallest normal and the smallest denormal number.
        88.72283f, 88.72284f, 88.72f, 89f, 89.5f, 128f, -87.33654f, -87.33655f, -88.72284f,
        -103.97207f, -103.9721f, -104f, -105f, -105.5f, -106f, -150f, -200f,
        87.33654f, 87.33655f, 103.97207f, 103.9721f, 104f, 105f, 105.5f, 106f, 150f, 200f,
        0.34657359f, 0.3465736f, -0.34657359f, -0.3465736f,
    ];

    private static readonly Lazy<float[]> Arguments = new(() =>
    {
        uint thinning = TestDevices.OnlyBits is null ? 1U : 16;
        var arguments = new List<float>();
        arguments.AddRange(Special);
        for (long bits = 0; bits < 1L << 32; bits += 1031 * thinning)
            arguments.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        uint from = BitConverter.SingleToUInt32Bits(1 / 64f), to = BitConverter.SingleToUInt32Bits(128f);
        for (uint bits = from; bits < to; bits += 389 * thinning)
        {
            arguments.Add(BitConverter.UInt32BitsToSingle(bits));
            arguments.Add(-BitConverter.UInt32BitsToSingle(bits));
        }

        return [.. arguments];
    });

    public static TheoryData<string> Widths => TestDevices.OnlyBits is { } only ? [only] : ["128", "256", "512"];

    private enum Function
    {
        Exp,
        PowerOfTwo,
        Log,
        Sigmoid,
        ReciprocalRoot,
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Exp(string bits) => Sweep(bits, Function.Exp, Math.Exp, ExpError, _ => true);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Power_of_two(string bits)
        => Sweep(bits, Function.PowerOfTwo, double.Exp2, PowerOfTwoError, x => !(x > 0));

    [Theory]
    [MemberData(nameof(Widths))]
    public void Log(string bits) => Sweep(bits, Function.Log, Math.Log, LogError, _ => true);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Sigmoid(string bits) => Sweep(bits, Function.Sigmoid, x => 1 / (1 + Math.Exp(-x)), SigmoidError, _ => true);

    [Theory]
    [MemberData(nameof(Widths))]
    public void Reciprocal_root(string bits)
        => Sweep(bits, Function.ReciprocalRoot, x => 1 / Math.Sqrt(x), ReciprocalRootError, x => !(x < 0));

    [Theory]
    [MemberData(nameof(Widths))]
    public void The_zeroth_power_of_two_is_one_and_negative_ones_are_at_most_one(string bits)
    {
        float[] results = new float[Arguments.Value.Length];
        Apply(bits, Function.PowerOfTwo, Arguments.Value, results);
        for (int i = 0; i < results.Length; i++)
        {
            if (Arguments.Value[i] == 0)
                Assert.Equal(1f, results[i]);
            if (Arguments.Value[i] <= 0)
                Assert.InRange(results[i], 0f, 1f);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Sign_minimum_and_maximum(string bits)
    {
        RequireWidth(bits);
        if (bits == "128")
            Check<Simd128Lane>();
        else if (bits == "256")
            Check<Simd256Lane>();
        else
            Check<Simd512Lane>();

        static unsafe void Check<TLane>()
            where TLane : struct, IFloatSimdLane<TLane>
        {
            float* result = stackalloc float[TLane.Count];
            foreach (float x in Special)
            {
                TLane.Store(TLane.Sign(TLane.Broadcast(x)), result);
                Assert.Equal(float.IsNaN(x) ? float.NaN : Math.Sign(x), result[0] + 0f);
                TLane.Store(TLane.Abs(TLane.Broadcast(x)), result);
                Assert.Equal(Math.Abs(x), result[0]);
                if (float.IsNaN(x))
                    continue;
                TLane.Store(TLane.Min(TLane.Broadcast(x), TLane.Broadcast(0.5f)), result);
                Assert.Equal(Math.Min(x, 0.5f), result[0]);
                TLane.Store(TLane.Max(TLane.Broadcast(x), TLane.Broadcast(0.5f)), result);
                Assert.Equal(Math.Max(x, 0.5f), result[0]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Sums_masks_and_loads_reach_every_element(string bits)
    {
        RequireWidth(bits);
        if (bits == "128")
            Check<Simd128Lane>();
        else if (bits == "256")
            Check<Simd256Lane>();
        else
            Check<Simd512Lane>();

        static unsafe void Check<TLane>()
            where TLane : struct, IFloatSimdLane<TLane>
        {
            Assert.Equal(0, TLane.Count & (TLane.Count - 1));
            float* values = stackalloc float[TLane.Count];
            for (int i = 0; i < TLane.Count; i++)
            {
                new Span<float>(values, TLane.Count).Clear();
                values[i] = i + 1;
                Assert.Equal(i + 1, TLane.Sum(TLane.Load(values)));
                Assert.Equal(1u << i, TLane.LessOrEqualMask(TLane.Broadcast(0.5f), TLane.Load(values)));
                values[i] = float.NaN;
                uint others = ((1u << TLane.Count) - 1) & ~(1u << i);
                Assert.Equal(others, TLane.LessOrEqualMask(TLane.Load(values), TLane.Broadcast(float.PositiveInfinity)));
            }
        }
    }

    private static void RequireWidth(string bits)
    {
        if (int.Parse(bits) > CpuDevices.VectorBits)
            Assert.Skip($"vectors here have {CpuDevices.VectorBits} bits");
    }

    private static void Sweep(string bits, Function function, Func<double, double> exact, double bound, Func<float, bool> defined)
    {
        float[] arguments = Arguments.Value;
        var results = new float[arguments.Length];
        Apply(bits, function, arguments, results);

        // The wider lanes give the same bits as the 128-bit lanes almost everywhere, so those results are reported only once.
        float[] checkedElsewhere = bits == "128" ? [] : new float[arguments.Length];
        if (checkedElsewhere.Length > 0)
            Apply("128", function, arguments, checkedElsewhere);
        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < arguments.Length; i++)
        {
            float x = arguments[i];
            if (checkedElsewhere.Length > 0 && Same(checkedElsewhere[i], results[i]))
                continue;
            if (!defined(x))
                continue;
            double expected = exact(x);
            double error = Error(expected, results[i]);
            if (!(error <= bound))
                Assert.Fail($"{function}({x:R}) = {results[i]:R}, exactly {expected:R}: relative error {error:E2}, stated {bound:E2}");
            if (error > worst)
                (worst, worstAt) = (error, x);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            bits == "128" || worst > 0
                ? $"{function}, {bits} bits: largest relative error {worst:E3}, at {worstAt:R}"
                : $"{function}, {bits} bits: the same bits as with 128");
    }

    private static bool Same(float left, float right)
        => BitConverter.SingleToUInt32Bits(left) == BitConverter.SingleToUInt32Bits(right);

    /// <summary>
    /// The relative error. If a result overflows, underflows or is NaN, it is 0 if that is as documented, otherwise infinite.
    /// </summary>
    private static double Error(double expected, float actual)
    {
        if (double.IsNaN(expected))
            return float.IsNaN(actual) ? 0 : double.PositiveInfinity;
        if (float.IsNaN(actual))
            return double.PositiveInfinity;

        // A result within its relative error of the largest number may or may not overflow.
        if (Math.Abs(expected) >= float.MaxValue * (1 - ExpError))
        {
            return float.IsInfinity(actual) || Math.Abs(actual) >= float.MaxValue * (1 - (2 * ExpError))
                ? (Math.Sign(actual) == Math.Sign(expected) ? 0 : double.PositiveInfinity)
                : double.PositiveInfinity;
        }

        // Below the smallest normal number a result may be flushed to zero.
        if (Math.Abs(expected) < SmallestNormal)
            return Math.Abs(actual) <= SmallestNormal && !(actual < 0) ? 0 : double.PositiveInfinity;
        return Math.Abs((actual - expected) / expected);
    }

    private static void Apply(string bits, Function function, float[] arguments, float[] results)
    {
        RequireWidth(bits);
        switch (bits)
        {
            case "128":
                Apply<Simd128Lane>(function, arguments, results);
                break;
            case "256":
                Apply<Simd256Lane>(function, arguments, results);
                break;
            default:
                Apply<Simd512Lane>(function, arguments, results);
                break;
        }
    }

    private static unsafe void Apply<TLane>(Function function, float[] arguments, float[] results)
        where TLane : struct, IFloatSimdLane<TLane>
    {
        float* last = stackalloc float[TLane.Count];
        fixed (float* source = arguments, destination = results)
        {
            int i = 0;
            for (; i + TLane.Count <= arguments.Length; i += TLane.Count)
                TLane.Store(Evaluate<TLane>(function, TLane.Load(source + i)), destination + i);
            for (int k = 0; k < TLane.Count; k++)
                last[k] = i + k < arguments.Length ? arguments[i + k] : 1f;
            TLane.Store(Evaluate<TLane>(function, TLane.Load(last)), last);
            for (int k = 0; i + k < arguments.Length; k++)
                results[i + k] = last[k];
        }
    }

    private static TLane Evaluate<TLane>(Function function, TLane x)
        where TLane : struct, IFloatSimdLane<TLane>
        => function switch
        {
            Function.Exp => TLane.Exp(x),
            Function.PowerOfTwo => TLane.PowerOfTwo(x),
            Function.Log => TLane.Log(x),
            Function.Sigmoid => LaneMath.Sigmoid(x),
            _ => LaneMath.ReciprocalSqrt(x),
        };
}
