using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The inverse multiquadric kernel, <c>k(x, y) = (1 + ‖x − y‖²/h²)^−½</c>. Its slow decay makes the KSD control weak
/// convergence in every dimension (Gorham and Mackey, "Measuring sample quality with kernels", ICML 2017).
/// </summary>
public readonly struct InverseMultiquadricKernel : IRadialKernel
{
    public static string Name => "imq";

    public static bool EqualsItsDerivatives => false;

    /// <summary>With <c>b = 1 + ρ</c>: <c>b^−½</c>, <c>½ b^−3/2</c>, <c>¾ b^−5/2</c>, <c>15/8 b^−7/2</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T rho)
        where T : struct, ILane<T>
    {
        T value = LaneMath.ReciprocalSqrt(T.Constant(1) + rho);
        T inverseBase = value * value;
        T first = T.Constant(0.5) * inverseBase * value;
        T second = T.Constant(1.5) * inverseBase * first;
        return new() { Value = value, First = first, Second = second, Third = T.Constant(2.5) * inverseBase * second };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T w0, T w1, T x0, T x1)
        where T : struct, ILane<T> => T.MultiplyAdd(w0, x0, w1 * x1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T w0, T w1, T w2, T x0, T x1, T x2)
        where T : struct, ILane<T> => T.MultiplyAdd(w0, x0, T.MultiplyAdd(w1, x1, w2 * x2));
}
