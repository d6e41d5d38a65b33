using Stein.Engine.IndependentComponents;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// Stein discrepancies in the model's own coordinates z = V x. First the rotation of whitened samples with the least discrepancy of single
/// sources, by a witness that is shared and needs no samples; then linear test functions, which are the equations of the likelihood.
/// </summary>
/// <remarks>See <see cref="LocalIca"/>.</remarks>
internal sealed class LocalStein : StagedMethod
{
    public override string Id => "local";

    public override string Name => "local Stein";

    public override SeriesStyle Style { get; } = SeriesStyle.Of(9);

    protected override IReadOnlyList<string> Settings =>
    [
        .. base.Settings,
        nameof(IcaSettings.Smoothness),
        nameof(IcaSettings.WitnessBandwidth),
        nameof(IcaSettings.MinCurvature),
        nameof(IcaSettings.TurnTolerance),
        nameof(IcaSettings.Refine),
        nameof(IcaSettings.ScoreSmoothing),
    ];

    public override IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (!settings.Refine)
            yield return "rotations alone";
        foreach (string other in WitnessDeviations(settings))
            yield return other;
        if (settings.MinCurvature != Paper.MinCurvature)
            yield return FormattableString.Invariant($"curvature from {settings.MinCurvature:0.###}");
        if (settings.TurnTolerance != Paper.TurnTolerance)
            yield return FormattableString.Invariant($"turns to {settings.TurnTolerance:0.#####}");
        if (settings.ScoreSmoothing is { } smoothing)
            yield return FormattableString.Invariant($"scores smoothed by {smoothing:0.#####}");
    }

    /// <summary>The settings of the witness that differ from their defaults, in words.</summary>
    public static IEnumerable<string> WitnessDeviations(IcaSettings settings)
    {
        if (settings.Smoothness != Paper.Smoothness)
            yield return FormattableString.Invariant($"smoothness {settings.Smoothness:0.###}");
        if (settings.WitnessBandwidth != Paper.WitnessBandwidth)
            yield return FormattableString.Invariant($"witness bandwidth {settings.WitnessBandwidth:0.###}");
    }

    public override IReadOnlyList<SearchStage> Stages(IcaSettings settings)
    {
        IReadOnlyList<SearchStage> stages = LocalIca.Stages(
            DensityOf(settings),
            new SteinContrast(settings.Smoothness, settings.WitnessBandwidth),
            settings.TurnTolerance,
            settings.MinCurvature,
            settings.ScoreSmoothing);
        return settings.Refine ? stages : [stages[0]];
    }
}
