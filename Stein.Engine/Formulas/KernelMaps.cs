using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary><c>φ(a·b)</c>, where a is a squared distance and b is <c>1/h²</c>.</summary>
internal readonly struct KernelValue<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T> => RadialKernel<TKernel>.At(a * b).Value;
}

/// <summary><c>−φ′(a·b)</c>, where a is a squared distance and b is <c>1/h²</c>.</summary>
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
/// <c>tr ∇_x∇_y k = 2b(−Dφ′ − 2ρφ″)</c> at <c>ρ = a·b</c>, where a is a squared distance, b is <c>1/h²</c> and p is the dimension D.
/// The Laplacian of k with respect to either argument is the negative of this.
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

/// <summary><c>φ″(a·b)</c>, where a is a squared distance and b is <c>1/h²</c>.</summary>
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
/// <c>w(ρ) = (D + 2)φ″ + 2ρφ‴</c> at <c>ρ = a·b</c>, where a is a squared distance, b is <c>1/h²</c> and p is the dimension D. The
/// gradient of the Laplacian of k is <c>4b²w</c> times the displacement.
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
/// <c>Dw + 2ρw′ = φ″[D(D + 2) − 4(D + 2)ρr₃ + 4ρ²r₃r₄]</c> at <c>ρ = a·b</c>, where a is a squared distance, b is <c>1/h²</c>, p is the
/// dimension D, w is defined in <see cref="KernelLaplacianGradient{TKernel}"/> and r are the ratios of derivatives. The Laplacian of
/// the Laplacian of k is <c>4b²</c> times this.
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
