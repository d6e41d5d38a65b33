using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The activations of graphs, in forms whose derivatives by <see cref="DualLane{T}"/> are finite for every finite argument, and those
/// that can be differentiated more than once.
/// </summary>
internal static class Activation
{
    /// <summary>e to the power of this is a float.</summary>
    private const double LargestExponent = 87;

    /// <summary>Activations that have derivatives of every order.</summary>
    public static IReadOnlyList<Type> Smooth { get; } =
        [typeof(Logistic), typeof(Swish), typeof(Tanh), typeof(Softplus), typeof(ExponentialLinear)];

    /// <summary>Activations whose second derivative is zero.</summary>
    public static IReadOnlyList<Type> PiecewiseLinear { get; } = [typeof(Rectifier), typeof(LeakyRectifier)];

    /// <summary>
    /// The maps whose derivatives belong to the kernels that are checked without a GPU: derivatives of the activations up to the third.
    /// Those of higher orders are translated when they are first used.
    /// </summary>
    public static IEnumerable<Type> Differentiated()
    {
        foreach (Type map in Smooth)
        {
            Type first = typeof(Derivative<>).MakeGenericType(map);
            yield return map;
            yield return first;
            yield return typeof(Derivative<>).MakeGenericType(first);
        }

        foreach (Type map in PiecewiseLinear)
            yield return map;
    }

    /// <summary>
    /// The logistic function, which is constant below −87. There its own derivative, unlike that of <see cref="LaneMath.Sigmoid"/>, is
    /// not the product of 0 and ∞; the value is 10⁻³⁸ instead of less.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Logistic<T>(T value)
        where T : struct, ILane<T> => LaneMath.Sigmoid(T.Max(T.Constant(-LargestExponent), value));

    /// <summary><c>log(1 + e^x)</c>, with an absolute error of one unit round-off where it is small.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T value)
        where T : struct, ILane<T>
    {
        T bound = T.Constant(LargestExponent);
        return T.Log(T.Constant(1) + T.Exp(T.Min(bound, value))) + T.Max(T.Constant(0), value - bound);
    }
}

/// <summary>The logistic function <c>1/(1 + e^−a)</c>, see <see cref="Activation.Logistic"/>.</summary>
internal readonly struct Logistic : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => Activation.Logistic(a);
}

/// <summary>Swish, <c>a/(1 + e^−a)</c> (Ramachandran, Zoph and Le, "Searching for activation functions", 2017).</summary>
internal readonly struct Swish : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => a * Activation.Logistic(a);
}

/// <summary><c>tanh a = 2/(1 + e^−2a) − 1</c>, with an absolute error of a few units of round-off.</summary>
internal readonly struct Tanh : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => Of(a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T value)
        where T : struct, ILane<T> => T.MultiplyAdd(T.Constant(2), Activation.Logistic(value + value), T.Constant(-1));
}

/// <summary><c>log(1 + e^a)</c>, see <see cref="Activation.Softplus"/>.</summary>
internal readonly struct Softplus : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => Activation.Softplus(a);
}

/// <summary>a if it is positive, else <c>p(e^a − 1)</c> (ELU: Clevert, Unterthiner and Hochreiter, ICLR 2016).</summary>
internal readonly struct ExponentialLinear : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T zero = T.Constant(0);
        return T.MultiplyAdd(p, T.Exp(T.Min(zero, a)) - T.Constant(1), T.Max(zero, a));
    }
}

/// <summary>The larger of a and 0 (ReLU).</summary>
internal readonly struct Rectifier : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => T.Max(T.Constant(0), a);
}

/// <summary>a if it is positive, else <c>p·a</c>.</summary>
internal readonly struct LeakyRectifier : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T zero = T.Constant(0);
        return T.MultiplyAdd(p, T.Min(zero, a), T.Max(zero, a));
    }
}
