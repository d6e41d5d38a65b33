namespace Stein.Engine.Thinning;

/// <summary>How the precision matrix P (D×D) of a kernel <c>φ((x − y)ᵀ P (x − y))</c> follows from N samples.</summary>
/// <remarks>The rules of Riabiz et al. (2022), section 3.1, as their package computes them.</remarks>
public enum PreconditionerRule
{
    /// <summary>The identity matrix.</summary>
    Identity,

    /// <summary><c>I/m²</c> with m the median of the distances between samples.</summary>
    Median,

    /// <summary><c>I ln(N)/m²</c>: the median, scaled as for Stein variational gradient descent.</summary>
    ScaledMedian,

    /// <summary>The inverse of the covariance of the samples.</summary>
    SampleCovariance,
}
