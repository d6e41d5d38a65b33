using Stein.Experiments.Denoising.Descent;
using Stein.Experiments.Denoising.Identity;
using Stein.Experiments.Denoising.Network;
using Stein.Experiments.Ica;
using Stein.Experiments.Mixtures.Particles;
using Stein.Experiments.Mixtures.Testing;
using Stein.Experiments.Mixtures.Weights;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreEstimation;

namespace Stein.Experiments;

/// <summary>Every experiment there is; another one is a line here.</summary>
internal static class ExperimentRegistry
{
    /// <summary>The ICA table.</summary>
    public static IcaExperiment Ica { get; } = new();

    /// <summary>Blindness to mixing weights: tests and remedies.</summary>
    public static MixtureTest Mixture { get; } = new();

    /// <summary>Mixing weights learned by minimising a discrepancy.</summary>
    public static MixtureWeight MixtureWeight { get; } = new();

    /// <summary>Particles that start in one mode of two.</summary>
    public static MixtureParticles MixtureParticles { get; } = new();

    /// <summary>Error of score estimators.</summary>
    public static ScoreError ScoreError { get; } = new();

    /// <summary>The gradient of a denoising auto-encoder's loss as a discrepancy.</summary>
    public static DaeIdentity DaeIdentity { get; } = new();

    /// <summary>A denoising auto-encoder by functional gradient descent.</summary>
    public static DaeDescent DaeDescent { get; } = new();

    /// <summary>Denoising auto-encoders that are networks.</summary>
    public static DaeNetwork DaeNetwork { get; } = new();

    /// <summary>All, in the order they are listed.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
        [Ica, Mixture, MixtureWeight, MixtureParticles, ScoreError, DaeIdentity, DaeDescent, DaeNetwork];
}
