using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>The logistic function <c>σ(a)</c>.</summary>
internal readonly struct Sigmoid : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => LaneMath.Sigmoid(a);
}

/// <summary>
/// The derivative of Swish <c>a·σ(a)</c>, given <c>b = σ(a)</c>: <c>b(1 + a(1 − b))</c>
/// (Ramachandran, Zoph and Le, "Searching for activation functions", 2017).
/// </summary>
internal readonly struct SwishFirstDerivative : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => b * T.MultiplyAdd(a, T.Constant(1) - b, T.Constant(1));
}

/// <summary>The second derivative of Swish times c, given <c>b = σ(a)</c>: <c>c·b(1 − b)(2 + a(1 − 2b))</c>.</summary>
internal readonly struct SwishSecondDerivativeTimes : IElementMap
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T one = T.Constant(1);
        return c * b * (one - b) * T.MultiplyAdd(a, one - (b + b), T.Constant(2));
    }
}
