using Stein.Engine.Lanes;

namespace Stein.Engine.Kernels.Functions;

/// <summary>The value of a kernel <c>K(ρ, π)</c> and its first and second derivatives, see <see cref="IKernelFunction"/>.</summary>
internal struct KernelJet<T>
    where T : struct, ILane<T>
{
    /// <summary><c>K</c>.</summary>
    public T Value;

    /// <summary><c>∂K/∂ρ</c>.</summary>
    public T ByRho;

    /// <summary><c>∂K/∂π</c>.</summary>
    public T ByPi;

    /// <summary><c>∂²K/∂ρ²</c>.</summary>
    public T ByRhoRho;

    /// <summary><c>∂²K/∂ρ∂π</c>.</summary>
    public T ByRhoPi;

    /// <summary><c>∂²K/∂π²</c>.</summary>
    public T ByPiPi;
}

/// <summary>The third derivatives of a kernel <c>K(ρ, π)</c>, needed only for the slopes of a Stein kernel.</summary>
internal struct ThirdDerivatives<T>
    where T : struct, ILane<T>
{
    /// <summary><c>∂³K/∂ρ³</c>.</summary>
    public T ByRhoRhoRho;

    /// <summary><c>∂³K/∂ρ²∂π</c>.</summary>
    public T ByRhoRhoPi;

    /// <summary><c>∂³K/∂ρ∂π²</c>.</summary>
    public T ByRhoPiPi;

    /// <summary><c>∂³K/∂π³</c>.</summary>
    public T ByPiPiPi;
}
