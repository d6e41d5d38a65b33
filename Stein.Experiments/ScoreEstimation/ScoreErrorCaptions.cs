using Stein.Engine.Estimators;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>What a reader has to know of the numbers.</summary>
internal static class ScoreErrorCaptions
{
    private const string Measure =
        "The relative error is the squared distance of the estimated score from the true one over the squared length of the true one, both "
        + "summed over points: 0 for the true score, 1 for a score of zero.";

    /// <summary>Of a table of estimators by rule and by held-out samples.</summary>
    public static string Selection(IReadOnlyList<ScoreErrorResult> rows, string fixedPart)
    {
        string augmented = rows.Any(row => row.Estimator == "stein-augmented")
            ? FormattableString.Invariant(
                $" The ridge of stein-augmented is selected up to K = {ScoreErrorGrid.MostForAugmentedSelection} only, as the cost grows ")
                + "with the cube of K."
            : "";
        string kinds = string.Join(
            "; ",
            Estimators(rows).Select(estimator => $"{estimator.Name}, {Plain(estimator)}"));
        return $"{Target(rows[0].Target)} Varied: what the columns say; fixed: {fixedPart}. {Measure} {Conditions(rows)} "
            + $"Regularisation ({kinds}) by the rule of each estimator, or the smoothest of its candidates, the rule's among them, "
            + $"whose score-matching loss at a fifth of the samples held out ({Splits(rows)}) is no more than a standard error of the "
            + $"difference above the least, anew for every draw.{augmented} "
            + "Means above 10 are outside of the figures."
            + (rows.Any(row => row.Estimator == "stein-u") ? "" : " stein-u at a ridge 1 larger is stein, and has no row.")
            + Failures(rows);
    }

    /// <summary>Of a sweep.</summary>
    public static string Sweep(IReadOnlyList<ScoreErrorResult> rows, string fixedPart, ScoreEstimator estimator)
    {
        double[] given = [.. rows.Where(row => row.Selection == "given").Select(row => row.Regularisation).Distinct().Order()];
        return $"{Target(rows[0].Target)} Varied: the {Plain(estimator)} over {given.Length} values from {NumberText.Tick(given[0])} to "
            + $"{NumberText.Tick(given[^1])}, and the dimension; fixed: {fixedPart}. Best is the least mean error of those values. "
            + $"{Measure} {Conditions(rows)}{Failures(rows)}";
    }

    /// <summary>Points, draws, kernel and bandwidth.</summary>
    private static string Conditions(IReadOnlyList<ScoreErrorResult> rows)
    {
        ScoreErrorResult first = rows[0];
        string bandwidth = double.IsNaN(first.GivenBandwidth)
            ? "squared bandwidth by rule: " + string.Join(
                "; ",
                Estimators(rows).GroupBy(estimator => estimator.BandwidthRule).Select(
                    rule => $"{Text(rule.Key)} for {string.Join(", ", rule.Select(estimator => estimator.Name))}"))
            : $"bandwidth {NumberText.Tick(first.GivenBandwidth)}";
        return FormattableString.Invariant(
            $"Out of sample are {first.TestPoints} further points of the target. Mean ± standard error over {first.Trials} draws of ")
            + FormattableString.Invariant($"samples and points, the same for all estimators, seed {first.Seed}; ")
            + $"kernel {first.Kernel}, {bandwidth}.";
    }

    private static string Text(BandwidthRule rule) => rule switch
    {
        BandwidthRule.Median => "the median squared distance",
        BandwidthRule.TwiceMedian => "twice the median squared distance",
        _ => "Silverman's",
    };

    private static string Target(string name) => name switch
    {
        "grid" => "The target is a mixture of D Gaussians of variance 1 and equal weight at random vertices of the unit cube, "
            + "drawn anew every time.",
        "banana" => FormattableString.Invariant(
            $"The target is a banana: x1 has variance {BananaDensity.Variance}, x2 is standard normal plus {BananaDensity.Bend} ")
            + FormattableString.Invariant($"(x1² − {BananaDensity.Variance})."),
        _ => "The target is the standard normal density.",
    };

    /// <summary>How many splits there are, where it depends on K at which.</summary>
    private static string Splits(IReadOnlyList<ScoreErrorResult> rows)
    {
        var counts = rows.Select(row => row.Samples).Distinct().Order().GroupBy(HeldOutSplit.Count).ToList();
        string each = string.Join(
            ", ",
            counts.Select(group => FormattableString.Invariant($"{group.Key}{(counts.Count == 1 ? "" : $" from K = {group.First()} on")}")));
        return $"splits: {each}";
    }

    private static string Failures(IReadOnlyList<ScoreErrorResult> rows) => rows.Any(row => row.Failed > 0)
        ? " Where a number of draws follows, the others gave no estimate, and are not in the mean."
        : "";

    private static IEnumerable<ScoreEstimator> Estimators(IReadOnlyList<ScoreErrorResult> rows)
        => ScoreEstimators.All.Where(estimator => rows.Any(row => row.Estimator == estimator.Name));

    /// <summary>Letters that LaTeX has no sign for are left to the figures.</summary>
    private static string Plain(ScoreEstimator estimator) => estimator.RegularisationName.Replace(" η", "", StringComparison.Ordinal);
}
