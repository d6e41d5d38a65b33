using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>The hypothesis that samples come from a model.</summary>
/// <param name="Model">p, whose score the tests know.</param>
/// <param name="Truth">q, which the samples really come from.</param>
/// <param name="Holds">Whether the two are the same: a test should then reject as often as its level says.</param>
internal sealed record Hypothesis(GaussianMixture Model, GaussianMixture Truth, bool Holds);

/// <summary>What the model is, and in which way the samples differ from it. Another problem is one more entry here.</summary>
/// <param name="Name">The name in configs.</param>
/// <param name="Sentence">What the model is, for captions.</param>
/// <param name="SeparationLabel">What the separation means here, with its symbol.</param>
/// <param name="Hypothesis">Makes the hypothesis of a valid config.</param>
internal sealed record MixtureProblem(
    string Name, string Sentence, string SeparationLabel, string Symbol, Func<MixtureTestSettings, Hypothesis> Hypothesis)
{
    /// <summary>The variance of the second mode of <c>unequal-scales</c>; that of the first is 1.</summary>
    private const double LargeVariance = 9;

    public static readonly MixtureProblem Modes = Weighted(
        "modes", "The model has two modes of variance 1 and equal weight at −m and m on the first axis.", 0.5, TwoModes);

    private static readonly MixtureProblem[] All =
    [
        Modes,
        Weighted(
            "three-modes",
            "The model has three modes of variance 1 and equal weight at −m, 0 and m on the first axis.",
            1.0 / 3,
            ThreeModes),
        Weighted(
            "unequal-scales",
            "The model has two modes of equal weight at −m and m on the first axis, with variances 1 and 9.",
            0.5,
            config => GaussianMixture.Isotropic(config.Dimension, [0.5, 0.5], TwoModes(config).Means, [1, LargeVariance])),
        new(
            "shift",
            "Model N(0, I), samples of N(δ, I), δ on the first axis: one mode, where a remedy only costs.",
            "Shift of the mean δ",
            "δ",
            config => new(OneMode(config, 0, 1), OneMode(config, config.Separation, 1), config.Separation == 0)),
        new(
            "scale",
            "Model N(0, I), samples of N(0, s²I): one mode, where a remedy only costs.",
            "Standard deviation s",
            "s",
            config => new(OneMode(config, 0, 1), OneMode(config, 0, config.Separation), config.Separation == 1))
        {
            IsScale = true,
        },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(problem => problem.Name)];

    /// <summary>The weight of the first mode in the model; null where there is one mode, and weights do not matter.</summary>
    public double? ModelWeight { get; private init; }

    /// <summary>Whether the separation is a standard deviation, which cannot be 0.</summary>
    public bool IsScale { get; private init; }

    public static MixtureProblem Of(MixtureTestSettings config) => All.Single(problem => problem.Name == config.Problem);

    /// <summary>A problem of several modes: the samples have the config's weight on the first, and the others share the rest.</summary>
    private static MixtureProblem Weighted(
        string name, string sentence, double modelWeight, Func<MixtureTestSettings, GaussianMixture> model)
        => new(name, sentence, "Separation m", "m", config => Reweighted(model(config), config.Weight)) { ModelWeight = modelWeight };

    private static Hypothesis Reweighted(GaussianMixture model, double weight)
    {
        double[] weights = model.Weights.ToArray();
        double others = (1 - weight) / (weights.Length - 1);
        bool holds = Math.Abs(weight - weights[0]) < GaussianMixture.WeightTolerance;
        return new(model, holds ? model : model.WithWeights([weight, .. Enumerable.Repeat(others, weights.Length - 1)]), holds);
    }

    private static GaussianMixture TwoModes(MixtureTestSettings config)
        => GaussianMixture.TwoModes(config.Separation, 0.5, config.Dimension);

    private static GaussianMixture ThreeModes(MixtureTestSettings config)
    {
        var means = new double[3 * config.Dimension];
        (means[0], means[2 * config.Dimension]) = (-config.Separation, config.Separation);
        return GaussianMixture.Isotropic(config.Dimension, [1.0 / 3, 1.0 / 3, 1.0 / 3], means, [1, 1, 1]);
    }

    private static GaussianMixture OneMode(MixtureTestSettings config, double mean, double deviation)
    {
        var means = new double[config.Dimension];
        means[0] = mean;
        return GaussianMixture.Isotropic(config.Dimension, [1], means, [deviation * deviation]);
    }
}
