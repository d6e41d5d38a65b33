namespace Stein.Engine.Discrepancies;

/// <summary>The inputs of the diffusion KSD by which it is differentiated, numbered as its pair terms read them.</summary>
public enum DiffusionInput
{
    /// <summary>The samples x (N×D).</summary>
    Samples,

    /// <summary>The drifts <c>a = mᵀs + div m</c> (N×D).</summary>
    Drifts,

    /// <summary>The diffusion coefficients m (N×1 or N×D²).</summary>
    Diffusion,
}
