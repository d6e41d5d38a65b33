using Stein.Experiments.Collapse;
using Stein.Experiments.DeepKernels;
using Stein.Experiments.Denoising.Descent;
using Stein.Experiments.Denoising.Identity;
using Stein.Experiments.Denoising.Network;
using Stein.Experiments.Diffusion;
using Stein.Experiments.Generators;
using Stein.Experiments.Generators.Digits;
using Stein.Experiments.GoodnessOfFit;
using Stein.Experiments.HamiltonianFlows;
using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Deep;
using Stein.Experiments.Ica.Local;
using Stein.Experiments.Ica.Robust;
using Stein.Experiments.Ica.Sweep;
using Stein.Experiments.Ica.Tricks;
using Stein.Experiments.MetaSamplers;
using Stein.Experiments.Mixtures.Particles;
using Stein.Experiments.Mixtures.Testing;
using Stein.Experiments.Mixtures.Weights;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreEstimation;
using Stein.Experiments.ScoreNetworks;
using Stein.Experiments.Stages;
using Stein.Experiments.Stages.Learned;
using Stein.Experiments.VariationalInference;

namespace Stein.Experiments;

/// <summary>Every experiment there is; another one is a line here.</summary>
internal static class ExperimentRegistry
{
    public static IcaExperiment Ica { get; } = new();

    public static IcaSettingsSweep IcaSettings { get; } = new();

    public static IcaActive IcaActive { get; } = new();

    public static IcaLocal IcaLocal { get; } = new();

    public static IcaLocalLarge IcaLocalLarge { get; } = new();

    public static IcaLocalAblation IcaLocalAblation { get; } = new();

    public static IcaLocalSamples IcaLocalSamples { get; } = new();

    public static IcaLocalRobust IcaLocalRobust { get; } = new();

    public static LsdTricks LsdTricks { get; } = new();

    public static DeepKernelIca DeepKernelIca { get; } = new();

    public static DeepKernelPlane DeepKernelPlane { get; } = new();

    public static GeneratorPlane GeneratorPlane { get; } = new();

    public static GeneratorDigits GeneratorDigits { get; } = new();

    public static ImplicitInference ImplicitInference { get; } = new();

    public static HamiltonianFlow HamiltonianFlow { get; } = new();

    public static MetaSampler MetaSampler { get; } = new();

    public static ScorePlane ScorePlane { get; } = new();

    public static ScoreStages ScoreStages { get; } = new();

    public static LearnedStages LearnedStages { get; } = new();

    public static MixtureTest Mixture { get; } = new();

    public static MixtureWeight MixtureWeight { get; } = new();

    public static MixtureParticles MixtureParticles { get; } = new();

    public static SvgdCollapse SvgdCollapse { get; } = new();

    public static ScoreError ScoreError { get; } = new();

    public static DaeIdentity DaeIdentity { get; } = new();

    public static DaeDescent DaeDescent { get; } = new();

    public static DaeNetwork DaeNetwork { get; } = new();

    public static Gof Gof { get; } = new();

    public static GofDimension GofDimension { get; } = new();

    public static GofActive GofActive { get; } = new();

    public static GofSlices GofSlices { get; } = new();

    public static DeepKernelGof DeepKernelGof { get; } = new();

    public static GofPublished GofRbm { get; } = new(
        "gof-rbm",
        "Goodness-of-fit tests of a Gauss–Bernoulli RBM with perturbed weights, against two published tables",
        "Schrab, Guedj and Gretton, KSD aggregated goodness-of-fit test, NeurIPS 2022, section 4.4; Schrab, Kim, Guedj and Gretton, "
            + "Efficient aggregated kernel tests using incomplete U-statistics, NeurIPS 2022",
        ("--difference 0,0.02 --test ksdagg --trials 20", "the level, and the power against noise of 0.02 on the weights"));

    public static GofPublished GofGamma { get; } = new(
        "gof-gamma",
        "Goodness-of-fit tests of a Gamma density with another shape, against the published table",
        "Schrab, Guedj and Gretton, KSD aggregated goodness-of-fit test, NeurIPS 2022, section 4.3",
        ("--problem gamma --n 500 --difference 0,0.4 --test ksdagg --trials 50", "the level, and the power against a shape of 5.4"));

    public static GofPublished GofFssd { get; } = new(
        "gof-fssd",
        "The finite-set Stein discrepancy beside KSD and its linear form, against a published figure",
        "Jitkrittum, Xu, Szabó, Fukumizu and Gretton, A linear-time kernel goodness-of-fit test, NeurIPS 2017, figure 2, as replicated in "
            + "the package steinsampling, 2026",
        ("--problem laplace --dim 1,10 --test ksd-rbf --trials 50", "the test by KSD loses its power as D grows"));

    public static GofLiu GofLiu { get; } = new();

    public static GofContamination GofContamination { get; } = new();

    public static HeavyTails HeavyTails { get; } = new();

    public static Contamination Contamination { get; } = new();

    public static Rough Rough { get; } = new();

    public static Regression Regression { get; } = new();

    public static DiffusionFlow DiffusionFlow { get; } = new();

    public static Coverage Coverage { get; } = new();

    /// <summary>All, in the order they are listed.</summary>
    public static IReadOnlyList<Experiment> All { get; } =
    [
        Ica, IcaSettings, IcaActive, IcaLocal, IcaLocalLarge, IcaLocalAblation, IcaLocalSamples, IcaLocalRobust, LsdTricks, DeepKernelIca,
        DeepKernelPlane, GeneratorPlane, GeneratorDigits, ImplicitInference, HamiltonianFlow, MetaSampler, ScorePlane, Mixture,
        MixtureWeight, MixtureParticles, SvgdCollapse, ScoreError, ScoreStages, LearnedStages, DaeIdentity, DaeDescent, DaeNetwork, Gof,
        GofDimension, GofActive, GofSlices, DeepKernelGof, GofRbm, GofGamma, GofFssd, GofLiu, GofContamination, HeavyTails,
        Contamination, Regression, Rough, DiffusionFlow, Coverage,
    ];
}
