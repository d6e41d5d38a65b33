using Stein.Engine.IndependentComponents;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica.Searches;

/// <summary>
/// Stein discrepancies in the model's own coordinates z = V x. First the rotation of whitened samples with the least discrepancy of single
/// sources, by a witness that is shared and needs no samples; then linear test functions, which are the equations of the likelihood.
/// </summary>
/// <remarks>See <see cref="SteinContrast"/>, <see cref="SteinRotation"/> and <see cref="LikelihoodEquations"/>.</remarks>
internal sealed class LocalStein : SearchMethod
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
    ];

    public override IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (!settings.Refine)
            yield return "rotations alone";
        if (settings.Smoothness != Paper.Smoothness)
            yield return FormattableString.Invariant($"smoothness {settings.Smoothness:0.###}");
        if (settings.WitnessBandwidth != Paper.WitnessBandwidth)
            yield return FormattableString.Invariant($"witness bandwidth {settings.WitnessBandwidth:0.###}");
        if (settings.MinCurvature != Paper.MinCurvature)
            yield return FormattableString.Invariant($"curvature from {settings.MinCurvature:0.###}");
        if (settings.TurnTolerance != Paper.TurnTolerance)
            yield return FormattableString.Invariant($"turns to {settings.TurnTolerance:0.#####}");
    }

    public override IReadOnlyList<SearchStage> Stages(IcaSettings settings)
    {
        SourceDensity density = DensityOf(settings);
        var contrast = new SteinContrast(settings.Smoothness, settings.WitnessBandwidth);
        SearchStage rotations = (moments, start) => new SteinRotation(
            moments, start, contrast, density, settings.TurnTolerance, settings.MinCurvature);
        return settings.Refine
            ? [rotations, (moments, start) => new LikelihoodEquations(moments, Scaled(start, density), density)]
            : [rotations];
    }
}
