using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Graphs;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Experiments.DeepKernels;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>
/// A deep kernel in training against a model, of the samples x and the model's score or, in local coordinates, of the sources z = V x.
/// </summary>
internal sealed class DeepKernelTraining
{
    private static readonly IcaSettings Default = new();

    private readonly DeepSteinDiscrepancy discrepancy;
    private readonly Adam adam;
    private readonly int innerSteps;

    /// <param name="device">The run's own.</param>
    /// <param name="settings">A valid config.</param>
    /// <param name="score">The score of the sources in local coordinates; null if the model's scores are given with the samples.</param>
    public DeepKernelTraining(Device device, IcaSettings settings, Func<Node, Node>? score = null)
    {
        DeepKernelSettings kernel = new(
            settings.FeatureUnits, settings.Features, settings.Mixture, settings.Normalisation);
        discrepancy = new(device, settings.Batch, settings.Dimension, kernel, score);
        discrepancy.Initialise(new PhiloxStream(settings.EffectiveDataSeed, StreamPurpose.CriticInitialisation));
        adam = IcaMethod.CriticAdam(settings, discrepancy.Parameters.Matrices, discrepancy.Gradient);
        innerSteps = settings.InnerSteps;
    }

    /// <summary>The properties of <see cref="IcaSettings"/> that it uses.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        .. IcaMethod.InnerSettings,
        nameof(IcaSettings.FeatureUnits),
        nameof(IcaSettings.Features),
        nameof(IcaSettings.Mixture),
        nameof(IcaSettings.Normalisation),
        nameof(IcaSettings.Schedule),
    ];

    public IReadOnlyList<IStateful> Parts => [discrepancy.Parameters, adam];

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

    /// <summary>Trains the features on samples (B×D), with scores (B×D) if they are given.</summary>
    /// <returns>The derivative (B×D) of the objective by the scores if they are given, and else by the samples.</returns>
    public DeviceMatrix Step(DeviceMatrix points, DeviceMatrix? scores = null)
    {
        discrepancy.SetUnit(points);
        for (int inner = 0; inner < innerSteps; inner++)
            discrepancy.Train(adam, points, scores);
        return discrepancy.ModelGradient(points, scores);
    }

    /// <summary>The objective at the present parameters.</summary>
    public double Value(DeviceMatrix points, DeviceMatrix? scores = null)
    {
        discrepancy.SetUnit(points);
        return discrepancy.Value(points, scores);
    }

    /// <summary>Whether the kernel has collapsed.</summary>
    public IEnumerable<Metric> Metrics(DeviceMatrix points) => KernelQuantities.Of(Shape(points));

    /// <summary>That the kernel has collapsed, in words; null if it has not.</summary>
    public string? Warning(DeviceMatrix points) => Shape(points).Collapse;

    private KernelShape Shape(DeviceMatrix points)
    {
        discrepancy.SetUnit(points);
        return discrepancy.Shape(points);
    }
}
