using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Stein.Engine.Lanes;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// A number in double precision with the error that it would have in single-precision arithmetic, in units of the unit round-off
/// u: a bound of the error and eight samples of it. Because formulas are generic over their lane, this gives each formula its
/// tolerance for the specific inputs of a test; tiny bandwidths and cancellation widen it as much as necessary.
/// </summary>
/// <remarks>
/// <para>
/// The bound adds up magnitudes (Higham, "Accuracy and stability of numerical algorithms", 2nd edition, section 3.3). To first order it
/// is rigorous except for long sums (see <see cref="SumFactor"/>). After many stages it is far too large, since errors never cancel
/// in it.
/// </para>
/// <para>
/// The samples are errors with their signs, each operation rounding by a random amount in ±u (Monte Carlo arithmetic: Parker, Pierce
/// and Eggert, Computing in Science and Engineering 2(4), 2000), so that errors cancel as they do on a device.
/// </para>
/// <para>Every operation is assumed to round once, and fused ones twice, since not all hardware fuses.</para>
/// </remarks>
/// <param name="Value">The number, in double precision.</param>
/// <param name="Bound">The bound of its error, divided by u.</param>
/// <param name="Samples">Samples of its error, divided by u.</param>
public readonly record struct RunningErrorLane(double Value, double Bound, Vector512<double> Samples) : ILane<RunningErrorLane>
{
    /// <summary>The unit round-off of single precision.</summary>
    public const double SinglePrecision = 1.0 / (1 << 24);

    /// <summary>The smallest normal number divided by u; smaller results may be flushed to zero.</summary>
    private const double Underflow = 1.1754943508222875e-38 / SinglePrecision;

    private static readonly Vector512<ulong> Start = Vector512.Create(
        0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93,
        0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3);

    /// <summary>
    /// Systematic errors of a function, such as those of its coefficients, do not cancel and therefore have one sign per sample.
    /// </summary>
    private static readonly Vector512<double> Systematic = Vector512.Create(1.0, -1, 1, -1, 1, -1, 1, -1);

    [ThreadStatic]
    private static Vector512<ulong> RandomState;

    /// <summary>
    /// A sum of n terms in any order is off by at most (n − 1)u times the sum of their magnitudes, and by more than 8 √n u with
    /// negligible probability only (Higham and Mary, SIAM J. Sci. Comput. 41, 2019, theorem 2.4 with λ = 8: 10⁻¹³).
    /// </summary>
    public static double SumFactor(long terms) => Math.Min(Math.Max(terms - 1, 0), 8 * Math.Sqrt(terms));

    /// <summary>Restarts the random numbers of this thread, so that a computation always gets the same samples.</summary>
    public static void Restart() => RandomState = Start;

    /// <summary>A number without error.</summary>
    public static RunningErrorLane Exact(double value) => new(value, 0, default);

    /// <summary>A number rounded to single precision once, unless it already is a single-precision number.</summary>
    public static RunningErrorLane Stored(double value) => (float)value == value ? Exact(value) : Exact(value).Rounded();

    public static RunningErrorLane Constant(double value) => Stored(value);

    public static RunningErrorLane operator +(RunningErrorLane left, RunningErrorLane right)
        => new RunningErrorLane(left.Value + right.Value, left.Bound + right.Bound, left.Samples + right.Samples).Rounded();

    public static RunningErrorLane operator -(RunningErrorLane left, RunningErrorLane right) => left + -right;

    public static RunningErrorLane operator *(RunningErrorLane left, RunningErrorLane right) => ExactProduct(left, right).Rounded();

    public static RunningErrorLane operator /(RunningErrorLane left, RunningErrorLane right)
    {
        double value = left.Value / right.Value;
        return new RunningErrorLane(
            value,
            (left.Bound + (Math.Abs(value) * right.Bound)) / Math.Abs(right.Value),
            (left.Samples - (value * right.Samples)) / right.Value).Rounded();
    }

    public static RunningErrorLane operator -(RunningErrorLane value) => new(-value.Value, value.Bound, -value.Samples);

    public static RunningErrorLane MultiplyAdd(RunningErrorLane a, RunningErrorLane b, RunningErrorLane c) => (a * b) + c;

    public static RunningErrorLane NegatedMultiplyAdd(RunningErrorLane a, RunningErrorLane b, RunningErrorLane c) => c - (a * b);

    public static RunningErrorLane Abs(RunningErrorLane value) => value.Value < 0 ? -value : value;

    public static RunningErrorLane Sqrt(RunningErrorLane value)
    {
        double root = Math.Sqrt(value.Value);
        return value.Bound == 0
            ? Exact(root).Rounded()
            : new RunningErrorLane(root, value.Bound / (2 * root), value.Samples / (2 * root)).Rounded();
    }

    public static RunningErrorLane Min(RunningErrorLane left, RunningErrorLane right)
        => (left.Value < right.Value ? left : right) with { Bound = Math.Max(left.Bound, right.Bound) };

    public static RunningErrorLane Max(RunningErrorLane left, RunningErrorLane right) => -Min(-left, -right);

    /// <summary>Exact unless zero is within the error of the argument; then the result may be anything from −1 to 1.</summary>
    public static RunningErrorLane Sign(RunningErrorLane value)
        => Math.Abs(value.Value) > value.Bound * SinglePrecision || value.Bound == 0
            ? Exact(Math.Sign(value.Value))
            : new(Math.Sign(value.Value), 2 / SinglePrecision, Vector512.Create(2 / SinglePrecision));

    /// <summary>
    /// The error is 8 u for the function itself (6.5 u on SIMD lanes, 2 units in the last place for <c>ex2.approx</c>), and |x| u for the
    /// rounding of x·log₂e on devices that have only powers of two.
    /// </summary>
    public static RunningErrorLane Exp(RunningErrorLane value)
    {
        double power = Math.Exp(value.Value);
        double own = 8 + Math.Abs(value.Value);
        return new(
            power,
            (power * (value.Bound + own)) + Underflow,
            (power * (value.Samples + (own * Systematic))) + (Underflow * Systematic));
    }

    /// <summary>The error is 8 u (2.5 u on SIMD lanes, 2 units in the last place for <c>ex2.approx</c>).</summary>
    public static RunningErrorLane PowerOfTwo(RunningErrorLane value)
    {
        const double LogarithmOfTwo = 0.6931471805599453;
        double power = double.Exp2(value.Value);
        return new(
            power,
            (power * ((LogarithmOfTwo * value.Bound) + 8)) + Underflow,
            (power * ((LogarithmOfTwo * value.Samples) + (8 * Systematic))) + (Underflow * Systematic));
    }

    /// <summary>The error is 8 u relative for the function itself, and 4 u absolute for <c>lg2.approx</c> near 1.</summary>
    public static RunningErrorLane Log(RunningErrorLane value)
    {
        double logarithm = Math.Log(value.Value);
        double own = (8 * Math.Abs(logarithm)) + 4;
        return new(logarithm, (value.Bound / Math.Abs(value.Value)) + own, (value.Samples / value.Value) + (own * Systematic));
    }

    /// <summary>A product before rounding, with the second-order error, which matters if a factor is zero.</summary>
    public static RunningErrorLane ExactProduct(RunningErrorLane left, RunningErrorLane right) => new(
        left.Value * right.Value,
        (Math.Abs(left.Value) * right.Bound) + (Math.Abs(right.Value) * left.Bound) + (left.Bound * right.Bound * SinglePrecision),
        (left.Value * right.Samples) + (right.Value * left.Samples) + (left.Samples * right.Samples * SinglePrecision));

    /// <summary>The same number after the rounding of a sum of terms with these magnitudes.</summary>
    public RunningErrorLane Summed(long terms, double magnitude) => new(
        Value,
        Bound + (SumFactor(terms) * magnitude),
        Samples + (Math.Min(Math.Max(terms - 1, 0), Math.Sqrt(terms)) * magnitude * Random()));

    private RunningErrorLane Rounded() => new(Value, Bound + Math.Abs(Value), Samples + (Value * Random()));

    /// <summary>Eight numbers uniform on [−1, 1) (Marsaglia's xorshift).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Random()
    {
        Vector512<ulong> state = RandomState;
        state ^= state << 13;
        state ^= state >>> 7;
        state ^= state << 17;
        RandomState = state;
        return (2 * ((state >>> 12) | Vector512.Create(0x3FF0000000000000UL)).AsDouble()) - Vector512.Create(3.0);
    }
}
