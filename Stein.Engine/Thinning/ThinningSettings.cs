using Stein.Engine.Kernels;

namespace Stein.Engine.Thinning;

/// <summary>The kernel of <see cref="SteinThinning"/>. The defaults are those of the package of Riabiz et al.</summary>
public sealed record ThinningSettings
{
    /// <summary>The name of a kernel of <see cref="RadialKernels"/> with at least two derivatives.</summary>
    public string Kernel { get; init; } = InverseMultiquadricKernel.Name;

    /// <summary>The rule of the precision matrix, which counts where no <see cref="Length"/> is given.</summary>
    public PreconditionerRule Preconditioner { get; init; }

    /// <summary>The length ℓ of the kernel, whose precision matrix is then <c>I/ℓ²</c>; null to follow the rule.</summary>
    public double? Length { get; init; }

    /// <summary>
    /// How much the distance from the samples counts, at least 0: each step makes <c>KSD² + w tr(P) MMD²</c> least, where tr(P) gives both
    /// the same unit. 0 is the published method, which does not see how much weight modes far from one another have.
    /// </summary>
    public double MmdWeight { get; init; }

    /// <summary>
    /// Whether each coordinate is first divided by its mean absolute deviation, and the scores multiplied by it. The precision matrix and
    /// <see cref="Length"/> are in those units.
    /// </summary>
    public bool IsStandardised { get; init; } = true;
}
