using Stein.Experiments.Reports;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// A remedy for wrong weights that go undetected: views of the samples, and a rule that combines them into one test. Another remedy is one
/// more entry here.
/// </summary>
/// <param name="Title">The name in tables, without its strength.</param>
/// <param name="Rule">How the discrepancies of the views are combined.</param>
internal sealed record MixtureRemedy(
    string Name, string Title, ViewRule Rule, int ViewCount, Func<Hypothesis, MixtureTestSettings, IEnumerable<MixtureView>> Views)
{
    /// <summary>The kernelised Stein discrepancy itself.</summary>
    public static readonly MixtureRemedy None =
        new("none", "KSD", ViewRule.Sum, 1, (hypothesis, _) => [MixtureView.Plain(hypothesis)]);

    public static readonly MixtureRemedy Noise =
        new("noise", "noise", ViewRule.Sum, 1, (hypothesis, config) => [MixtureView.Noise(hypothesis, config.Seed, config.Sigma)])
        {
            Strength = ("Noise σ", "σ", config => config.Sigma),
        };

    public static readonly MixtureRemedy Ladder =
        new("ladder", "noise, ladder", ViewRule.Sum, MixtureView.Ladder.Count, MixtureView.Noises);

    public static readonly MixtureRemedy Selected =
        new("selected", "noise, σ selected", ViewRule.Selected, MixtureView.Ladder.Count, MixtureView.Noises);

    public static readonly MixtureRemedy Maximum =
        new("maximum", "noise, largest of ladder", ViewRule.Maximum, MixtureView.Ladder.Count, MixtureView.Noises);

    public static readonly MixtureRemedy Temper = new(
        "temper", "tempered", ViewRule.Sum, 1, (hypothesis, config) => [MixtureView.Tempered(hypothesis, config.Seed, config.Temperature)])
    {
        Strength = ("Temperature T", "T", config => config.Temperature),
    };

    /// <summary>spKSD of Liu, Duncan and Gandy.</summary>
    public static readonly MixtureRemedy Perturb = new(
        "perturb",
        "jumps, all sizes",
        ViewRule.Sum,
        MixtureView.JumpSizes + 1,
        (hypothesis, config) => MixtureView.Jumps(hypothesis, config).Prepend(MixtureView.Plain(hypothesis)));

    /// <summary>ospKSD of Liu, Duncan and Gandy.</summary>
    public static readonly MixtureRemedy PerturbSelected =
        new("perturb-selected", "jumps, size selected", ViewRule.Selected, MixtureView.JumpSizes, MixtureView.Jumps);

    private static readonly MixtureRemedy[] All = [None, Noise, Ladder, Selected, Maximum, Temper, Perturb, PerturbSelected];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(remedy => remedy.Name)];

    /// <summary>How strong it is: the label of an axis, the symbol, and the value in a config; null where there is none.</summary>
    public (string Label, string Symbol, Func<MixtureTestSettings, double> Of)? Strength { get; private init; }

    public static MixtureRemedy Of(MixtureTestSettings config) => All.Single(remedy => remedy.Name == config.Remedy);

    /// <summary>The name in tables, as in "noise, σ = 4".</summary>
    public string TitleOf(MixtureTestSettings config)
        => Strength is var (_, symbol, value) ? $"{Title}, {symbol} = {NumberText.Tick(value(config))}" : Title;
}
