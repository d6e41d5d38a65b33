using System.Globalization;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// What is done about blindness: views of the samples, and a rule that makes one test of them. Another remedy is one more entry here.
/// </summary>
/// <param name="Name">The name in configs.</param>
/// <param name="Title">The name in tables, without its strength.</param>
/// <param name="Rule">What is made of the discrepancies of the views.</param>
/// <param name="ViewCount">How many views there are.</param>
/// <param name="Views">Makes the views of a hypothesis.</param>
internal sealed record MixtureRemedy(
    string Name, string Title, ViewRule Rule, int ViewCount, Func<Hypothesis, MixtureTestSettings, IReadOnlyList<MixtureView>> Views)
{
    /// <summary>The kernelised Stein discrepancy itself.</summary>
    public static readonly MixtureRemedy None = new("none", "KSD", ViewRule.Sum, 1, (hypothesis, _) => [new PlainView(hypothesis)]);

    public static readonly MixtureRemedy Noise =
        new("noise", "noise", ViewRule.Sum, 1, (hypothesis, config) => [new NoiseView(hypothesis, config.Sigma, config.Seed)])
        {
            Strength = new("Noise σ", "σ", config => config.Sigma),
        };

    public static readonly MixtureRemedy Ladder = new("ladder", "noise, ladder", ViewRule.Sum, NoiseView.Ladder.Count, NoiseView.OfLadder);

    public static readonly MixtureRemedy Selected =
        new("selected", "noise, σ selected", ViewRule.Selected, NoiseView.Ladder.Count, NoiseView.OfLadder);

    public static readonly MixtureRemedy Maximum =
        new("maximum", "noise, largest of ladder", ViewRule.Maximum, NoiseView.Ladder.Count, NoiseView.OfLadder);

    public static readonly MixtureRemedy Temper =
        new("temper", "tempered", ViewRule.Sum, 1, (hypothesis, config) => [new TemperedView(hypothesis, config.Temperature, config.Seed)])
        {
            Strength = new("Temperature T", "T", config => config.Temperature),
        };

    /// <summary>spKSD of Liu, Duncan and Gandy.</summary>
    public static readonly MixtureRemedy Perturb = new(
        "perturb",
        "jumps, all sizes",
        ViewRule.Sum,
        JumpView.Sizes + 1,
        (hypothesis, config) => [new PlainView(hypothesis), .. JumpView.OfAllSizes(hypothesis, config)]);

    /// <summary>ospKSD of Liu, Duncan and Gandy.</summary>
    public static readonly MixtureRemedy PerturbSelected =
        new("perturb-selected", "jumps, size selected", ViewRule.Selected, JumpView.Sizes, JumpView.OfAllSizes);

    private static readonly MixtureRemedy[] All = [None, Noise, Ladder, Selected, Maximum, Temper, Perturb, PerturbSelected];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(remedy => remedy.Name)];

    /// <summary>The setting that says how strong it is; null where there is none.</summary>
    public RemedyStrength? Strength { get; private init; }

    public static MixtureRemedy Of(MixtureTestSettings config) => All.Single(remedy => remedy.Name == config.Remedy);

    /// <summary>The name in tables, as in "noise, σ = 4".</summary>
    public string TitleOf(MixtureTestSettings config)
        => Strength is null ? Title : $"{Title}, {Strength.Symbol} = {NumberText.Tick(Strength.Of(config))}";

    /// <summary>In a few words, as in "noise σ = 4".</summary>
    public string Describe(MixtureTestSettings config)
        => Strength is null ? Name : string.Create(CultureInfo.InvariantCulture, $"{Title} {Strength.Symbol} = {Strength.Of(config)}");
}

/// <summary>The setting that says how strong a remedy is.</summary>
/// <param name="Label">What it is, with its symbol, for an axis.</param>
/// <param name="Of">Its value in a config.</param>
internal sealed record RemedyStrength(string Label, string Symbol, Func<MixtureTestSettings, double> Of);
