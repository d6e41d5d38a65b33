using System.Runtime.CompilerServices;
using Stein.Engine.Kernels.Functions;
using Stein.Engine.Lanes;

namespace Stein.Engine.Formulas;

/// <summary>
/// The sums over coordinates from which the Stein kernel of a <see cref="IKernelFunction"/> follows, or the slopes of the Stein kernel by
/// these sums. The kernel depends on the points through <c>z = Lᵀx</c>; <c>w = Lz = Px</c> with <c>P = LLᵀ</c>, the identity if there is
/// no preconditioner. A prime marks the second point.
/// </summary>
internal struct KernelSums<T>
    where T : struct, ILane<T>
{
    /// <summary><c>ρ = ‖z − z′‖²</c>.</summary>
    public T SquaredDistance;

    /// <summary><c>π = z·z′</c>.</summary>
    public T Product;

    /// <summary><c>q = ‖w − w′‖²</c>, the same as ρ without a preconditioner.</summary>
    public T SquaredStretch;

    /// <summary><c>m = w·w′</c>, the same as π without a preconditioner.</summary>
    public T StretchedProduct;

    /// <summary><c>α = s·s′</c>.</summary>
    public T ScoreProduct;

    /// <summary><c>β = (s − s′)·(w − w′)</c>.</summary>
    public T ScoreDisplacement;

    /// <summary><c>γ = s·w + s′·w′</c>.</summary>
    public T ScoreAlong;
}

/// <summary>
/// The Stein kernel of a kernel <c>k(x, y) = K(ρ, π)</c> of two invariants (Liu, Lee and Jordan, "A kernelized Stein discrepancy for
/// goodness-of-fit tests", ICML 2016, theorem 3.6), with or without a preconditioner.
/// </summary>
/// <remarks>
/// <para>
/// With the sums of <see cref="KernelSums{T}"/>, <c>d = x − x′</c> and <c>τ = tr P</c> (D without a preconditioner):
/// <c>∇_x k = 2K_ρ Pd + K_π Px′</c>, <c>∇_x′ k = −2K_ρ Pd + K_π Px</c>,
/// <c>tr ∇_x∇_x′ k = −2τK_ρ − 4qK_ρρ + 2qK_ρπ + τK_π + mK_ππ</c>, since <c>Pd·Px − Pd·Px′ = q</c>. Therefore
/// </para>
/// <para><c>u = Kα − 2K_ρ(β + τ) − 4qK_ρρ + K_π(γ + τ) + 2qK_ρπ + mK_ππ</c>.</para>
/// <para>
/// Where derivatives by ρ are infinite (see <see cref="Kernels.Matern52Kernel"/>) q is 0 too, and the product is 0.
/// </para>
/// </remarks>
[SkipLocalsInit]
internal static class KernelFunctionStein<TKernel>
    where TKernel : struct, IKernelFunction
{
    /// <summary>u.</summary>
    /// <param name="sums">The sums of the pair; those with π, m and γ are not read unless the kernel depends on π.</param>
    /// <param name="trace">τ.</param>
    /// <param name="numbers">The numbers of the kernel, from <paramref name="offset"/> on.</param>
    /// <param name="offset">The index of the kernel's first number.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Value<T, TNumbers>(in KernelSums<T> sums, T trace, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
        => Value(TKernel.Evaluate(sums.SquaredDistance, sums.Product, numbers, offset), sums, trace);

    /// <summary>The derivative of u by each sum, the others constant.</summary>
    /// <param name="sums">The sums of the pair.</param>
    /// <param name="trace">τ.</param>
    /// <param name="numbers">The numbers of the kernel, from <paramref name="offset"/> on.</param>
    /// <param name="offset">The index of the kernel's first number.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static KernelSums<T> Slopes<T, TNumbers>(in KernelSums<T> sums, T trace, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>
    {
        KernelJet<T> k = TKernel.Evaluate(sums.SquaredDistance, sums.Product, numbers, offset, out ThirdDerivatives<T> third);
        KernelSums<T> slopes = new() { ScoreProduct = k.Value };
        if (TKernel.DependsOnRho)
        {
            KernelJet<T> byRho = new()
            {
                Value = k.ByRho,
                ByRho = k.ByRhoRho,
                ByPi = k.ByRhoPi,
                ByRhoRho = third.ByRhoRhoRho,
                ByRhoPi = third.ByRhoRhoPi,
                ByPiPi = third.ByRhoPiPi,
            };
            slopes.SquaredDistance = Value(byRho, sums, trace);
            slopes.SquaredStretch = T.Constant(-4) * k.ByRhoRho;
            slopes.ScoreDisplacement = T.Constant(-2) * k.ByRho;
        }

        if (TKernel.DependsOnPi)
        {
            KernelJet<T> byPi = new()
            {
                Value = k.ByPi,
                ByRho = k.ByRhoPi,
                ByPi = k.ByPiPi,
                ByRhoRho = third.ByRhoRhoPi,
                ByRhoPi = third.ByRhoPiPi,
                ByPiPi = third.ByPiPiPi,
            };
            slopes.Product = Value(byPi, sums, trace);
            slopes.StretchedProduct = k.ByPiPi;
            slopes.ScoreAlong = k.ByPi;
        }

        if (TKernel.DependsOnRho && TKernel.DependsOnPi)
            slopes.SquaredStretch = T.MultiplyAdd(T.Constant(2), k.ByRhoPi, slopes.SquaredStretch);
        return slopes;
    }

    /// <summary>
    /// u of the values and derivatives of a kernel. It is linear in them, so that the derivative of u by ρ or π, the other sums constant,
    /// is the same of <c>K_ρ</c> or <c>K_π</c>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Value<T>(in KernelJet<T> k, in KernelSums<T> sums, T trace)
        where T : struct, ILane<T>
    {
        T u = k.Value * sums.ScoreProduct;
        if (TKernel.DependsOnRho)
        {
            T twice = sums.SquaredStretch + sums.SquaredStretch;
            T rest = T.MultiplyAdd(k.ByRho, sums.ScoreDisplacement + trace, twice * k.ByRhoRho);
            u = T.NegatedMultiplyAdd(T.Constant(2), rest, u);
            if (TKernel.DependsOnPi)
                u = T.MultiplyAdd(twice, k.ByRhoPi, u);
        }

        if (TKernel.DependsOnPi)
            u = T.MultiplyAdd(k.ByPi, sums.ScoreAlong + trace, T.MultiplyAdd(sums.StretchedProduct, k.ByPiPi, u));
        return u;
    }
}
