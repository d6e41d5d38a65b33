using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Ica;

/// <summary>Finished ICA runs as people are shown them: a table for each dimension, and the differences between methods.</summary>
internal static class IcaReportTables
{
    private delegate string Cell(IcaTableRow row);

    public static IReadOnlyList<ReportTable> Of(IcaStoredRuns results)
    {
        IReadOnlyList<IcaTableRow> rows = IcaTable.Rows(results.Runs, results.ComparePaper, results.SeedsExpected);
        IReadOnlyList<IcaDifferenceRow> differences = IcaDifferences.Rows(results.Runs, results.ComparePaper);
        return
        [
            .. from dimension in rows.GroupBy(row => row.Dim)
               orderby dimension.Key
               select OfDimension(results, [.. results.Runs.Where(run => run.Dim == dimension.Key)], [.. dimension]),
            .. differences.Count == 0 ? [] : new[] { Differences(differences, results.ComparePaper) },
        ];
    }

    private static ReportTable OfDimension(IcaStoredRuns results, IReadOnlyList<IcaRun> runs, IReadOnlyList<IcaTableRow> rows)
    {
        int expected = results.SeedsExpected;
        bool isPartial = rows.Any(row => row.Seeds < expected);
        string unit = runs.Any(run => run.DataSeed is not null) ? "draw" : "seed";
        (ReportColumn Column, Cell Cell)[] columns =
        [
            (new("method"), row => row.Method),
            .. EachSeed(runs),
            .. isPartial ? new (ReportColumn, Cell)[] { (new("seeds"), row => $"{row.Seeds} of {expected}") } : [],
            (new("mean ± s.e."), row => NumberText.WithError(row.Mean, row.Se)),
            (new("gap to\noracle"), row => IsOracle(row) ? "" : NumberText.WithError(row.Gap, row.GapSe)),
            (new("Amari\ndistance"), row => IsOracle(row) ? "" : NumberText.WithError(row.AmariDistance, row.AmariDistanceSe, 3)),
            .. results.ComparePaper
                ? new (ReportColumn, Cell)[]
                {
                    (new("paper"), row => NumberText.Fixed(row.Paper)),
                    (new("verdict"), row => row.Verdict),
                }
                : [],
        ];
        return new ReportTable(
            $"Test log-likelihood in nats, D = {rows[0].Dim}, {expected} {unit}{(expected == 1 ? "" : "s")}",
            [.. columns.Select(column => column.Column)],
            [.. rows.Select(row => columns.Select(column => column.Cell(row)).ToArray())]);
    }

    private static IEnumerable<(ReportColumn Column, Cell Cell)> EachSeed(IReadOnlyList<IcaRun> runs)
    {
        foreach ((long Seed, ulong? Data) seed in runs.Select(run => (run.Seed, run.DataSeed)).Distinct().Order())
        {
            IcaRun[] ofSeed = [.. runs.Where(run => (run.Seed, run.DataSeed) == seed)];
            string data = seed.Data is null ? "" : $"\ndata {seed.Data}";
            yield return (
                new ReportColumn($"seed {seed.Seed}{data}", Detail: "Each seed"),
                row => NumberText.Fixed(IsOracle(row)
                    ? ofSeed[0].Oracle
                    : ofSeed.FirstOrDefault(run => IcaMethod.Find(run.Method).Name == row.Method)?.TestLogLikelihood ?? double.NaN));
        }
    }

    private static ReportTable Differences(IReadOnlyList<IcaDifferenceRow> rows, bool comparePaper)
    {
        string[] paper = comparePaper ? ["paper", "verdict"] : [];
        return new ReportTable(
            "Differences in nats, paired by seed",
            [.. ((string[])["comparison", "D", "seeds", "mean ± s.e.", .. paper]).Select(header => new ReportColumn(header))],
            [
                .. rows.Select(row => (string[])
                    [
                        row.Comparison,
                        $"{row.Dim}",
                        $"{row.Seeds}",
                        NumberText.WithError(row.Mean, row.Se),
                        .. comparePaper ? new[] { NumberText.Fixed(row.Paper), row.Verdict } : [],
                    ]),
            ]);
    }

    private static bool IsOracle(IcaTableRow row) => row.Method == IcaMethod.Oracle.Name;
}
