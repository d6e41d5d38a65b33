using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>φ(a·b)</c>: a squared distance, b <c>1/h²</c>.</summary>
public readonly struct KernelValue<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => RadialKernel<TKernel>.At(a * b).Value;
}

/// <summary><c>−φ′(a·b)</c>: a squared distance, b <c>1/h²</c>.</summary>
public readonly struct KernelFirstDerivative<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        RadialProfile<T> profile = RadialKernel<TKernel>.At(a * b);
        return TKernel.Weigh(profile.FirstRatio, profile.Value);
    }
}

/// <summary>
/// <c>tr ∇_x∇_y k = 2b(−Dφ′ − 2ρφ″)</c> at <c>ρ = a·b</c>: a is a squared distance, b <c>1/h²</c>, p the dimension D. Less the Laplacian of k
/// in either argument.
/// </summary>
public readonly struct KernelMixedTrace<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T rho = a * b;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(rho);
        T rest = p - TKernel.Weigh(profile.SecondRatio, rho + rho);
        return (b + b) * profile.Value * TKernel.Weigh(profile.FirstRatio, rest);
    }
}
