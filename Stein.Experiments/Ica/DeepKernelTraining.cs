using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Graphs;
using Stein.Engine.Models;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.Declarations;
using Stein.Experiments.DeepKernels;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>
/// A deep kernel in training against a model, of the samples x and the model's score or, in local coordinates, of the sources z = V x.
/// </summary>
internal sealed class DeepKernelTraining
{
    private static readonly IcaSettings Default = new();

    private readonly IcaModel model;
    private readonly DeepSteinDiscrepancy discrepancy;
    private readonly Adam adam;
    private readonly int innerSteps;
    private readonly bool isLocal;
    private readonly ModelMixture? mixture;

    /// <param name="device">The run's own.</param>
    /// <param name="model">At its start.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="score">The score of the sources in local coordinates; null in those of the samples.</param>
    public DeepKernelTraining(Device device, IcaModel model, IcaSettings settings, Func<Node, Node>? score = null)
    {
        (this.model, innerSteps, isLocal) = (model, settings.InnerSteps, score is not null);
        DeepKernelSettings kernel = new(settings.FeatureUnits, settings.Features, settings.Mixture, settings.Normalisation)
        {
            GradientPenalty = settings.GradientPenalty,
            Form = settings.GradientPenaltyForm,
            ScoreShare = settings.SmoothingForm == SmoothingForm.Score ? 1 - settings.Smoothing : 1,
        };
        if (settings.CriticNormalisation != CriticNormalisation.None)
            kernel = kernel with { Layers = settings.CriticNormalisation };
        discrepancy = new(device, settings.Batch, settings.Dimension, kernel, score);
        discrepancy.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
        adam = IcaMethod.CriticAdam(settings, discrepancy.Parameters.Matrices, discrepancy.Gradient);
        if (settings.Smoothing > 0 && settings.SmoothingForm == SmoothingForm.Mixture)
            mixture = new(device, model, settings);
    }

    /// <summary>The properties of <see cref="IcaSettings"/> that it uses.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        .. TestFunctionTricks.Settings,
        nameof(IcaSettings.FeatureUnits),
        nameof(IcaSettings.Features),
        nameof(IcaSettings.Mixture),
        nameof(IcaSettings.Normalisation),
    ];

    public IReadOnlyList<IStateful> Parts =>
        [discrepancy.Parameters, adam, .. mixture is null ? (IStateful[])[] : [mixture.Stream]];

    /// <summary>The config with settings at their defaults that change nothing: the raw objective has spectral norms anyway.</summary>
    public static IcaSettings Normalise(IcaSettings settings) => TestFunctionTricks.Normalise(settings) with
    {
        CriticNormalisation =
            settings is { Normalisation: DeepKernelNormalisation.Raw, CriticNormalisation: CriticNormalisation.Spectral }
                ? CriticNormalisation.None
                : settings.CriticNormalisation,
    };

    /// <summary>Checks what no single setting tells.</summary>
    /// <exception cref="InvalidConfigException">The features cannot be trained with these settings.</exception>
    public static void Validate(IcaSettings settings)
    {
        TestFunctionTricks.Validate(settings);
        if (settings.CriticNormalisation == CriticNormalisation.Layer)
        {
            throw InvalidConfigException.Because(
                "critic_normalisation",
                "layer",
                "the Jacobians of a deep kernel need layers without it. Choose none, spectral or spectral-gain");
        }

        if (settings is { CriticNormalisation: CriticNormalisation.SpectralGain, Normalisation: DeepKernelNormalisation.Raw })
        {
            throw InvalidConfigException.Because(
                "critic_normalisation",
                "spectral-gain",
                "the raw discrepancy has no maximum without a bound on the slopes. Choose spectral, or another normalisation");
        }
    }

    /// <summary>The settings that differ from the defaults, in words such as "raw".</summary>
    public static IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Normalisation != Default.Normalisation)
            yield return Name(settings.Normalisation);
        if (settings.Mixture != Default.Mixture)
            yield return FormattableString.Invariant($"ε = {settings.Mixture}");
        if (settings.FeatureUnits != Default.FeatureUnits)
            yield return $"{settings.FeatureUnits} feature units";
        if (settings.Features != Default.Features)
            yield return $"{settings.Features} features";
        foreach (string trick in TestFunctionTricks.Deviations(settings))
            yield return trick;
        if (settings.Schedule == RateSchedule.Cosine)
            yield return "cosine schedule";
    }

    /// <summary>A normalisation in words.</summary>
    public static string Name(DeepKernelNormalisation normalisation) => normalisation switch
    {
        DeepKernelNormalisation.Raw => "raw",
        DeepKernelNormalisation.Deviation => "over its deviation",
        _ => "over the diagonal",
    };

    /// <summary>
    /// The operations of training the features and of a gradient by the model: a value takes three products B×D×B, that of the pairs of
    /// units B×H²×B and about eight B×H×B, with B samples and H units; a gradient takes three times as much.
    /// </summary>
    public static double Operations(IcaSettings settings)
    {
        (double b, double d, double h) = (settings.Batch, settings.Dimension, settings.FeatureUnits);
        return (settings.InnerSteps + 1) * 3 * 2 * ((b * b * ((3 * d) + (h * h) + (8 * h))) + (2 * b * d * h));
    }

    /// <summary>Trains the features on a batch (B×D), and computes the scores of the model there.</summary>
    /// <returns>
    /// The derivative (B×D) of the objective by the scores or, in local coordinates, by the sources, which move the scores as well.
    /// </returns>
    public DeviceMatrix Step(DeviceMatrix batch)
    {
        (DeviceMatrix points, DeviceMatrix? scores) = At(mixture is null ? batch : mixture.Of(batch));
        for (int inner = 0; inner < innerSteps; inner++)
            discrepancy.Train(adam, points, scores);
        if (mixture is not null)
            (points, scores) = At(batch);
        return discrepancy.ModelGradient(points, scores);
    }

    /// <summary>The objective on a batch (B×D) at the present parameters.</summary>
    public double Value(DeviceMatrix batch)
    {
        (DeviceMatrix points, DeviceMatrix? scores) = At(batch);
        return discrepancy.Value(points, scores);
    }

    /// <summary>Whether the kernel has collapsed on a batch (B×D).</summary>
    public IEnumerable<Metric> Metrics(DeviceMatrix batch) => KernelQuantities.Of(discrepancy.Shape(At(batch).Points));

    /// <summary>That the kernel has collapsed on a batch (B×D), in words; null if it has not.</summary>
    public string? Warning(DeviceMatrix batch) => discrepancy.Shape(At(batch).Points).Collapse;

    /// <summary>What the kernel sees of samples (B×D), and their unit.</summary>
    private (DeviceMatrix Points, DeviceMatrix? Scores) At(DeviceMatrix samples)
    {
        model.ComputeScores(samples);
        (DeviceMatrix Points, DeviceMatrix?) seen = isLocal ? (model.Sources, null) : (samples, model.Scores);
        discrepancy.SetUnit(seen.Points);
        return seen;
    }
}
