using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The Matérn kernel of order 5/2, <c>k(x, y) = (1 + t + t²/3)e^−t</c>, <c>t = √5‖x − y‖/h</c>; see <see cref="Matern"/>.
/// </summary>
public readonly struct Matern52Kernel : IRadialKernel
{
    public static string Name => "matern52";

    public static int Derivatives => 4;

    public static bool EqualsItsDerivatives => false;

    public static double ArgumentScale => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>
    {
        T length = Matern.Length(argument, 5), order = T.Constant(2.5);
        return new()
        {
            Value = T.MultiplyAdd(T.MultiplyAdd(T.Constant(1.0 / 3), length, T.Constant(1)), length, T.Constant(1)) * Matern.Decay(length),
            FirstRatio = order * Matern.FiveHalves(length),
            SecondRatio = order * Matern.ThreeHalves(length),
            ThirdRatio = order * Matern.OneHalf(length),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FourthRatio<T>(T argument)
        where T : struct, ILane<T> => T.Constant(2.5) * Matern.MinusOneHalf(Matern.Length(argument, 5));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T> => ratio * x;
}
