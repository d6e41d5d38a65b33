using System.Collections.Concurrent;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.GoodnessOfFit;

/// <summary>The hypothesis that samples come from a model.</summary>
/// <param name="Model">p, whose score the tests know.</param>
/// <param name="Truth">q, which the samples come from.</param>
/// <param name="Holds">Whether the two are the same: a test should then reject as often as its level says.</param>
internal sealed record GofHypothesis(ITarget Model, ITarget Truth, bool Holds);

/// <summary>The model, and the way in which samples differ from it; another problem is one more entry here.</summary>
/// <param name="Title">In tables.</param>
/// <param name="Sentence">What model and samples are, for captions.</param>
/// <param name="Hypothesis">Of a config.</param>
internal sealed record GofProblem(string Name, string Title, string Sentence, Func<GofSettings, GofHypothesis> Hypothesis)
{
    private static readonly string[] OfDimension = [nameof(GofSettings.Dimension)];
    private static readonly string[] OfRbm =
    [
        nameof(GofSettings.Dimension), nameof(GofSettings.Difference), nameof(GofSettings.Hidden), nameof(GofSettings.ModelSeed),
        nameof(GofSettings.VariesModel),
    ];

    /// <summary>Models are the same objects in all runs, since tests may keep what they have computed of them.</summary>
    private static readonly ConcurrentDictionary<(int Dimension, double Variance), ProductNormal> Normals = [];
    private static readonly ConcurrentDictionary<(int Dimension, int Hidden, uint Seed), GaussBernoulliMachine> Machines = [];
    private static readonly GammaDensity Gamma = new(5, 5);

    private static readonly GofProblem[] All =
    [
        new("gaussian", "Gaussian", "Model and samples are N(0, I).", config => Null(Normal(config, 1))) { Uses = OfDimension },
        new(
            "laplace",
            "Laplace",
            "The model is N(0, I); the samples have independent Laplace coordinates of the same variance.",
            config => Alternative(Normal(config, 1), new ProductLaplace(new double[config.Dimension], Constant(config, Math.Sqrt(0.5)))))
        {
            Uses = OfDimension,
        },
        new(
            "student-t",
            "Student t",
            "The model is N(0, 5/3 I); the samples have independent Student t coordinates, 5 degrees of freedom, of the same variance.",
            config => Alternative(
                Normal(config, 5.0 / 3),
                new ProductStudentT(5, new double[config.Dimension], Constant(config, 1)))) { Uses = OfDimension },
        new(
            "diffusion",
            "thin",
            "The model is N(0, I); the first coordinate of the samples has variance 0.3.",
            config => Alternative(
                Normal(config, 1),
                new ProductNormal(new double[config.Dimension], [Math.Sqrt(0.3), .. Constant(config, 1)[1..]]))) { Uses = OfDimension },
        new(
            "correlated",
            "correlated",
            "The model is N(0, I); the samples have the same marginals, and neighbours 2i − 1 and 2i have correlation ρ: no coordinate "
                + "shows a difference.",
            config => new(
                Normal(config, 1),
                new GaussianMixture([1], new double[config.Dimension], Correlated(config.Dimension, config.Difference)),
                config.Difference == 0)) { Uses = [nameof(GofSettings.Dimension), nameof(GofSettings.Difference)], Symbol = "ρ" },
        new(
            "gamma",
            "Gamma",
            "The model is Gamma(5, 5); the samples come from Gamma(5 + δ, 5).",
            config => new(Gamma, new GammaDensity(5 + config.Difference, 5), config.Difference == 0))
        {
            Uses = [nameof(GofSettings.Difference)],
            Symbol = "δ",
        },
        new(
            "rbm",
            "RBM",
            "The model is a Gauss–Bernoulli RBM with weights ±1; that of the samples has noise of standard deviation σ on all weights.",
            config => Rbm(config, (weights, random) =>
            {
                for (int i = 0; i < weights.Length; i++)
                    weights[i] += config.Difference * random.NextNormal();
            })) { Uses = OfRbm, Symbol = "σ", IsSlow = true },
        new(
            "rbm-one-entry",
            "RBM, one weight",
            "The model is a Gauss–Bernoulli RBM with weights ±1; that of the samples has noise of variance v on one weight.",
            config => Rbm(config, (weights, random) => weights[0] += Math.Sqrt(config.Difference) * random.NextNormal()))
        {
            Uses = OfRbm,
            Symbol = "v",
            IsSlow = true,
        },
        new(
            "mean-shift",
            "shifted",
            "The model is N(0, I); the first coordinate of the samples has mean μ.",
            config => new(
                Normal(config, 1),
                new ProductNormal([config.Difference, .. new double[config.Dimension - 1]], Constant(config, 1)),
                config.Difference == 0)) { Uses = [nameof(GofSettings.Dimension), nameof(GofSettings.Difference)], Symbol = "μ" },
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(problem => problem.Name)];

