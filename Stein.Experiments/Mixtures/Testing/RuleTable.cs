using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>Rules that find σ from the samples alone, beside the σ that turned out best, which nobody knows before.</summary>
internal static class RuleTable
{
    /// <summary>What a reader has to know.</summary>
    public const string Caption =
        "Power in per cent of tests with noise. Best σ: the most powerful of the ladder's, chosen by looking at the power itself (the "
        + "smallest if several are). Ladder: the sum over σ with weights σ². Selected: σ by the ratio of signal to noise on one half of the "
        + "samples, tested on the other; beside it the geometric mean of what was chosen. Largest: the largest statistic of the ladder in "
        + "units of its bootstrap's spread, all samples used.";

    /// <summary>A row for each cell in which a rule can be held against the best of several σ; null if there is none.</summary>
    public static ReportTable? Of(IReadOnlyList<MixtureResult> results)
    {
        string[][] rows =
        [
            .. from cell in results.Where(result => !result.IsNull)
                   .GroupBy(result => (result.Problem, result.Dimension, result.Separation, result.Weight, result.Variant))
               let noise = cell.Where(result => result.Remedy == "noise")
                   .OrderByDescending(result => result.Power).ThenBy(result => result.Sigma)
               where noise.Count() > 1 && cell.Any(result => MixtureRemedy.UsesLadder(result.Remedy))
               select Row([.. cell], noise.First()),
        ];
        string[] headers =
            ["problem", "D", "m", "weight", "KSD", "best\nσ", "at\nbest σ", "ladder", "selected", "its\nσ", "largest"];
        return rows.Length == 0 ? null : new ReportTable(
            "Rules for σ: power in per cent", [.. headers.Select(header => new ReportColumn(header))], rows);
    }

    private static string[] Row(MixtureResult[] cell, MixtureResult best)
    {
        MixtureResult? selected = Rule("selected");
        return
        [
            best.Problem,
            $"{best.Dimension}",
            NumberText.Tick(best.Separation),
            double.IsNaN(best.Weight) ? "" : NumberText.Fixed(best.Weight),
            Power(Rule("none")),
            NumberText.Tick(best.Sigma),
            Power(best),
            Power(Rule("ladder")),
            Power(selected),
            selected is null ? "" : NumberText.Fixed(selected.ChosenSigma, 1),
            Power(Rule("maximum")),
        ];

        MixtureResult? Rule(string remedy) => Array.Find(cell, result => result.Remedy == remedy);
    }

    private static string Power(MixtureResult? result) => result is null ? "" : NumberText.Fixed(100 * result.Power, 1);
}
