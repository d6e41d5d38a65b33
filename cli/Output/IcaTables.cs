using Stein.Experiments.Ica;
using Stein.Experiments.Reports;

namespace Stein.Cli;

/// <summary>Prints finished ICA runs as tables, one per dimension.</summary>
internal static class IcaTables
{
    public static void Print(IReadOnlyList<IcaRunOutcome> outcomes, bool comparePaper, int seedsExpected)
    {
        IcaRun[] runs = [.. outcomes.Where(outcome => outcome.Run is not null).Select(outcome => outcome.Run!)];
        IReadOnlyList<IcaTableRow> rows = IcaTable.Rows(runs, comparePaper, seedsExpected);
        foreach (IGrouping<int, IcaTableRow> dimension in rows.GroupBy(row => row.Dim).OrderBy(group => group.Key))
            PrintDimension([.. runs.Where(run => run.Dim == dimension.Key)], [.. dimension], comparePaper, seedsExpected);
        PrintDifferences(IcaDifferences.Rows(runs, comparePaper), comparePaper);
    }

    /// <summary>One table; where the terminal is too narrow, the columns of the seeds stand in one of their own, and seconds go.</summary>
    private static void PrintDimension(IReadOnlyList<IcaRun> runs, IReadOnlyList<IcaTableRow> rows, bool comparePaper, int seedsExpected)
    {
        Column<IcaTableRow> method = new("method", row => row.Method);
        Column<IcaTableRow>[] seeds = [.. SeedColumns(runs)];
        Column<IcaTableRow>[] missing = rows.Any(row => row.Seeds < seedsExpected)
            ? [new("seeds", row => $"{row.Seeds} of {seedsExpected}")]
            : [];
        Column<IcaTableRow>[] summary =
        [
            .. missing,
            new("mean ± s.e.", row => NumberText.WithError(row.Mean, row.Se)),
            new("gap to\noracle", row => IsOracle(row) ? "" : NumberText.WithError(row.Gap, row.GapSe)),
            new("Amari\ndistance", row => IsOracle(row) ? "" : NumberText.WithError(row.AmariDistance, row.AmariDistanceSe, 3)),
        ];
        Column<IcaTableRow> seconds = new("seconds", row => IsOracle(row) ? "" : NumberText.Fixed(row.Seconds, 1));
        Column<IcaTableRow>[] paper = comparePaper
            ? [new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Verdict)]
            : [];
        string count = seedsExpected == 1 ? "1 seed" : $"{seedsExpected} {(IsSeveralDraws(runs) ? "draws" : "seeds")}";
        string title = $"Test log-likelihood in nats, D = {rows[0].Dim}, {count}";
        Column<IcaTableRow>[] all = [method, .. seeds, .. summary, seconds, .. paper];
        if (Column<IcaTableRow>.Width(all, rows) <= Terminal.Output.Profile.Width)
        {
            Column<IcaTableRow>.Print(title, all, rows);
        }
        else
        {
            Column<IcaTableRow>.Print(title, [method, .. summary, .. paper], rows);
            Column<IcaTableRow>.Print("Each seed", [method, .. seeds], rows);
        }
    }

    private static IEnumerable<Column<IcaTableRow>> SeedColumns(IReadOnlyList<IcaRun> runs)
    {
        foreach ((long Seed, ulong? Data) seed in runs.Select(run => (run.Seed, run.DataSeed)).Distinct().Order())
        {
            IcaRun[] ofSeed = [.. runs.Where(run => (run.Seed, run.DataSeed) == seed)];
            yield return new(
                $"seed {seed.Seed}" + (seed.Data is null ? "" : $"\ndata {seed.Data}"),
                row => NumberText.Fixed(IsOracle(row)
                    ? ofSeed[0].Oracle
                    : ofSeed.FirstOrDefault(run => IcaMethod.Find(run.Method).Name == row.Method)?.TestLogLikelihood ?? double.NaN));
        }
    }

    private static void PrintDifferences(IReadOnlyList<IcaDifferenceRow> rows, bool comparePaper)
    {
        if (rows.Count == 0)
            return;
        Column<IcaDifferenceRow>[] paper = comparePaper
            ? [new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Verdict)]
            : [];
        Column<IcaDifferenceRow>.Print(
            "Differences in nats, paired by seed",
            [
                new("comparison", row => row.Comparison),
                new("D", row => $"{row.Dim}"),
                new("seeds", row => $"{row.Seeds}"),
                new("mean ± s.e.", row => NumberText.WithError(row.Mean, row.Se)),
                .. paper,
            ],
            rows,
            keys: 2);
    }

    private static bool IsOracle(IcaTableRow row) => row.Method == IcaMethod.Oracle.Name;

    private static bool IsSeveralDraws(IReadOnlyList<IcaRun> runs) => runs.Any(run => run.DataSeed is not null);
}
