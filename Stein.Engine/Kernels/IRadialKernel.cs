using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels;

/// <summary>
/// The profile of a radial kernel at one squared distance ρ, in units of the squared bandwidth:
/// <c>k(x, y) = φ(ρ)</c>, <c>ρ = ‖x − y‖²/h²</c>.
/// </summary>
/// <remarks>
/// A kernel that is positive definite in every dimension is completely monotone in ρ (Schoenberg, 1938): its
/// derivatives alternate in sign. They are kept with that sign removed, so all four are positive.
/// </remarks>
public struct RadialProfile<T>
    where T : struct, ILane<T>
{
    /// <summary><c>φ(ρ)</c>.</summary>
    public T Value;

    /// <summary><c>−φ′(ρ)</c>.</summary>
    public T First;

    /// <summary><c>φ″(ρ)</c>.</summary>
    public T Second;

    /// <summary><c>−φ‴(ρ)</c>, which only the gradient with respect to the points needs.</summary>
    public T Third;
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

    /// <summary>The profile at ρ ≥ 0 (in units of the squared bandwidth).</summary>
    static abstract RadialProfile<T> Evaluate<T>(T rho)
        where T : struct, ILane<T>;

    /// <summary>
    /// <c>w₀x₀ + w₁x₁</c> for two neighbours w of the profile; one product where
    /// <see cref="EqualsItsDerivatives"/>.
    /// </summary>
    static abstract T Combine<T>(T w0, T w1, T x0, T x1)
        where T : struct, ILane<T>;

    /// <summary><c>w₀x₀ + w₁x₁ + w₂x₂</c> for three neighbours w of the profile.</summary>
    static abstract T Combine<T>(T w0, T w1, T w2, T x0, T x1, T x2)
        where T : struct, ILane<T>;
}
