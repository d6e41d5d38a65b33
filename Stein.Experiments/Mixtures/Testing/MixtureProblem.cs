using Stein.Engine.Targets;

namespace Stein.Experiments.Mixtures;

/// <summary>A model, the density that samples really come from, and what tells them apart.</summary>
/// <param name="Model">p, whose score the tests know.</param>
/// <param name="Truth">q, what is sampled.</param>
/// <param name="IsNull">Whether the two are one: a test should reject as often as its level says.</param>
internal sealed record MixtureProblem(GaussianMixture Model, GaussianMixture Truth, bool IsNull)
{
    /// <summary>The variance of the second mode of <c>unequal-scales</c>; that of the first is 1.</summary>
    public const double LargeVariance = 9;

    /// <summary>
    /// <c>modes</c>: two of equal weight at ±m e₁, as in the protocol; <c>three-modes</c>: at −m, 0 and m; <c>unequal-scales</c>: two,
    /// of which the second is three times as wide, so that the best σ is not the separation. In all three the sample has weight π on
    /// the first mode, and the others share the rest. <c>shift</c> and <c>scale</c> have one mode, where blindness is no matter and a
    /// remedy only costs: N(m e₁, I) and N(0, m² I) against N(0, I).
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = ["modes", "three-modes", "unequal-scales", "shift", "scale"];

    /// <summary>Whether the weight plays a part.</summary>
    public static bool UsesWeight(string name) => name is not ("shift" or "scale");

    /// <summary>The weight of the first mode in the model.</summary>
    public static double ModelWeight(string name) => name == "three-modes" ? 1.0 / 3 : 0.5;

    /// <summary>The problem of a cell.</summary>
    /// <param name="settings">Valid settings.</param>
    public static MixtureProblem Of(MixtureSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        (int dimension, double m) = (settings.Dimension, settings.Separation);
        return settings.Problem switch
        {
            "shift" => new(OneMode(dimension, 0, 1), OneMode(dimension, m, 1), m == 0),
            "scale" => new(OneMode(dimension, 0, 1), OneMode(dimension, 0, m), m == 1),
            _ => Weighted(Modes(settings.Problem, dimension, m), settings.Weight),
        };
    }

    private static MixtureProblem Weighted(GaussianMixture model, double weight)
    {
        double[] weights = model.Weights.ToArray();
        double others = (1 - weight) / (weights.Length - 1);
        bool isNull = Math.Abs(weight - weights[0]) < GaussianMixture.WeightTolerance;
        return new(model, isNull ? model : model.WithWeights([weight, .. Enumerable.Repeat(others, weights.Length - 1)]), isNull);
    }

    private static GaussianMixture Modes(string name, int dimension, double m)
    {
        if (name == "three-modes")
        {
            var means = new double[3 * dimension];
            (means[0], means[2 * dimension]) = (-m, m);
            return GaussianMixture.Isotropic(dimension, [1.0 / 3, 1.0 / 3, 1.0 / 3], means, [1, 1, 1]);
        }

        GaussianMixture equal = GaussianMixture.TwoModes(m, ModelWeight(name), dimension);
        return name == "modes" ? equal
            : GaussianMixture.Isotropic(dimension, equal.Weights, equal.Means, [1, LargeVariance]);
    }

    private static GaussianMixture OneMode(int dimension, double mean, double deviation)
    {
        var means = new double[dimension];
        means[0] = mean;
        return GaussianMixture.Isotropic(dimension, [1], means, [deviation * deviation]);
    }
}
