using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Mixtures;

/// <summary>Tables and figures of finished cells.</summary>
internal static class MixtureReport
{
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<MixtureSettings>> runs)
    {
        if (runs.Count == 0)
            return new ReportOutcome([], 0, request.Plan.Count, []);
        MixtureResult[] results = [.. runs.Select(MixtureResult.Of)];
        // Cells of the curves have few trials, and their share of rejections is not looked at.
        MixtureResult[] tested = request.Scale == GridScale.Paper
            ? [.. results.Where(result => result.Trials != MixtureGrid.CurveTrials)]
            : results;
        // Files of tests that differ in more than the cell have names of their own.
        bool hasVariants = results.Select(result => result.Variant).Distinct().Count() > 1;
        Func<string, string> suffix = variant => hasVariants && variant.Length > 0 ? $"_{FileNames.Word(variant)}" : "";
        string csv = Path.Combine(request.Folder, "tests.csv");
        CsvFile.Write(csv, results);
        var files = new List<string> { csv };
        var tables = new List<ReportTable>();
        foreach (var group in tested.GroupBy(result => (result.Problem, result.Dimension, result.Weight, result.Variant)))
        {
            MixtureResult[] cells = [.. group];
            // On a terminal there is room for the intervals of a few columns only.
            bool isNarrow = cells.Select(cell => cell.Separation).Distinct().Count() <= 3;
            tables.Add(PowerTable(cells, withIntervals: isNarrow));
            ReportTable table = PowerTable(cells, withIntervals: true);
            files.AddRange(TableFiles.Write(request.Folder, NameOf(cells[0]) + suffix(cells[0].Variant), table, Caption(cells)));
        }

        if (RuleTable.Of(tested) is { } rules)
        {
            tables.Add(rules);
            files.AddRange(TableFiles.Write(request.Folder, "rules", rules, RuleTable.Caption));
        }

        files.AddRange(MixtureFigures.Write(request.Folder, results, tested, suffix));
        if (request.Scale is not null)
            files.AddRange(ScoreFigures.Write(request.Folder));
        return new ReportOutcome(files, runs.Count, request.Plan.Count, [])
        {
            Tables = tables,
            Data = new JsonObject { ["tests"] = JsonSerializer.SerializeToNode(results, JsonFormat.Line) },
        };
    }

    /// <summary>A row for each remedy, a column for each separation.</summary>
    private static ReportTable PowerTable(MixtureResult[] results, bool withIntervals)
    {
        MixtureResult first = results[0];
        double[] separations = [.. results.Select(result => result.Separation).Distinct().Order()];
        string symbol = first.Problem switch
        {
            "shift" => "δ",
            "scale" => "s",
            _ => "m",
        };
        return new ReportTable(
            Title(first, results.All(result => result.IsNull)),
            [new("remedy"), .. separations.Select(separation => new ReportColumn($"{symbol} = {NumberText.Tick(separation)}"))],
            [
                .. from result in results
                   group result by result.Name into remedy
                   select (string[])
                   [
                       remedy.Key,
                       .. separations.Select(separation => Cell(remedy.FirstOrDefault(result => result.Separation == separation), withIntervals)),
                   ],
            ]);
    }

    /// <summary>The power in per cent, of a null marked where it is not the level.</summary>
    private static string Cell(MixtureResult? result, bool withInterval)
    {
        if (result is null)
            return "";
        string mark = result.Agrees switch
        {
            "higher" => " ↑",
            "lower" => " ↓",
            _ => "",
        };
        string interval = withInterval
            ? string.Create(CultureInfo.InvariantCulture, $" ({100 * result.Lower:0.0}–{100 * result.Upper:0.0})") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{100 * result.Power:0.0}{interval}{mark}");
    }

    private static string Title(MixtureResult result, bool isNull)
    {
        string what = isNull ? "Rejections under the hypothesis" : "Power";
        string weight = double.IsNaN(result.Weight) ? "" : FormattableString.Invariant($", sample's weight {result.Weight:0.###}");
        string variant = result.Variant.Length == 0 ? "" : $" ({result.Variant})";
        return FormattableString.Invariant(
            $"{what} in per cent at level {result.Level:0.###}: {result.Problem}, D = {result.Dimension}{weight}{variant}");
    }

    private static string NameOf(MixtureResult result)
    {
        string weight = double.IsNaN(result.Weight) ? "" : FormattableString.Invariant($"_weight{result.Weight:0.###}");
        return FormattableString.Invariant($"power_{FileNames.Word(result.Problem)}_D{result.Dimension}{weight}");
    }

    private static string Caption(MixtureResult[] results)
    {
        int[] trials = [.. results.Select(result => result.Trials).Distinct().Order()];
        MixtureResult first = results[0];
        string problem = first.Problem switch
        {
            "modes" => "The model has two modes of variance 1 and equal weight at −m and m on the first axis.",
            "three-modes" => "The model has three modes of variance 1 and equal weight at −m, 0 and m on the first axis.",
            "unequal-scales" => "The model has two modes of equal weight at −m and m on the first axis, with variances 1 and 9.",
            "shift" => "Model N(0, I), samples of N(δ, I), δ on the first axis: one mode, where a remedy only costs.",
            _ => "Model N(0, I), samples of N(0, s²I): one mode, where a remedy only costs.",
        };
        return problem + FormattableString.Invariant(
            $" {first.Samples} samples a test, {string.Join(" or ", trials)} tests, {first.Replicates} {first.Bootstrap} bootstrap ")
            + $"replicates, {first.Kernel} kernel with the median distance as bandwidth. In brackets the 95 % interval (Clopper and Pearson). "
            + "Under the hypothesis ↑ and ↓ mark counts outside the central 95 % of the binomial law of the level. "
            + "Tempered tests have samples of the tempered truth itself, which takes knowing it.";
    }
}
