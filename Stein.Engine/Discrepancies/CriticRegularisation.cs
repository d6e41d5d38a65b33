namespace Stein.Engine.Discrepancies;

/// <summary>What normalises the layers of a critic.</summary>
internal enum CriticNormalisation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Each weight matrix is divided by its largest singular value, which bounds the slope of the critic.</summary>
    Spectral,

    /// <summary>The same, times a trainable number for each layer, so that the critic can be as steep as it needs to be.</summary>
    SpectralGain,

    /// <summary>The units of each hidden layer are shifted and scaled to mean 0 and variance 1 within each sample.</summary>
    Layer,
}

/// <summary>
/// Which gradient penalty is subtracted, of <c>g = J_f(x)ᵀε</c> with ε standard normal: the gradient of the function <c>ε·f</c>.
/// </summary>
internal enum GradientPenaltyForm
{
    /// <summary><c>E‖g‖²</c>, which is <c>E‖J‖²</c> (Frobenius): zero for a constant critic.</summary>
    Square,

    /// <summary>
    /// <c>E(‖g‖/√D − 1)²</c>: zero for slopes of about 1 in all directions (Gulrajani et al., "Improved training of Wasserstein GANs",
    /// NeurIPS 2017, equation 3).
    /// </summary>
    Unit,
}

/// <summary>What keeps a critic from growing steep besides the penalty on ‖f‖².</summary>
/// <param name="Normalisation">Of its layers.</param>
/// <param name="GradientPenalty">The weight of the gradient penalty; 0 for none.</param>
/// <param name="Form">Of the gradient penalty.</param>
/// <param name="HasProbes">
/// Whether the trace of the Jacobian is estimated with a probe for each sample, as in the code of Grathwohl et al. (2020), and not exact.
/// </param>
internal sealed record CriticRegularisation(
    CriticNormalisation Normalisation = CriticNormalisation.None,
    double GradientPenalty = 0,
    GradientPenaltyForm Form = GradientPenaltyForm.Square,
    bool HasProbes = false)
{
    /// <summary>Whether the plain critic does as well.</summary>
    public bool IsNone => Normalisation == CriticNormalisation.None && !NeedsProbes;

    /// <summary>Whether a training has to draw probes for each sample.</summary>
    public bool NeedsProbes => HasProbes || GradientPenalty > 0;
}
