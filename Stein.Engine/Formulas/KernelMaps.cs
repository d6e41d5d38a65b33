using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>φ(a·b)</c>: a squared distance, b <c>1/h²</c>.</summary>
internal readonly struct KernelValue<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => RadialKernel<TKernel>.At(a * b).Value;
}

/// <summary><c>−φ′(a·b)</c>: a squared distance, b <c>1/h²</c>.</summary>
internal readonly struct KernelFirstDerivative<TKernel> : IElementMap
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
/// <c>tr ∇_x∇_y k = 2b(−Dφ′ − 2ρφ″)</c> at <c>ρ = a·b</c>: a is a squared distance, b <c>1/h²</c>, p the dimension D. The Laplacian of k in
/// either argument is this with the other sign.
/// </summary>
internal readonly struct KernelMixedTrace<TKernel> : IElementMap
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

/// <summary><c>φ″(a·b)</c>: a squared distance, b <c>1/h²</c>.</summary>
internal readonly struct KernelSecondDerivative<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        RadialProfile<T> profile = RadialKernel<TKernel>.At(a * b);
        return TKernel.Weigh(profile.FirstRatio, TKernel.Weigh(profile.SecondRatio, profile.Value));
    }
}

/// <summary>
/// <c>w(ρ) = (D + 2)φ″ + 2ρφ‴</c> at <c>ρ = a·b</c>, p being D: the gradient of the Laplacian of k is <c>4a²w</c> times the displacement.
/// </summary>
internal readonly struct KernelLaplacianGradient<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T rho = a * b;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(rho);
        T rest = p + T.Constant(2) - TKernel.Weigh(profile.ThirdRatio, rho + rho);
        return TKernel.Weigh(profile.FirstRatio, TKernel.Weigh(profile.SecondRatio, profile.Value * rest));
    }
}

/// <summary>
/// <c>Dw + 2ρw′ = φ″[D(D + 2) − 4(D + 2)ρr₃ + 4ρ²r₃r₄]</c> at <c>ρ = a·b</c>, p being D, w that of
/// <see cref="KernelLaplacianGradient{TKernel}"/> and r the ratios of derivatives: the Laplacian of the Laplacian of k is <c>4a²</c> times
/// this.
/// </summary>
internal readonly struct KernelBilaplacian<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T rho = a * b;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(rho);
        T fourthRatio = TKernel.FourthRatio(T.Constant(-TKernel.ArgumentScale) * rho);
        T wide = p + T.Constant(2);
        T inner = TKernel.Weigh(fourthRatio, rho) - wide;
        T rest = T.MultiplyAdd(p, wide, T.Constant(4) * rho * TKernel.Weigh(profile.ThirdRatio, inner));
        return TKernel.Weigh(profile.FirstRatio, TKernel.Weigh(profile.SecondRatio, profile.Value * rest));
    }
}
