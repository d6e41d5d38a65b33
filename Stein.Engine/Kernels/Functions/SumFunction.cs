using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>The sum of two kernels, of different bandwidths or different kinds.</summary>
[SkipLocalsInit]
internal readonly struct SumFunction<TFirst, TSecond> : IKernelFunction
    where TFirst : struct, IKernelFunction
    where TSecond : struct, IKernelFunction
{
    public static string Name => $"{TFirst.Name} + {TSecond.Name}";

    public static int Numbers => TFirst.Numbers + TSecond.Numbers;

    public static int Derivatives => Math.Min(TFirst.Derivatives, TSecond.Derivatives);

    public static bool DependsOnRho
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.DependsOnRho || TSecond.DependsOnRho;
    }

    public static bool DependsOnPi
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.DependsOnPi || TSecond.DependsOnPi;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
        => Add(
            TFirst.Evaluate(rho, pi, numbers, offset),
            TSecond.Evaluate(rho, pi, numbers, offset + TFirst.Numbers));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        KernelJet<T> first = TFirst.Evaluate(rho, pi, numbers, offset, out ThirdDerivatives<T> a);
        KernelJet<T> second = TSecond.Evaluate(rho, pi, numbers, offset + TFirst.Numbers, out ThirdDerivatives<T> b);
        third = default;
        if (DependsOnRho)
            third.ByRhoRhoRho = a.ByRhoRhoRho + b.ByRhoRhoRho;
        if (DependsOnPi)
            third.ByPiPiPi = a.ByPiPiPi + b.ByPiPiPi;
        if (DependsOnRho && DependsOnPi)
        {
            third.ByRhoRhoPi = a.ByRhoRhoPi + b.ByRhoRhoPi;
            third.ByRhoPiPi = a.ByRhoPiPi + b.ByRhoPiPi;
        }

        return Add(first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KernelJet<T> Add<T>(in KernelJet<T> a, in KernelJet<T> b)
        where T : struct, ILane<T>
    {
        KernelJet<T> sum = new() { Value = a.Value + b.Value };
        if (DependsOnRho)
        {
            sum.ByRho = a.ByRho + b.ByRho;
            sum.ByRhoRho = a.ByRhoRho + b.ByRhoRho;
        }

        if (DependsOnPi)
        {
            sum.ByPi = a.ByPi + b.ByPi;
            sum.ByPiPi = a.ByPiPi + b.ByPiPi;
        }

        if (DependsOnRho && DependsOnPi)
            sum.ByRhoPi = a.ByRhoPi + b.ByRhoPi;
        return sum;
    }
}
