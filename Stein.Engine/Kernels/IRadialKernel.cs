using System.Runtime.CompilerServices;
using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The profile of a radial kernel at one squared distance ρ, in units of the squared bandwidth:
/// <c>k(x, y) = φ(ρ)</c>, <c>ρ = ‖x − y‖²/h²</c>.
/// </summary>
/// <remarks>
/// A kernel that is positive definite in every dimension is completely monotone in ρ (Schoenberg, 1938): its
/// derivatives alternate in sign. Each is kept as its ratio to the one before with the sign removed, so all four numbers
/// are positive, and a formula evaluated from the highest derivative down, as a polynomial is by Horner's rule, needs one
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

    /// <summary><c>−φ‴(ρ)/φ″(ρ)</c>, which only the gradient with respect to the points needs.</summary>
    public T ThirdRatio;
}

/// <summary>
/// A radial kernel: one profile, from which every Stein discrepancy, gradient and device follows. Adding a kernel is
/// one struct like this and its line in <see cref="RadialKernels"/>.
/// </summary>
public interface IRadialKernel
{
    /// <summary>The name on the command line.</summary>
    static abstract string Name { get; }

    /// <summary>
    /// Whether φ, −φ′, φ″ and −φ‴ are one and the same function, as for the Gaussian alone; it saves a matrix product.
    /// </summary>
    static abstract bool EqualsItsDerivatives { get; }

    /// <summary>
    /// Λ, what ρ is measured in by <see cref="Evaluate"/>: log₂e for a kernel made of powers of two, so that the factor goes into
    /// the scale that projections are multiplied by anyway; 1 for others.
    /// </summary>
    static abstract double ArgumentScale { get; }

    /// <summary>The profile at ρ ≥ 0.</summary>
    /// <param name="argument"><c>−Λρ</c>, see <see cref="ArgumentScale"/>.</param>
    static abstract RadialProfile<T> Evaluate<T>(T argument)
        where T : struct, ILane<T>;

    /// <summary>
    /// <c>−φ⁗(ρ)/φ‴(ρ)</c> at ρ ≥ 0, which only the divergence of a curl-free estimate needs. Not in the profile: a fifth number there
    /// would keep the compiler from holding it in registers.
    /// </summary>
    /// <param name="argument"><c>−Λρ</c>, see <see cref="ArgumentScale"/>.</param>
    static abstract T FourthRatio<T>(T argument)
        where T : struct, ILane<T>;

    /// <summary>
    /// <c>ratio·x</c> for a ratio of the profile; x where <see cref="EqualsItsDerivatives"/>, whose ratios are 1.
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
