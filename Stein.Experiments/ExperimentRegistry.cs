using Stein.Experiments.Denoising.Descent;
using Stein.Experiments.Denoising.Identity;
using Stein.Experiments.Denoising.Network;
using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Local;
using Stein.Experiments.Ica.Robust;
using Stein.Experiments.Ica.Sweep;
using Stein.Experiments.Mixtures.Particles;
using Stein.Experiments.Mixtures.Testing;
using Stein.Experiments.Mixtures.Weights;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreEstimation;

namespace Stein.Experiments;

/// <summary>Every experiment there is; another one is a line here.</summary>
internal static class ExperimentRegistry
{
    public static IcaExperiment Ica { get; } = new();

    public static IcaSettingsSweep IcaSettings { get; } = new();

    public static IcaLocal IcaLocal { get; } = new();

    public static IcaLocalLarge IcaLocalLarge { get; } = new();

    public static IcaLocalAblation IcaLocalAblation { get; } = new();

    public static IcaLocalSamples IcaLocalSamples { get; } = new();

    public static IcaLocalRobust IcaLocalRobust { get; } = new();

    public static MixtureTest Mixture { get; } = new();

    public static MixtureWeight MixtureWeight { get; } = new();

    public static MixtureParticles MixtureParticles { get; } = new();

    public static ScoreError ScoreError { get; } = new();

    public static DaeIdentity DaeIdentity { get; } = new();

    public static DaeDescent DaeDescent { get; } = new();

    public static DaeNetwork DaeNetwork { get; } = new();

    /// <summary>All, in the order they are listed.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        Ica, IcaSettings, IcaLocal, IcaLocalLarge, IcaLocalAblation, IcaLocalSamples, IcaLocalRobust, Mixture, MixtureWeight,
        MixtureParticles, ScoreError,
        DaeIdentity, DaeDescent, DaeNetwork,
    ];
}
