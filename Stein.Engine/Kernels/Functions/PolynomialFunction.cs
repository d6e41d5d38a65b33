using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>A positive whole number as a type.</summary>
internal interface IDegree
{
    static abstract int Value { get; }
}

/// <summary>1.</summary>
[SkipLocalsInit]
internal readonly struct FirstDegree : IDegree
{
    public static int Value => 1;
}

/// <summary>2.</summary>
[SkipLocalsInit]
internal readonly struct SecondDegree : IDegree
{
    public static int Value => 2;
}

/// <summary>3.</summary>
[SkipLocalsInit]
internal readonly struct ThirdDegree : IDegree
{
    public static int Value => 3;
}

/// <summary>
/// The polynomial kernel <c>(c + aπ)^p</c>. Its numbers are <c>a = 1/h²</c> and <c>c ≥ 0</c>; the degree p is part of its type. The linear
/// kernel is the one with p = 1.
/// </summary>
[SkipLocalsInit]
internal readonly struct PolynomialFunction<TDegree> : IKernelFunction
    where TDegree : struct, IDegree
{
    public static string Name => TDegree.Value == 1 ? "linear" : "polynomial";

    public static int Numbers => 2;

    public static int Derivatives => int.MaxValue;

    public static bool DependsOnRho => false;

    public static bool DependsOnPi => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T> => Evaluate(rho, pi, numbers, offset, out ThirdDerivatives<T> _);

    /// <summary>From <c>1, b, b², …</c> on, each derivative of <c>b·bⁿ</c> by Leibniz's rule.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        T scale = numbers.Number(offset);
        T sum = T.MultiplyAdd(scale, pi, numbers.Number(offset + 1));
        T value = T.Constant(1), first = default, second = default, last = default;
        for (int i = 0; i < TDegree.Value; i++)
        {
            last = T.MultiplyAdd(last, sum, second + second + second);
            second = T.MultiplyAdd(second, sum, first + first);
            first = T.MultiplyAdd(first, sum, value);
            value *= sum;
        }

        T square = scale * scale;
        third = new() { ByPiPiPi = square * scale * last };
        return new() { Value = value, ByPi = scale * first, ByPiPi = square * second };
    }
}
