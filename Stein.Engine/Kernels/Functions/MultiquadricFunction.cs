using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>
/// The inverse multiquadric <c>(1 + aρ)^−β</c> with any exponent β &gt; 0. Its numbers are <c>a = 1/h²</c> and β.
/// </summary>
[SkipLocalsInit]
internal readonly struct MultiquadricFunction : IKernelFunction
{
    public static string Name => "inverse multiquadric";

    public static int Numbers => 2;

    public static int Derivatives => int.MaxValue;

    public static bool DependsOnRho => true;

    public static bool DependsOnPi => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T> => Evaluate(rho, pi, numbers, offset, out ThirdDerivatives<T> _);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        T scale = numbers.Number(offset), exponent = numbers.Number(offset + 1), one = T.Constant(1);
        T sum = T.MultiplyAdd(scale, rho, one);
        T value = T.Exp(-exponent * T.Log(sum));
        T ratio = -scale / sum;
        T first = exponent * ratio * value;
        T second = (exponent + one) * ratio * first;
        third = new() { ByRhoRhoRho = (exponent + T.Constant(2)) * ratio * second };
        return new() { Value = value, ByRho = first, ByRhoRho = second };
    }
}
