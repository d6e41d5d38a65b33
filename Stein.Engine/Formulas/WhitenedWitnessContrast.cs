using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The contrast <c>F = ψβ + β′</c> of <see cref="IndependentComponents.SteinContrast"/> with ε = 8 and h = 10/√2 in closed form:
/// <c>β(t) = t e^(−t²/h²) Σ_k b_k t^2k</c>.
/// </summary>
/// <remarks>
/// With <c>k(t − z) = e^(−t²/h²) e^(−z²/h²) e^(2tz/h²)</c> and the power series of the last factor,
/// <c>β(t) = 2 E_q[(ψ(z) + z) k(t − z)]</c>, q = N(0, 1), has
/// <c>b_k = 2 (2/h²)^(2k+1)/(2k+1)! · E_q[(ψ(z) + z) z^(2k+1) e^(−z²/h²)]</c>. Eight terms leave F, F′ and F″ within 2·10⁻¹⁰ of their
/// largest values for |t| ≤ 20, where F is 2·10⁻³ of its own.
/// </remarks>
internal readonly struct WhitenedWitnessContrast : IContrast
{
    /// <summary>ψ(z) = −c tanh(rz), r = c/ε, with the variance 1: c.</summary>
    private const double Slope0 = 3.0136911891545375;

    /// <summary>r.</summary>
    private const double Rate = 0.3767113986443172;

    /// <summary>1/h².</summary>
    private const double A = 0.02;

    /// <summary>From here on the polynomial stays the same, and only the exponential goes on falling.</summary>
    private const double MaxSquare = 400;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (T Value, T Slope, T Curvature) At<T>(T z, T parameter)
        where T : struct, ILane<T>
    {
        T t = T.Abs(z), square = t * t;
        T u = T.Min(square, T.Constant(MaxSquare)), decay = T.Exp(T.Constant(-A) * square), tanh = Tanh.Of(T.Constant(Rate) * t);
        Polynomial<T> b = Witness(u);
        T first = FirstFactor(b, u), second = SecondFactor(b, u);
        T score = T.Constant(Slope0) * tanh;
        T scoreSlope = T.MultiplyAdd(T.Constant(Slope0 * Rate) * tanh, tanh, T.Constant(-Slope0 * Rate));
        T scoreCurvature = T.Constant(-2 * Rate) * tanh * scoreSlope;
        T odd = T.MultiplyAdd(scoreCurvature, b.Value, T.Constant(-Slope0) * tanh * second);
        T even = T.MultiplyAdd(T.Constant(2) * scoreSlope, first, ThirdFactor(b, u, second));
        return (
            decay * T.NegatedMultiplyAdd(score, t * b.Value, first),
            T.Sign(z) * decay * T.NegatedMultiplyAdd(score, first, t * T.MultiplyAdd(scoreSlope, b.Value, second)),
            decay * T.MultiplyAdd(t, odd, even));
    }

    /// <summary>β′ over the exponential: B + 2u(B′ − B/h²), B the series in u = t², its primes derivatives by u.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T FirstFactor<T>(Polynomial<T> b, T u)
        where T : struct, ILane<T>
        => T.MultiplyAdd(T.Constant(2) * u, T.NegatedMultiplyAdd(T.Constant(A), b.Value, b.First), b.Value);

    /// <summary>β″ over t and the exponential: 6B′ + 4uB″ − (6B + 8uB′)/h² + 4uB/h⁴.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T SecondFactor<T>(Polynomial<T> b, T u)
        where T : struct, ILane<T>
    {
        T constant = T.Constant(6) * T.NegatedMultiplyAdd(T.Constant(A), b.Value, b.First);
        T linear = T.MultiplyAdd(
            T.Constant(4 * A * A), b.Value, T.NegatedMultiplyAdd(T.Constant(8 * A), b.First, T.Constant(4) * b.Second));
        return T.MultiplyAdd(u, linear, constant);
    }

    /// <summary>β‴ over the exponential: C + 2u(C′ − C/h²), where C is <see cref="SecondFactor"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ThirdFactor<T>(Polynomial<T> b, T u, T second)
        where T : struct, ILane<T>
    {
        T constant = T.MultiplyAdd(
            T.Constant(4 * A * A), b.Value, T.NegatedMultiplyAdd(T.Constant(14 * A), b.First, T.Constant(10) * b.Second));
        T linear = T.MultiplyAdd(
            T.Constant(4 * A * A), b.First, T.NegatedMultiplyAdd(T.Constant(8 * A), b.Second, T.Constant(4) * b.Third));
        T slope = T.MultiplyAdd(u, linear, constant);
        return T.MultiplyAdd(T.Constant(2) * u, T.NegatedMultiplyAdd(T.Constant(A), second, slope), second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Polynomial<T> Witness<T>(T u)
        where T : struct, ILane<T>
        => Polynomial<T>.Constant(7.381039293558465e-28)
            .Next(u, 6.054771472009531e-24)
            .Next(u, 4.145035477383739e-20)
            .Next(u, 2.2714073227218204e-16)
            .Next(u, 9.317086347114547e-13)
            .Next(u, 2.5214192236206597e-09)
            .Next(u, 3.2197227723803765e-06)
            .Next(u, -0.0008667744063378317);
}

/// <summary>A polynomial and its first three derivatives, by Horner's scheme; those that are not used cost nothing.</summary>
internal readonly struct Polynomial<T>(T value, T first, T second, T third)
    where T : struct, ILane<T>
{
    public T Value => value;

    public T First => first;

    public T Second => second;

    public T Third => third;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Polynomial<T> Constant(double value) => new(T.Constant(value), T.Constant(0), T.Constant(0), T.Constant(0));

    /// <summary>Times u, plus a coefficient.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Polynomial<T> Next(T u, double coefficient) => new(
        T.MultiplyAdd(Value, u, T.Constant(coefficient)),
        T.MultiplyAdd(First, u, Value),
        T.MultiplyAdd(Second, u, First + First),
        T.MultiplyAdd(Third, u, T.Constant(3) * Second));
}
