using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The Laplace kernel, <c>k(x, y) = e^−t</c>, <c>t = ‖x − y‖/h</c>, the Matérn kernel of order ½; see <see cref="Matern"/>. It is not
/// differentiable where the points are equal: it serves for the maximum mean discrepancy, not for Stein discrepancies.
/// </summary>
public readonly struct LaplaceKernel : IRadialKernel
{
    public static string Name => "laplace";

    public static int Derivatives => 0;

    public static bool EqualsItsDerivatives => false;

    public static double ArgumentScale => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>
    {
        T length = Matern.Length(argument, 1), order = T.Constant(0.5);
        return new()
        {
            Value = Matern.Decay(length),
            FirstRatio = order * Matern.OneHalf(length),
            SecondRatio = order * Matern.MinusOneHalf(length),
            ThirdRatio = order * Matern.MinusThreeHalves(length),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FourthRatio<T>(T argument)
        where T : struct, ILane<T> => T.Constant(0.5) * Matern.MinusFiveHalves(Matern.Length(argument, 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T> => ratio * x;
}
