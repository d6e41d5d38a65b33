using Stein.Engine.Diffusion;

namespace Stein.Experiments.Diffusion;

/// <summary>The estimators of <see cref="ModelFit"/> by name: without a diffusion coefficient, and with one.</summary>
internal static class FitEstimators
{
    private static readonly (string Id, string Title, FitLoss Loss)[] All =
    [
        ("ml", "maximum likelihood", FitLoss.Likelihood),
        ("sm", "score matching", FitLoss.ScoreMatching),
        ("dsm", "DSM", FitLoss.ScoreMatching),
        ("ksd", "KSD", FitLoss.KernelDiscrepancy),
        ("dksd", "DKSD", FitLoss.KernelDiscrepancy),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Id)];

    public static string Title(string id) => All.Single(estimator => estimator.Id == id).Title;

    /// <summary>What one minimises, with the diffusion coefficient if it has one.</summary>
    public static FitSettings Settings(string id, DiffusionCoefficient diffusion) => new(
        All.Single(estimator => estimator.Id == id).Loss, HasDiffusion(id) ? diffusion : new UnitDiffusion());

    /// <summary>Whether one has a diffusion coefficient that can be chosen.</summary>
    public static bool HasDiffusion(string id) => id is "dsm" or "dksd";
}
