using System.Runtime.CompilerServices;
using Stein.Engine.Kernels;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// <c>κ(u) = φ(u²/h²)</c>, the kernel of two numbers at a distance <c>u = a·b</c>, where c is <c>1/h²</c>; a may be the number of steps of
/// length b.
/// </summary>
internal readonly struct LineKernel<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T v = a * b * T.Sqrt(c);
        return RadialKernel<TKernel>.At(v * v).Value;
    }
}

/// <summary>With the ratios r of the profile and <c>v = u/h</c>: <c>κ′(u) = −2vφr₁/h</c>; see <see cref="LineKernel{TKernel}"/>.</summary>
internal readonly struct LineKernelFirstDerivative<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T root = T.Sqrt(c);
        T v = a * b * root;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(v * v);
        return T.Constant(-2) * root * v * TKernel.Weigh(profile.FirstRatio, profile.Value);
    }
}

/// <summary><c>κ″(u) = −2φr₁(1 − 2v²r₂)/h²</c>; see <see cref="LineKernelFirstDerivative{TKernel}"/>.</summary>
internal readonly struct LineKernelSecondDerivative<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T v = a * b * T.Sqrt(c);
        T square = v * v;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(square);
        T rest = T.Constant(1) - TKernel.Weigh(profile.SecondRatio, square + square);
        return T.Constant(-2) * c * rest * TKernel.Weigh(profile.FirstRatio, profile.Value);
    }
}

/// <summary><c>κ‴(u) = 4vφr₁r₂(3 − 2v²r₃)/h³</c>; see <see cref="LineKernelFirstDerivative{TKernel}"/>.</summary>
internal readonly struct LineKernelThirdDerivative<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T root = T.Sqrt(c);
        T v = a * b * root;
        T square = v * v;
        RadialProfile<T> profile = RadialKernel<TKernel>.At(square);
        T rest = T.Constant(3) - TKernel.Weigh(profile.ThirdRatio, square + square);
        T second = TKernel.Weigh(profile.SecondRatio, TKernel.Weigh(profile.FirstRatio, profile.Value));
        return T.Constant(4) * c * root * v * second * rest;
    }
}

/// <summary><c>κ⁗(u) = 4φr₁r₂(3 − 4v²r₃(3 − v²r₄))/h⁴</c>; see <see cref="LineKernelFirstDerivative{TKernel}"/>.</summary>
internal readonly struct LineKernelFourthDerivative<TKernel> : IElementMap
    where TKernel : struct, IRadialKernel
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Apply<T>(T a, T b, T c, T p, T q)
        where T : struct, ILane<T>
    {
        T v = a * b * T.Sqrt(c);
        T square = v * v, three = T.Constant(3);
        RadialProfile<T> profile = RadialKernel<TKernel>.At(square);
        T fourth = TKernel.FourthRatio(T.Constant(-TKernel.ArgumentScale) * square);
        T third = T.Constant(4) * TKernel.Weigh(profile.ThirdRatio, square) * (three - TKernel.Weigh(fourth, square));
        T second = TKernel.Weigh(profile.SecondRatio, TKernel.Weigh(profile.FirstRatio, profile.Value));
        return T.Constant(4) * c * c * second * (three - third);
    }
}
