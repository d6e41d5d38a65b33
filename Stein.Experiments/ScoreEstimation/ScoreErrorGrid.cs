using Stein.Engine.Estimators;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>The grids: fixed regularisations, dimensions, sample sizes, ridges.</summary>
internal static class ScoreErrorGrid
{
    /// <summary>
    /// The largest K at which the ridge of <c>stein-augmented</c> is selected by held-out samples: the divergences that this takes
    /// are O(K²D) operations a point.
    /// </summary>
    public const int MostForAugmentedSelection = 1000;

    /// <summary>From 10⁻³ to 10² in half decades.</summary>
    private static readonly double[] Ridges = [0.001, 0.0032, 0.01, 0.032, 0.1, 0.32, 1, 3.2, 10, 32, 100];

    /// <summary>
    /// All but <c>stein-u</c>: the diagonal of zeros takes 1 from the ridge, and at ridge 1 + η, which its rule and its candidates are,
    /// it is <c>stein</c> at η.
    /// </summary>
    private static readonly string[] Estimators = [.. ScoreEstimators.Names.Where(name => name != "stein-u")];

    public static IReadOnlyList<ScoreErrorSettings> Of(GridScale scale)
    {
        ScoreErrorSettings[] all = scale switch
        {
            GridScale.Paper =>
            [
                .. Fixed(),
                .. Selected(Dimensions([1, 2, 5, 10, 20, 50, 100, 200], new())),
                .. Selected(Dimensions([2, 4, 8, 16, 32, 64], new() { Target = "grid", Samples = 128 })),
                .. Selected(Sizes([50, 100, 200, 500, 1000, 2000], new() { Dimension = 10 })),
                .. Selected(Sizes([50, 100, 200, 500, 1000, 2000], new() { Target = "grid", Dimension = 32 })),
                .. Selected(Sizes([50, 100, 200, 500, 1000, 2000], new() { Target = "banana", Dimension = 2 })),
                .. Sweep(Dimensions([1, 2, 10, 50, 100], new()), Ridges),
            ],
            GridScale.Quick =>
            [
                .. Selected(Dimensions([1, 10, 50], new() { Samples = 100, Trials = 3 })),
                .. Selected(Sizes([50, 100, 200], new() { Target = "banana", Dimension = 2, Trials = 3 })),
                .. Sweep(Dimensions([1, 50], new() { Samples = 100, Trials = 3 }), [0.01, 0.1, 1, 10, 100]),
            ],
            _ =>
            [
                .. Selected(Dimensions([1, 3], new() { Samples = 30, TestPoints = 50, Trials = 2 })),
                .. Selected(Sizes([20, 30], new() { Target = "banana", Dimension = 2, TestPoints = 50, Trials = 2 })),
                .. Sweep(Dimensions([1, 3], new() { Samples = 30, TestPoints = 50, Trials = 2 }), [0.01, 0.1, 1, 10, 100]),
            ],
        };
        return [.. all.Select(settings => settings.Normalised()).Distinct()];
    }

    /// <summary>Regularisations that do not depend on the samples; that of <c>kde</c> makes its bandwidth Scott's.</summary>
    private static IEnumerable<ScoreErrorSettings> Fixed()
        => from cell in (ScoreErrorSettings[])
           [
               .. Dimensions([1, 10, 100], new()),
               .. Dimensions([32, 64], new() { Target = "grid", Samples = 128 }),
               new() { Target = "banana", Dimension = 2 },
           ]
           from estimator in ((string Name, double[] Regularisations)[])
           [
               ("kde", [ScottFactor(cell.Dimension)]),
               ("stein-augmented", [0.01, 0.1, 1, 10]),
               ("ssge", [0.95, 0.99]),
               ("landweber", [10, 100]),
               ("nu", [5, 20]),
           ]
           from regularisation in estimator.Regularisations
           select cell with { Estimator = estimator.Name, Selection = "given", Regularisation = regularisation };

    /// <summary>Scott's bandwidth over Silverman's, to four decimals.</summary>
    private static double ScottFactor(int dimension) => Math.Round(Math.Pow((dimension + 2) / 4.0, 1.0 / (dimension + 4)), 4);

    private static IEnumerable<ScoreErrorSettings> Dimensions(int[] dimensions, ScoreErrorSettings settings)
        => dimensions.Select(dimension => settings with { Dimension = dimension });

    private static IEnumerable<ScoreErrorSettings> Sizes(int[] sizes, ScoreErrorSettings settings)
        => sizes.Select(samples => settings with { Samples = samples });

    /// <summary>Every estimator by its rule and by held-out samples.</summary>
    private static IEnumerable<ScoreErrorSettings> Selected(IEnumerable<ScoreErrorSettings> cells)
        => from cell in cells
           from estimator in Estimators
           from selection in (string[])["rule", "held-out"]
           where !(estimator == "stein-augmented" && selection == "held-out" && cell.Samples > MostForAugmentedSelection)
           select cell with { Estimator = estimator, Selection = selection };

    private static IEnumerable<ScoreErrorSettings> Sweep(IEnumerable<ScoreErrorSettings> cells, double[] ridges)
        => from cell in cells
           from estimator in (string[])["stein", "stein-augmented"]
           from ridge in ridges
           select cell with { Estimator = estimator, Selection = "given", Regularisation = ridge };
}
