using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Tests.Guide;

/// <summary>The rational quadratic kernel, <c>k(x, y) = 1/(1 + ρ)</c> with <c>ρ = ‖x − y‖²/h²</c>.</summary>
internal readonly struct RationalKernel : IRadialKernel
{
    public static string Name => "rational";

    /// <summary>It is smooth everywhere.</summary>
    public static int Derivatives => int.MaxValue;

    public static bool EqualsItsDerivatives => false;

    public static double ArgumentScale => 1;

    /// <summary>
    /// With <c>b = 1/(1 + ρ)</c>: <c>φ = b</c>, <c>−φ′ = b²</c>, <c>φ″ = 2b³</c>, <c>−φ‴ = 6b⁴</c>, so that the ratios of one derivative
    /// to the previous are <c>b, 2b, 3b</c>.
    /// </summary>
    /// <param name="argument"><c>−ρ</c>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>
    {
        T b = T.Constant(1) / (T.Constant(1) - argument);
        return new() { Value = b, FirstRatio = b, SecondRatio = b + b, ThirdRatio = b + b + b };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T FourthRatio<T>(T argument)
        where T : struct, ILane<T> => T.Constant(4) / (T.Constant(1) - argument);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T> => ratio * x;
}
