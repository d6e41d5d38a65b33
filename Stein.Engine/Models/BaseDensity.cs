namespace Stein.Engine.Models;

/// <summary>The density of the independent sources z of an ICA model x = W z.</summary>
public enum BaseDensity
{
    /// <summary>Laplace with location 0 and scale 1: log p(z) = −log 2 − |z|.</summary>
    Laplace,

    /// <summary>
    /// Student-t with ν = <see cref="IcaData.StudentTDegreesOfFreedom"/> degrees of freedom, location 0, scale 1:
    /// log p(z) = log Γ((ν+1)/2) − log Γ(ν/2) − ½ log(νπ) − ½(ν+1) log(1 + z²/ν).
    /// </summary>
    StudentT,
}
