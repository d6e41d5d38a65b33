using Stein.Engine.Formulas;
using Stein.Engine.Text;

namespace Stein.Engine.Estimators;

/// <summary>The registry of score estimators. The command line, the experiments and the tests read it, so none can be forgotten.</summary>
public static class ScoreEstimators
{
    /// <summary>All, the default first.</summary>
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

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Name)];

    /// <summary>The estimator of a name.</summary>
    /// <exception cref="ArgumentException">No estimator has that name; the message has the closest.</exception>
    public static ScoreEstimator Find(string name)
        => All.FirstOrDefault(estimator => estimator.Name == name)
            ?? throw new ArgumentException(
                $"unknown estimator '{name}', did you mean '{EditDistance.Closest(name, Names)}'? The estimators are "
                + string.Join(", ", Names),
                nameof(name));
}
