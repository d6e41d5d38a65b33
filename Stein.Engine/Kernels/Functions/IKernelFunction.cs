using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>The numbers of a kernel, such as bandwidths, exponents and weights.</summary>
internal interface IKernelNumbers<T>
    where T : struct, ILane<T>
{
    /// <summary>The number at <paramref name="index"/>, from 0.</summary>
    T Number(int index);
}

/// <summary>
/// A kernel <c>k(x, y) = K(ρ, π)</c> of the two invariants of a pair of points, the squared distance <c>ρ = ‖x − y‖²</c> and the product
/// <c>π = x·y</c>, or both after a linear map of the points. Sums, products and multiples of such kernels are such kernels: a kernel is
/// composed as a type, as in <c>SumFunction&lt;RadialFunction&lt;GaussianKernel&gt;, LinearFunction&gt;</c>.
/// </summary>
/// <remarks>
/// <para>
/// The numbers of a composed kernel are those of its parts, one after the other in the order in which the type names them; a part reads
/// its own from an offset on. The derivatives are exact: those of the parts are written by hand, where cancellation and singularities are
/// known, and those of compositions follow by the rules of sums and products.
/// </para>
/// <para>
/// On vectors of the CPU a composed kernel is one method per part, each optimised from its first call on: as a single method it would
/// exceed the number of variables that the compiler keeps in registers, and take ten times as long. On GPUs everything is inlined.
/// </para>
/// </remarks>
internal interface IKernelFunction
{
    /// <summary>A name for messages, such as <c>rbf + linear</c>.</summary>
    static abstract string Name { get; }

    /// <summary>How many numbers the kernel has.</summary>
    static abstract int Numbers { get; }

    /// <summary>
    /// The number of continuous derivatives where the points are equal, see <see cref="IRadialKernel.Derivatives"/>. A composed kernel has
    /// as many as the part that has the fewest.
    /// </summary>
    static abstract int Derivatives { get; }

    /// <summary>Whether K depends on ρ; otherwise its derivatives by ρ are 0 and cost nothing.</summary>
    static abstract bool DependsOnRho { get; }

    /// <summary>Whether K depends on π; otherwise its derivatives by π are 0 and cost nothing.</summary>
    static abstract bool DependsOnPi { get; }

    /// <summary>The value and the first and second derivatives.</summary>
    /// <param name="rho">ρ ≥ 0.</param>
    /// <param name="pi">π; not read unless <see cref="DependsOnPi"/>.</param>
    /// <param name="numbers">All numbers.</param>
    /// <param name="offset">The index of the first number of this kernel.</param>
    static abstract KernelJet<T> Evaluate<T, TNumbers>(T rho, T pi, TNumbers numbers, int offset)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>;

    /// <inheritdoc cref="Evaluate{T, TNumbers}(T, T, TNumbers, int)"/>
    /// <param name="third">Receives the third derivatives.</param>
    static abstract KernelJet<T> Evaluate<T, TNumbers>(
        T rho, T pi, TNumbers numbers, int offset, out ThirdDerivatives<T> third)
        where T : struct, ILane<T>
        where TNumbers : struct, IKernelNumbers<T>;
}
