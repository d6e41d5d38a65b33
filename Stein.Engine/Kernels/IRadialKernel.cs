using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The profile φ of a radial kernel <c>k(x, y) = φ(ρ)</c> and ratios of its derivatives at one squared distance in units of the
/// squared bandwidth, <c>ρ = ‖x − y‖²/h²</c>.
/// </summary>
/// <remarks>
/// A kernel that is positive definite in every dimension is completely monotone in ρ (Schoenberg, 1938): its
/// derivatives alternate in sign. Each derivative is stored as its ratio to the previous one with the sign removed. All four numbers
/// are therefore positive, and a formula evaluated from the highest derivative down, like a polynomial by Horner's rule, needs one
/// product for each.
/// </remarks>
public struct RadialProfile<T>
    where T : struct, ILane<T>
{
    /// <summary><c>φ(ρ)</c>.</summary>
    public T Value;

    /// <summary><c>−φ′(ρ)/φ(ρ)</c>.</summary>
    public T FirstRatio;

    /// <summary><c>−φ″(ρ)/φ′(ρ)</c>.</summary>
    public T SecondRatio;

    /// <summary><c>−φ‴(ρ)/φ″(ρ)</c>, needed only for gradients with respect to the points.</summary>
    public T ThirdRatio;
}

/// <summary>
/// A radial kernel, defined by its profile; all Stein discrepancies and gradients on all devices are derived from it. To add a kernel,
/// implement this interface by a struct and add a line to <see cref="RadialKernels"/>.
/// </summary>
public interface IRadialKernel
{
    /// <summary>The name on the command line.</summary>
    static abstract string Name { get; }

    /// <summary>
    /// The number of continuous derivatives of <c>k(x, y)</c> where x = y, <see cref="int.MaxValue"/> if it has all; elsewhere it must have
    /// all. What needs more is refused, see <see cref="KernelSmoothness"/>.
    /// </summary>
    static abstract int Derivatives { get; }

    /// <summary>
    /// Whether φ, −φ′, φ″ and −φ‴ are the same function, which is true only of the Gaussian and saves a matrix product.
    /// </summary>
    static abstract bool EqualsItsDerivatives { get; }

    /// <summary>
    /// The factor Λ of ρ in the argument of <see cref="Evaluate"/>: log₂e for a kernel computed by powers of two, so that the factor can
    /// be merged with the scale by which projections are multiplied anyway, and 1 for other kernels.
    /// </summary>
    static abstract double ArgumentScale { get; }

    /// <summary>
    /// The profile at ρ ≥ 0. Where a ratio is infinite at ρ = 0 it must be replaced by a large finite number whose product with ρ is 0, see
    /// <see cref="Matern52Kernel"/>.
    /// </summary>
    /// <param name="argument"><c>−Λρ</c>, see <see cref="ArgumentScale"/>.</param>
    static abstract RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>;

    /// <summary>
    /// <c>−φ⁗(ρ)/φ‴(ρ)</c> at ρ ≥ 0, needed only for the divergence of a curl-free estimate. It is not part of the profile, because with
    /// a fifth number the compiler would no longer hold the profile in registers.
    /// </summary>
    /// <param name="argument"><c>−Λρ</c>, see <see cref="ArgumentScale"/>.</param>
    static abstract T FourthRatio<T>(T argument)
        where T : struct, ILane<T>;

    /// <summary>
    /// <c>ratio·x</c> for a ratio of the profile; just x if <see cref="EqualsItsDerivatives"/>, since the ratios are then 1.
    /// </summary>
    static abstract T Weigh<T>(T ratio, T x)
        where T : struct, ILane<T>;
}

/// <summary>The profile as a function of ρ itself.</summary>
internal static class RadialKernel<TKernel>
    where TKernel : struct, IRadialKernel
{
    /// <summary>The profile at <paramref name="rho"/> ≥ 0 (in units of the squared bandwidth).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RadialProfile<T> At<T>(T rho)
        where T : struct, ILane<T> => TKernel.Evaluate(T.Constant(-TKernel.ArgumentScale) * rho);
}
