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

    public static int Derivatives => int.MaxValue;

    public static bool EqualsItsDerivatives => false;

    public static double ArgumentScale => 1;

    /// <summary>With <c>b = 1 + ρ</c>: <c>b^−½</c>, and the ratios <c>½/b</c>, <c>(3/2)/b</c>, <c>(5/2)/b</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>
    {
        T value = LaneMath.ReciprocalSqrt(T.Constant(1) - argument);
        T inverseBase = value * value;
        return new()
        {
            Value = value,
            FirstRatio = T.Constant(0.5) * inverseBase,
            SecondRatio = T.Constant(1.5) * inverseBase,
            ThirdRatio = T.Constant(2.5) * inverseBase,
        };
    }

    /// <summary><c>(7/2)/(1 + ρ)</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FourthRatio<T>(T argument)
        where T : struct, ILane<T> => T.Constant(3.5) / (T.Constant(1) - argument);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T> => ratio * x;
}
