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
    /// Whether spectral norms of the weights bound the slopes of the features, ‖J‖ ≤ 1. Without them the raw objective has no maximum.
    /// </summary>
    public bool IsBounded { get; init; } = Normalisation == DeepKernelNormalisation.Raw;
}
