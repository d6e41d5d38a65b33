using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>The Gaussian kernel ("RBF"), <c>k(x, y) = exp(−‖x − y‖²/h²)</c>, without a factor ½.</summary>
public readonly struct GaussianKernel : IRadialKernel
{
    public static string Name => "rbf";

    public static int Derivatives => int.MaxValue;

    public static bool EqualsItsDerivatives => true;

    /// <summary>log₂e.</summary>
    public static double ArgumentScale => 1.4426950408889634;

    /// <summary><c>φ = −φ′ = φ″ = −φ‴ = e^−ρ = 2^−Λρ</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>
    {
        T one = T.Constant(1);
        return new() { Value = T.PowerOfTwo(argument), FirstRatio = one, SecondRatio = one, ThirdRatio = one };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FourthRatio<T>(T argument)
        where T : struct, ILane<T> => T.Constant(1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T> => x;
}
