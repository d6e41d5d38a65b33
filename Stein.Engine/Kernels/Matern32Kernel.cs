using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The Matérn kernel of order 3/2, <c>k(x, y) = (1 + t)e^−t</c>, <c>t = √3‖x − y‖/h</c>; see <see cref="Matern"/>. It has a Stein kernel,
/// but the Stein kernel has no gradient by the points where they are equal.
/// </summary>
public readonly struct Matern32Kernel : IRadialKernel
{
    public static string Name => "matern32";

    public static int Derivatives => 2;

    public static bool EqualsItsDerivatives => false;

    public static double ArgumentScale => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>
    {
        T length = Matern.Length(argument, 3), order = T.Constant(1.5);
        return new()
        {
            Value = (T.Constant(1) + length) * Matern.Decay(length),
            FirstRatio = order * Matern.ThreeHalves(length),
            SecondRatio = order * Matern.OneHalf(length),
            ThirdRatio = order * Matern.MinusOneHalf(length),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FourthRatio<T>(T argument)
        where T : struct, ILane<T> => T.Constant(1.5) * Matern.MinusThreeHalves(Matern.Length(argument, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T> => ratio * x;
}
