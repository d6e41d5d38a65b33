using Stein.Engine.Lanes;

namespace Stein.Engine.Tests.Testing;

/// <summary>
/// A truncated Taylor series <c>Σ cₙtⁿ</c>, n ≤ 4, in double precision. Because formulas are generic over their lane, evaluating one at
/// <see cref="Variable"/> gives its derivatives without difference quotients.
/// </summary>
/// <remarks>
/// The recurrences are those of Griewank and Walther, "Evaluating derivatives", 2nd edition, chapter 13. An operation that is not
/// differentiable at its argument (the sign of zero) is treated as constant there.
/// </remarks>
public readonly record struct TaylorLane : ILane<TaylorLane>
{
    private const int Length = 5;

    /// <summary>c₀ to c₄; null for the number 0, so that <c>default</c> is 0 as on every lane.</summary>
    private readonly double[]? coefficients;

    private TaylorLane(Func<int, double> coefficient)
        : this(new double[Length])
    {
        for (int n = 0; n < Length; n++)
            coefficients![n] = coefficient(n);
    }

    private TaylorLane(double[] coefficients) => this.coefficients = coefficients;

    /// <summary>The n-th coefficient, the n-th derivative over n!.</summary>
    public double this[int n] => coefficients?[n] ?? 0;

    /// <summary><c>value + t</c>.</summary>
    public static TaylorLane Variable(double value) => new(n => n == 0 ? value : n == 1 ? 1 : 0);

    /// <summary>The n-th derivative.</summary>
    public double Derivative(int n) => this[n] * Enumerable.Range(1, n).Aggregate(1, (product, factor) => product * factor);

    public static TaylorLane Constant(double value) => new(n => n == 0 ? value : 0);

    public static TaylorLane operator +(TaylorLane left, TaylorLane right) => new(n => left[n] + right[n]);

    public static TaylorLane operator -(TaylorLane left, TaylorLane right) => new(n => left[n] - right[n]);

    public static TaylorLane operator *(TaylorLane left, TaylorLane right) => new(n => Convolution(0, n, k => left[k] * right[n - k]));

    public static TaylorLane operator /(TaylorLane left, TaylorLane right)
        => Recurrence((n, earlier) => (left[n] - Convolution(1, n, k => right[k] * earlier[n - k])) / right[0]);

    public static TaylorLane operator -(TaylorLane value) => new(n => -value[n]);

    public static TaylorLane MultiplyAdd(TaylorLane a, TaylorLane b, TaylorLane c) => (a * b) + c;

    public static TaylorLane NegatedMultiplyAdd(TaylorLane a, TaylorLane b, TaylorLane c) => c - (a * b);

    public static TaylorLane Abs(TaylorLane value) => value[0] < 0 ? -value : value;

    public static TaylorLane Sqrt(TaylorLane value) => Recurrence((n, earlier) => n == 0
        ? Math.Sqrt(value[0])
        : (value[n] - Convolution(1, n - 1, k => earlier[k] * earlier[n - k])) / (2 * earlier[0]));

    public static TaylorLane Min(TaylorLane left, TaylorLane right) => left[0] < right[0] ? left : right;

    public static TaylorLane Max(TaylorLane left, TaylorLane right) => left[0] > right[0] ? left : right;

    public static TaylorLane Sign(TaylorLane value) => Constant(Math.Sign(value[0]));

    public static TaylorLane Exp(TaylorLane value) => Recurrence((n, earlier) => n == 0
        ? Math.Exp(value[0])
        : Convolution(1, n, k => k * value[k] * earlier[n - k]) / n);

    public static TaylorLane PowerOfTwo(TaylorLane value) => Exp(Constant(Math.Log(2)) * value);

    public static TaylorLane Log(TaylorLane value) => Recurrence((n, earlier) => n == 0
        ? Math.Log(value[0])
        : (value[n] - (Convolution(1, n - 1, k => k * earlier[k] * value[n - k]) / n)) / value[0]);

    /// <summary>The sum of the terms from <paramref name="first"/> to <paramref name="last"/>.</summary>
    private static double Convolution(int first, int last, Func<int, double> term)
    {
        double sum = 0;
        for (int k = first; k <= last; k++)
            sum += term(k);
        return sum;
    }

    /// <summary>Computes every coefficient from the previous ones.</summary>
    private static TaylorLane Recurrence(Func<int, double[], double> next)
    {
        var coefficients = new double[Length];
        for (int n = 0; n < Length; n++)
            coefficients[n] = next(n, coefficients);
        return new(coefficients);
    }
}
