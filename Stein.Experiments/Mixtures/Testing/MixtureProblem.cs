using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>The hypothesis that samples come from a model.</summary>
/// <param name="Model">p, whose score the tests use.</param>
/// <param name="Truth">q, which the samples come from.</param>
/// <param name="Holds">Whether the two are the same: a test should then reject as often as its level says.</param>
internal sealed record Hypothesis(GaussianMixture Model, GaussianMixture Truth, bool Holds);

/// <summary>The model, and the way in which the samples differ from it. Another problem is one more entry here.</summary>
/// <param name="Sentence">What the model is, for captions.</param>
/// <param name="SeparationLabel">What the separation means here, with its symbol.</param>
internal sealed record MixtureProblem(
    string Name, string Sentence, string SeparationLabel, string Symbol, Func<MixtureTestSettings, Hypothesis> Hypothesis)
{
    public static readonly MixtureProblem Modes = Weighted(
        "modes",
        "The model has two modes of variance 1 and equal weight at −m and m on the first axis.",
        [-1, 1],
        [1, 1]);

    public static readonly MixtureProblem Scale = new(
        "scale",
        "The model is N(0, I) and the samples come from N(0, s²I): with one mode, a remedy can only cost power.",
        "Standard deviation s",
        "s",
        config => new(
            Mixture(config, [0], [1]), Mixture(config, [0], [config.Separation * config.Separation]), config.Separation == 1));

    private static readonly MixtureProblem[] All =
    [
        Modes,
        Weighted(
            "three-modes",
            "The model has three modes of variance 1 and equal weight at −m, 0 and m on the first axis.",
            [-1, 0, 1],
            [1, 1, 1]),
        Weighted(
            "unequal-scales",
            "The model has two modes of equal weight at −m and m on the first axis, with variances 1 and 9.",
            [-1, 1],
            [1, 9]),
        new(
            "shift",
            "The model is N(0, I) and the samples come from N(δ, I), δ on the first axis: with one mode, a remedy can only cost power.",
            "Shift of the mean δ",
            "δ",
            config => new(Mixture(config, [0], [1]), Mixture(config, [config.Separation], [1]), config.Separation == 0)),
        Scale,
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(problem => problem.Name)];

    /// <summary>The weight of the first mode in the model; null if there is only one mode, so that weights do not matter.</summary>
    public double? ModelWeight { get; private init; }

    public static MixtureProblem Of(MixtureTestSettings config) => All.Single(problem => problem.Name == config.Problem);

    /// <summary>A problem of several modes: the samples have the config's weight on the first, and the others share the rest.</summary>
    /// <param name="places">Where the modes are on the first axis, in units of the separation.</param>
    private static MixtureProblem Weighted(string name, string sentence, double[] places, double[] variances)
        => new(name, sentence, "Separation m", "m", config =>
        {
            GaussianMixture model = Mixture(config, [.. places.Select(place => place * config.Separation)], variances);
            double others = (1 - config.Weight) / (places.Length - 1);
            bool holds = Math.Abs(config.Weight - model.Weights[0]) < GaussianMixture.WeightTolerance;
            return new(
                model, holds ? model : model.WithWeights([config.Weight, .. Enumerable.Repeat(others, places.Length - 1)]), holds);
        })
        {
            ModelWeight = 1.0 / places.Length,
        };

    /// <summary>Modes of equal weight at some places on the first axis.</summary>
    private static GaussianMixture Mixture(MixtureTestSettings config, double[] places, double[] variances)
    {
        var means = new double[places.Length * config.Dimension];
        for (int k = 0; k < places.Length; k++)
            means[k * config.Dimension] = places[k];
        return GaussianMixture.Isotropic(config.Dimension, [.. places.Select(_ => 1.0 / places.Length)], means, variances);
    }
}
