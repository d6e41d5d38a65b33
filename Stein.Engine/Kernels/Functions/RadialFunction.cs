using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>A radial kernel <c>φ(aρ)</c>. Its number is <c>a = 1/h²</c>.</summary>
[SkipLocalsInit]
internal readonly struct RadialFunction<TKernel> : IKernelFunction
    where TKernel : struct, IRadialKernel
{
    public static string Name => TKernel.Name;

    public static int Numbers => 1;

    public static int Derivatives => TKernel.Derivatives;

    public static bool DependsOnRho => true;

    public static bool DependsOnPi => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        T scale = numbers.Number(offset);
        RadialProfile<T> profile = RadialKernel<TKernel>.At(scale * rho);
        return Jet(profile, -scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        T scale = numbers.Number(offset);
        RadialProfile<T> profile = RadialKernel<TKernel>.At(scale * rho);
        KernelJet<T> jet = Jet(profile, -scale);
        third = new() { ByRhoRhoRho = -scale * TKernel.Weigh(profile.ThirdRatio, jet.ByRhoRho) };
        return jet;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KernelJet<T> Jet<T>(in RadialProfile<T> profile, T negatedScale)
        where T : struct, ILane<T>
    {
        T first = negatedScale * TKernel.Weigh(profile.FirstRatio, profile.Value);
        return new()
        {
            Value = profile.Value,
            ByRho = first,
            ByRhoRho = negatedScale * TKernel.Weigh(profile.SecondRatio, first),
        };
    }
}
