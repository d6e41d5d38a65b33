using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>The Gaussian kernel ("RBF"), <c>k(x, y) = exp(−‖x − y‖²/h²)</c>; no factor ½.</summary>
public readonly struct GaussianKernel : IRadialKernel
{
    public static string Name => "rbf";

    public static bool EqualsItsDerivatives => true;

    /// <summary><c>φ = −φ′ = φ″ = −φ‴ = e^−ρ</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> Evaluate<T>(T rho)
        where T : struct, ILane<T>
    {
        T value = T.ExpOfNegated(rho);
        return new() { Value = value, First = value, Second = value, Third = value };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T w0, T w1, T x0, T x1)
        where T : struct, ILane<T> => w0 * (x0 + x1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Combine<T>(T w0, T w1, T w2, T x0, T x1, T x2)
        where T : struct, ILane<T> => w0 * (x0 + x1 + x2);
}
