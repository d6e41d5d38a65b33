using Stein.Engine.Formulas;
using Stein.Engine.Text;

namespace Stein.Engine.Estimators;

/// <summary>The registry of score estimators, from which the command line, the experiments and the tests take their estimators.</summary>
public static class ScoreEstimators
{
    /// <summary>All estimators, the default first.</summary>
    public static IReadOnlyList<ScoreEstimator> All { get; } =
    [
        new SteinGradientEstimator(PairStatistic.V),
        new AugmentedSteinEstimator(),
        new SteinGradientEstimator(PairStatistic.U),
        new ParametricSteinEstimator(),
        new IterativeScoreEstimator(isAccelerated: false),
        new IterativeScoreEstimator(isAccelerated: true),
        new SpectralScoreEstimator(),
        new KernelDensityScore(),
        new CurlFreeScoreEstimator(),
    ];

    /// <summary>The names of all estimators, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Name)];

    /// <summary>Finds an estimator by its name.</summary>
    /// <exception cref="ArgumentException">No estimator has that name; the message suggests the closest name.</exception>
    public static ScoreEstimator Find(string name)
        => All.FirstOrDefault(estimator => estimator.Name == name)
            ?? throw new ArgumentException(
                $"unknown estimator '{name}', did you mean '{EditDistance.Closest(name, Names)}'? The estimators are "
                + string.Join(", ", Names),
                nameof(name));
}
