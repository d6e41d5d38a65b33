namespace Stein.Engine.Discrepancies;

/// <summary>A <see cref="DeepKernel"/> and the objective that its features maximise.</summary>
/// <param name="Hidden">H, the hidden units of the features.</param>
/// <param name="Outputs">M, the number of features.</param>
/// <param name="Mixture">ε, the share of the plain kernel, at least 0 and below 1.</param>
/// <param name="Normalisation">What keeps the objective bounded.</param>
internal sealed record DeepKernelSettings(
    int Hidden = 16,
    int Outputs = 8,
    double Mixture = 0.1,
    DeepKernelNormalisation Normalisation = DeepKernelNormalisation.Raw)
{
    /// <summary>
    /// What normalises the layers of the features. By default spectral norms, which bound the slopes, ‖J‖ ≤ 1, for the raw objective, which
    /// has no maximum without a bound, and nothing for the others.
    /// </summary>
    public CriticNormalisation Layers { get; init; } =
        Normalisation == DeepKernelNormalisation.Raw ? CriticNormalisation.Spectral : CriticNormalisation.None;

    /// <summary>The weight of a penalty on the slopes of the features, which their training subtracts from the objective.</summary>
    public double GradientPenalty { get; init; }

    /// <summary>Of the gradient penalty. The mean over ε is exact here: <c>E‖J‖²</c>, or <c>E(‖J‖/√M − 1)²</c>.</summary>
    public GradientPenaltyForm Form { get; init; }

    /// <summary>The factor of the scores in the training of the features, and only there.</summary>
    public double ScoreShare { get; init; } = 1;
}
