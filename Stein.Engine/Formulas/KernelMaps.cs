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
