using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>The same value for every pair: its number.</summary>
internal readonly struct ConstantFunction : IKernelFunction
{
    public static string Name => "constant";

    public static int Numbers => 1;

    public static int Derivatives => int.MaxValue;

    public static bool DependsOnRho => false;

    public static bool DependsOnPi => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T> => new() { Value = numbers.Number(offset) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        third = default;
        return Evaluate(rho, pi, numbers, offset);
    }
}
