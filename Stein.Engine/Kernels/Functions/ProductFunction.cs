using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>
/// The product of two kernels, its derivatives by Leibniz's rule. A multiple of a kernel is its product with a
/// <see cref="ConstantFunction"/>, whose number is the weight.
/// </summary>
[SkipLocalsInit]
internal readonly struct ProductFunction<TFirst, TSecond> : IKernelFunction
    where TFirst : struct, IKernelFunction
    where TSecond : struct, IKernelFunction
{
    public static string Name => $"({TFirst.Name})·({TSecond.Name})";

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

    private static bool FirstRho
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.DependsOnRho;
    }

    private static bool FirstPi
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TFirst.DependsOnPi;
    }

    private static bool SecondRho
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSecond.DependsOnRho;
    }

    private static bool SecondPi
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => TSecond.DependsOnPi;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
        => Multiply(
            TFirst.Evaluate(rho, pi, numbers, offset),
            TSecond.Evaluate(rho, pi, numbers, offset + TFirst.Numbers));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        KernelJet<T> a = TFirst.Evaluate(rho, pi, numbers, offset, out ThirdDerivatives<T> thirdOfA);
        KernelJet<T> b = TSecond.Evaluate(rho, pi, numbers, offset + TFirst.Numbers, out ThirdDerivatives<T> thirdOfB);
        third = Multiply(a, thirdOfA, b, thirdOfB);
        return Multiply(a, b);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ThirdDerivatives<T> Multiply<T>(
        in KernelJet<T> a, in ThirdDerivatives<T> thirdOfA, in KernelJet<T> b, in ThirdDerivatives<T> thirdOfB)
        where T : struct, ILane<T>
        => new()
        {
            ByRhoRhoRho =
                Add(FirstRho, thirdOfA.ByRhoRhoRho, b.Value, Add(SecondRho, a.Value, thirdOfB.ByRhoRhoRho,
                Add(FirstRho && SecondRho, Thrice(a.ByRhoRho), b.ByRho, Add(FirstRho && SecondRho, Thrice(a.ByRho), b.ByRhoRho, default)))),
            ByRhoRhoPi =
                Add(FirstRho && FirstPi, thirdOfA.ByRhoRhoPi, b.Value, Add(SecondRho && SecondPi, a.Value, thirdOfB.ByRhoRhoPi,
                Add(FirstRho && SecondPi, a.ByRhoRho, b.ByPi, Add(FirstPi && SecondRho, a.ByPi, b.ByRhoRho,
                Add(FirstRho && FirstPi && SecondRho, a.ByRhoPi + a.ByRhoPi, b.ByRho,
                Add(FirstRho && SecondRho && SecondPi, a.ByRho + a.ByRho, b.ByRhoPi, default)))))),
            ByRhoPiPi =
                Add(FirstRho && FirstPi, thirdOfA.ByRhoPiPi, b.Value, Add(SecondRho && SecondPi, a.Value, thirdOfB.ByRhoPiPi,
                Add(FirstPi && SecondRho, a.ByPiPi, b.ByRho, Add(FirstRho && SecondPi, a.ByRho, b.ByPiPi,
                Add(FirstRho && FirstPi && SecondPi, a.ByRhoPi + a.ByRhoPi, b.ByPi,
                Add(FirstPi && SecondRho && SecondPi, a.ByPi + a.ByPi, b.ByRhoPi, default)))))),
            ByPiPiPi =
                Add(FirstPi, thirdOfA.ByPiPiPi, b.Value, Add(SecondPi, a.Value, thirdOfB.ByPiPiPi,
                Add(FirstPi && SecondPi, Thrice(a.ByPiPi), b.ByPi, Add(FirstPi && SecondPi, Thrice(a.ByPi), b.ByPiPi, default)))),
        };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static KernelJet<T> Multiply<T>(in KernelJet<T> a, in KernelJet<T> b)
        where T : struct, ILane<T>
        => new()
        {
            Value = a.Value * b.Value,
            ByRho = Add(FirstRho, a.ByRho, b.Value, Add(SecondRho, a.Value, b.ByRho, default)),
            ByPi = Add(FirstPi, a.ByPi, b.Value, Add(SecondPi, a.Value, b.ByPi, default)),
            ByRhoRho =
                Add(FirstRho, a.ByRhoRho, b.Value, Add(SecondRho, a.Value, b.ByRhoRho,
                Add(FirstRho && SecondRho, a.ByRho + a.ByRho, b.ByRho, default))),
            ByRhoPi =
                Add(FirstRho && FirstPi, a.ByRhoPi, b.Value, Add(SecondRho && SecondPi, a.Value, b.ByRhoPi,
                Add(FirstRho && SecondPi, a.ByRho, b.ByPi, Add(FirstPi && SecondRho, a.ByPi, b.ByRho, default)))),
            ByPiPi =
                Add(FirstPi, a.ByPiPi, b.Value, Add(SecondPi, a.Value, b.ByPiPi,
                Add(FirstPi && SecondPi, a.ByPi + a.ByPi, b.ByPi, default))),
        };

    /// <summary><c>a·b + sum</c>, or just the sum where the product is known to be 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Add<T>(bool exists, T a, T b, T sum)
        where T : struct, ILane<T> => exists ? T.MultiplyAdd(a, b, sum) : sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Thrice<T>(T value)
        where T : struct, ILane<T> => value + value + value;
}
