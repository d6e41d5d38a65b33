using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>One step of Adam for one parameter (Kingma and Ba, ICLR 2015, algorithm 1, as PyTorch arranges it).</summary>
internal readonly struct AdamUpdate
{
    /// <summary>
    /// <c>m ← β₁m + (1−β₁)g</c>, <c>v ← β₂v + (1−β₂)g²</c>, <c>θ ← θ − step·m/(√v·correction + ε)</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<T>(
        ref T parameter, T gradient, ref T first, ref T second, T beta1, T beta2, T epsilon, T stepSize, T inverseRootCorrection)
        where T : struct, ILane<T>
    {
        first = T.MultiplyAdd(beta1, first - gradient, gradient);
        T square = gradient * gradient;
        second = T.MultiplyAdd(beta2, second - square, square);
        T root = T.MultiplyAdd(T.Sqrt(second), inverseRootCorrection, epsilon);
        parameter = T.NegatedMultiplyAdd(stepSize, first / root, parameter);
    }
}
