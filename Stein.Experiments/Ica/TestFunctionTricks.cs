using Stein.Engine.Discrepancies;
using Stein.Experiments.Declarations;

namespace Stein.Experiments.Ica;

/// <summary>
/// The settings of what keeps the training of test functions stable, which critics and the features of deep kernels have in common.
/// </summary>
internal static class TestFunctionTricks
{
    private static readonly IcaSettings Paper = new();

    /// <summary>The properties of <see cref="IcaSettings"/>.</summary>
    public static IReadOnlyList<string> Settings { get; } =
    [
        .. IcaMethod.InnerSettings,
        nameof(IcaSettings.Smoothing),
        nameof(IcaSettings.SmoothingForm),
        nameof(IcaSettings.GradientPenalty),
        nameof(IcaSettings.GradientPenaltyForm),
        nameof(IcaSettings.CriticNormalisation),
        nameof(IcaSettings.Schedule),
    ];

    /// <summary>The config with settings at their defaults that change nothing.</summary>
    public static IcaSettings Normalise(IcaSettings settings) => settings with
    {
        SmoothingForm = settings.Smoothing == 0 ? Paper.SmoothingForm : settings.SmoothingForm,
        GradientPenaltyForm = settings.GradientPenalty == 0 ? Paper.GradientPenaltyForm : settings.GradientPenaltyForm,
    };

    /// <summary>Checks what no single setting tells.</summary>
    /// <exception cref="InvalidConfigException">The share of smoothing is less than a sample.</exception>
    public static void Validate(IcaSettings settings)
    {
        if (settings.Smoothing > 0 && Math.Round(settings.Smoothing * settings.Batch) == 0)
        {
            throw InvalidConfigException.Value(
                "smoothing", settings.Smoothing, $"0, or a share that is at least one sample of a batch of {settings.Batch}");
        }
    }

    /// <summary>Those that differ from nothing, in words such as "smoothing 0.1", but for the schedule.</summary>
    public static IEnumerable<string> Deviations(IcaSettings settings)
    {
        if (settings.Smoothing > 0)
        {
            yield return FormattableString.Invariant(
                $"smoothing {settings.Smoothing}{(settings.SmoothingForm == SmoothingForm.Score ? " of the score" : "")}");
        }

        if (settings.GradientPenalty > 0)
        {
            string form = settings.GradientPenaltyForm == GradientPenaltyForm.Unit ? "unit " : "";
            yield return FormattableString.Invariant($"{form}gradient penalty {settings.GradientPenalty}");
        }

        if (settings.CriticNormalisation != CriticNormalisation.None)
        {
            yield return settings.CriticNormalisation switch
            {
                CriticNormalisation.Spectral => "spectral norm",
                CriticNormalisation.SpectralGain => "spectral norm with gain",
                _ => "layer norm",
            };
        }
    }
}