    /// <summary>The settings that matter besides those of all problems.</summary>
    public required IReadOnlyList<string> Uses { get; init; }

    /// <summary>Of <see cref="GofSettings.Difference"/>, where it matters.</summary>
    public GofScale Difference
        => field ??= new("difference", Symbol, $"Difference {Symbol}", config => config.Difference);

    private string Symbol { get; init; } = "";

    /// <summary>Whether drawing samples takes longer than testing them.</summary>
    public bool IsSlow { get; private init; }

    public static GofProblem Of(GofSettings config) => All.Single(problem => problem.Name == config.Problem);

    /// <summary>The hypothesis of each trial: one for all, unless each has a model of its own.</summary>
    public static Func<int, GofHypothesis> HypothesesOf(GofSettings config)
    {
        GofProblem problem = Of(config);
        if (config.VariesModel)
            return trial => problem.Hypothesis(config with { ModelSeed = config.ModelSeed + (uint)trial });
        GofHypothesis hypothesis = problem.Hypothesis(config);
        return _ => hypothesis;
    }

    /// <summary>The problems for which a setting matters.</summary>
    public static IEnumerable<string> NamesThatUse(string setting)
        => All.Where(problem => problem.Uses.Contains(setting)).Select(problem => problem.Name);

    private static double[] Constant(GofSettings config, double value) => [.. Enumerable.Repeat(value, config.Dimension)];

    private static ProductNormal Normal(GofSettings config, double variance)
        => Normals.GetOrAdd(
            (config.Dimension, variance), _ => new(new double[config.Dimension], Constant(config, Math.Sqrt(variance))));

    /// <summary>Unit variances; coordinates 1 and 2, 3 and 4, … have the correlation.</summary>
    private static GaussianCovariance Correlated(int dimension, double correlation)
    {
        var values = new double[dimension * dimension];
        for (int i = 0; i < dimension; i++)
        {
            values[(i * dimension) + i] = 1;
            if ((i ^ 1) < dimension)
                values[(i * dimension) + (i ^ 1)] = correlation;
        }

        return GaussianCovariance.Full(dimension, values);
    }

    /// <summary>
    /// Weights B (D×H) of −1 and 1 and biases b (D), c (H) as the published scripts draw them: <c>RandomState(seed)</c>, <c>randint</c>,
    /// <c>randn</c>, <c>randn</c>, and then what perturbs the weights.
    /// </summary>
    private static GofHypothesis Rbm(GofSettings config, Action<double[], NumpyLegacyRandom> perturb)
    {
        var random = new NumpyLegacyRandom(config.ModelSeed);
        double[] weights = [.. Enumerable.Range(0, config.Dimension * config.Hidden).Select(_ => (2.0 * random.NextBit()) - 1)];
        double[] visible = new double[config.Dimension], hidden = new double[config.Hidden];
        random.FillNormal(visible);
        random.FillNormal(hidden);
        GaussBernoulliMachine model = Machines.GetOrAdd(
            (config.Dimension, config.Hidden, config.ModelSeed), _ => new(weights, visible, hidden));
        double[] perturbed = [.. weights];
        perturb(perturbed, random);
        return config.Difference == 0 ? Null(model) : Alternative(model, new GaussBernoulliMachine(perturbed, visible, hidden));
    }

    private static GofHypothesis Null(ITarget model) => new(model, model, Holds: true);

    private static GofHypothesis Alternative(ITarget model, ITarget truth) => new(model, truth, Holds: false);
}
