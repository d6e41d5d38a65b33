using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.IndependentComponents;
using Stein.Engine.Models;
using Stein.Engine.Random;
using Stein.Experiments.Declarations;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Ica;

/// <summary>
/// Everything that decides the numbers of one ICA run, with the published protocol as the default (Gong, Li and
/// Hernández-Lobato, "Sliced kernelized Stein discrepancy", ICLR 2021, and its script <c>ICA_Training.py</c>).
/// </summary>
internal sealed record IcaSettings
{
    [Description("how the model is trained"), OneOf(typeof(IcaMethod)), Option("method", "methods")]
    public string Method { get; init; } = "maxsksd";

    [Description("dimension D"), Range(PaperMatrices.MinimumDimension, 4096), Option("dim", "dims")]
    public int Dimension { get; init; } = 10;

    [Description("seed of the true matrix, the start, and the data"), Option("seed", "seeds")]
    public uint Seed { get; init; } = 60;

    [Description("seed of data, batches and critic, for other draws with the same matrices; by default the seed of the matrices")]
    public ulong? DataSeed { get; init; }

    [Description("training iterations"), Range(1, int.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public int Iterations { get; init; } = 15_000;

    [Description("samples per batch"), Range(2, int.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public int Batch { get; init; } = 100;

    [Description("training points"), Range(2, int.MaxValue)]
    public int TrainingSamples { get; init; } = 20_000;

    [Description("test points"), Range(1, int.MaxValue)]
    public int TestSamples { get; init; } = 5_000;

    [Description("density of the sources")]
    public BaseDensity Base { get; init; } = BaseDensity.Laplace;

    [Description("kernel"), OneOf(typeof(SteinKernels)), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public string Kernel { get; init; } = "rbf";

    [Description("U- or V-statistic; by default that of the authors' script: U for KSD, V for maxSKSD")]
    [OnlyFor(nameof(Method), typeof(IcaMethod))]
    public PairStatistic? Statistic { get; init; }

    [Description("step size of Adam"), Range(0.0, double.MaxValue, MinimumIsExclusive = true), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public double LearningRate { get; init; } = 1e-3;

    [Description("penalty λ of the critic"), Range(0.0, double.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public double Lambda { get; init; } = 1;

    [Description("units in each of the two hidden layers of the critic of LSD"), Range(1, int.MaxValue)]
    [OnlyFor(nameof(Method), typeof(IcaMethod))]
    public int Hidden { get; init; } = 300;

    [Description("Hutchinson probes per iteration for the trace (the authors' script: 10); 0 is the exact trace")]
    [Range(0, int.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public int Probes { get; init; }

    [Description("iterations between two points of the training curve"), Range(1, int.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod))]
    public int EvaluateEvery { get; init; } = 250;

    [Description("factor of every bandwidth, the script's bandwidth_scale"), Range(0.0, 1e6, MinimumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double BandwidthScale { get; init; } = 1;

    [Description("exponent p in the bandwidth, which is proportional to (median/2)^p, the script's median_power"), Range(0.0, 10)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double MedianPower { get; init; } = 0.5;

    [Description("samples of a batch, the first ones, whose median sets the bandwidth; by default 500 for maxSKSD and all for KSD")]
    [Range(2, int.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int? MedianSamples { get; init; }

    [Description("step size of Adam for the slices or the critic; by default that of the model")]
    [Range(0.0, double.MaxValue, MinimumIsExclusive = true), OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double? InnerLearningRate { get; init; }

    [Description("steps of the slices or the critic for each step of the model, the script's n_g_updates"), Range(1, 1000)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int InnerSteps { get; init; } = 1;

    [Description("iterations after which the test directions become active slices of the batch again; by default never")]
    [Range(1, int.MaxValue), OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int? ActiveEvery { get; init; }

    [Description("order of the training points in an epoch: a new random one, the same in each, or drawn with replacement")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public BatchOrder BatchOrder { get; init; } = BatchOrder.Shuffled;

    [Description("unmixing matrix that is evaluated: the last, that of the point of the curve with the lowest loss, or an average")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public EvaluationRule Evaluation { get; init; } = EvaluationRule.Last;

    [Description("iterations, the last ones, that are averaged"), Range(1, int.MaxValue)]
    [OnlyFor(nameof(Evaluation), "average"), AddedLater]
    public int AverageOver { get; init; } = 1000;

    [Description("weight of the past in the exponential average"), Range(0.0, 1, MaximumIsExclusive = true)]
    [OnlyFor(nameof(Evaluation), "exponential"), AddedLater]
    public double AverageDecay { get; init; } = 0.999;

    [Description("iterations of a search over all samples at most"), Range(1, int.MaxValue)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int MaxIterations { get; init; } = 500;

    [Description("smoothness ε of the density of the witness: Laplace's for 0, the normal one for ∞"), Range(0.01, 1000)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double Smoothness { get; init; } = SteinContrast.DefaultSmoothness;

    [Description("bandwidth of the kernel of the witness, in standard deviations of the sources"), Range(0.01, 1000)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double WitnessBandwidth { get; init; } = SteinContrast.DefaultBandwidth;

    [Description("floor of the curvature in a step of a rotation, in units of that at separated sources"), Range(0.001, 100)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double MinCurvature { get; init; } = SteinRotation.DefaultMinCurvature;

    [Description("turn of a row, in radians, below which the rotations end"), Range(1e-12, 1)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double TurnTolerance { get; init; } = 1e-2;

    [Description("whether linear test functions follow the rotations")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public bool Refine { get; init; } = true;

    [Description("ε by which the scores of Laplace sources are smoothed there: 0 for the likelihood's own; by default √(2π/3 · D/N)")]
    [Range(0.0, 10), OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double? ScoreSmoothing { get; init; }

    [Description("passes over the training points, which are drawn anew in each and never held"), Range(1, 1000)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int Passes { get; init; } = 2;

    [Description("one-sided smoothing: the share of samples of the model, in place of data, on which a critic or a deep kernel is trained")]
    [Range(0.0, 0.9), OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double Smoothing { get; init; }

    [Description("samples of the model (mixture), or the model's score reduced by that share (score), which is biased")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public SmoothingForm SmoothingForm { get; init; } = SmoothingForm.Mixture;

    [Description("weight of the gradient penalty of a critic or of the features of a deep kernel"), Range(0.0, double.MaxValue)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double GradientPenalty { get; init; }

    [Description("what the gradient penalty is zero for: a constant critic (square), or one with slopes of 1 (unit)")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public GradientPenaltyForm GradientPenaltyForm { get; init; } = GradientPenaltyForm.Square;

    [Description("normalisation of the layers of a critic or of the features of a deep kernel")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public CriticNormalisation CriticNormalisation { get; init; } = CriticNormalisation.None;

    [Description("whether the trace is estimated with a Hutchinson probe for each sample, as in the code of LSD's authors")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public bool OwnProbes { get; init; }

    [Description("step sizes over the training: constant, or along half a cosine to 0, those of the critic to a tenth")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public RateSchedule Schedule { get; init; } = RateSchedule.Constant;

    [Description("hidden units of the features of a deep kernel"), Range(1, 64)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int FeatureUnits { get; init; } = 16;

    [Description("features of a deep kernel"), Range(1, 256), OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public int Features { get; init; } = 8;

    [Description("ε, the share of the plain kernel in a deep one"), Range(0.0, 1, MaximumIsExclusive = true)]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public double Mixture { get; init; } = 0.1;

    [Description("what a deep kernel maximises: the discrepancy with bounded slopes (raw), or over its deviation or mean diagonal")]
    [OnlyFor(nameof(Method), typeof(IcaMethod)), AddedLater]
    public DeepKernelNormalisation Normalisation { get; init; } = DeepKernelNormalisation.Diagonal;

    /// <summary>The seed of data, batches and everything else random.</summary>
    [JsonIgnore]
    public ulong EffectiveDataSeed => DataSeed ?? Seed;
}
