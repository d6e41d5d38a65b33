using Stein.Engine.Lanes;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// A number in double precision with a running bound of the error that single-precision arithmetic may have made of it, in
/// units of the unit round-off u (Higham, "Accuracy and stability of numerical algorithms", 2nd edition, section 3.3).
/// Because formulas are generic over their lane, this bounds the rounding error of every one of them, for the very inputs of
/// a test: tiny bandwidths and cancellation widen the tolerance by as much as they must and no more.
/// </summary>
/// <remarks>
/// Every operation is taken to round once, fused ones twice (not all hardware fuses). To first order in u the bound is rigorous,
/// but for long sums (see <see cref="SumFactor"/>).
/// </remarks>
/// <param name="Value">The number, in double precision.</param>
/// <param name="Bound">The bound of its error over u.</param>
public readonly record struct RunningErrorLane(double Value, double Bound) : ILane<RunningErrorLane>
{
    /// <summary>The unit round-off of single precision.</summary>
    public const double SinglePrecision = 1.0 / (1 << 24);

    /// <summary>The smallest normal number over u: smaller results may be flushed to zero.</summary>
    private const double Underflow = 1.1754943508222875e-38 / SinglePrecision;

    /// <summary>
    /// A sum of n terms in any order is off by at most (n − 1)u times the sum of their magnitudes, and by a few √n u but with
    /// negligible probability (Higham and Mary, SIAM J. Sci. Comput. 41, 2019, theorem 2.4 with λ = 8: 1 − 10⁻¹³).
    /// </summary>
    public static double SumFactor(long terms) => Math.Min(Math.Max(terms - 1, 0), 8 * Math.Sqrt(terms));

    /// <summary>A number that has been rounded to single precision once, if it was not already a single-precision number.</summary>
    public static RunningErrorLane Stored(double value) => new(value, (float)value == value ? 0 : Math.Abs(value));

    public static RunningErrorLane Constant(double value) => Stored(value);

    public static RunningErrorLane operator +(RunningErrorLane left, RunningErrorLane right)
        => Rounded(left.Value + right.Value, left.Bound + right.Bound);

    public static RunningErrorLane operator -(RunningErrorLane left, RunningErrorLane right)
        => Rounded(left.Value - right.Value, left.Bound + right.Bound);

    public static RunningErrorLane operator *(RunningErrorLane left, RunningErrorLane right)
        => Rounded(left.Value * right.Value, ProductBound(left, right));

    public static RunningErrorLane operator /(RunningErrorLane left, RunningErrorLane right)
    {
        double value = left.Value / right.Value;
        return Rounded(value, (left.Bound + (Math.Abs(value) * right.Bound)) / Math.Abs(right.Value));
    }

    public static RunningErrorLane operator -(RunningErrorLane value) => value with { Value = -value.Value };

    public static RunningErrorLane MultiplyAdd(RunningErrorLane a, RunningErrorLane b, RunningErrorLane c) => (a * b) + c;

    public static RunningErrorLane NegatedMultiplyAdd(RunningErrorLane a, RunningErrorLane b, RunningErrorLane c) => c - (a * b);

    public static RunningErrorLane Abs(RunningErrorLane value) => value with { Value = Math.Abs(value.Value) };

    public static RunningErrorLane Sqrt(RunningErrorLane value)
    {
        double root = Math.Sqrt(value.Value);
        return Rounded(root, value.Bound == 0 ? 0 : value.Bound / (2 * root));
    }

    public static RunningErrorLane Min(RunningErrorLane left, RunningErrorLane right)
        => new(Math.Min(left.Value, right.Value), Math.Max(left.Bound, right.Bound));

    public static RunningErrorLane Max(RunningErrorLane left, RunningErrorLane right)
        => new(Math.Max(left.Value, right.Value), Math.Max(left.Bound, right.Bound));

    /// <summary>Exact, unless the argument is within its error of zero: then anything from −1 to 1.</summary>
    public static RunningErrorLane Sign(RunningErrorLane value)
        => new(Math.Sign(value.Value), Math.Abs(value.Value) > value.Bound * SinglePrecision || value.Bound == 0 ? 0 : 2 / SinglePrecision);

    /// <summary>
    /// 8 u for the function itself (6.5 u on SIMD lanes, 2 units in the last place for <c>ex2.approx</c>), and |x| u for the
    /// rounding of x·log₂e on devices that have only powers of two.
    /// </summary>
    public static RunningErrorLane Exp(RunningErrorLane value)
    {
        double power = Math.Exp(value.Value);
        return new(power, (power * (value.Bound + 8 + Math.Abs(value.Value))) + Underflow);
    }

    public static RunningErrorLane ExpOfNegated(RunningErrorLane value) => Exp(-value);

    /// <summary>8 u relative for the function itself, and 4 u absolute for <c>lg2.approx</c> near 1.</summary>
    public static RunningErrorLane Log(RunningErrorLane value)
    {
        double logarithm = Math.Log(value.Value);
        return new(logarithm, (value.Bound / Math.Abs(value.Value)) + (8 * Math.Abs(logarithm)) + 4);
    }

    /// <summary>The error that a product inherits, with its second-order part, which matters where a factor is zero.</summary>
    public static double ProductBound(RunningErrorLane left, RunningErrorLane right)
        => (Math.Abs(left.Value) * right.Bound) + (Math.Abs(right.Value) * left.Bound) + (left.Bound * right.Bound * SinglePrecision);

    private static RunningErrorLane Rounded(double value, double inherited) => new(value, inherited + Math.Abs(value));
}
