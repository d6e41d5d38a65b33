using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>The tables that people are shown: a descent at a few times, and where it is best and where it is stopped.</summary>
internal static class DaeDescentTables
{
    private static readonly int[] ShownTimes = [0, 1, 10, 30, 100, 1000];

    /// <summary>
    /// KSD_V² and Fisher error of an earlier, throw-away measurement: N = 300, h² = 0.72, one draw of three modes whose places were not
    /// kept. To compare the course with, not the numbers.
    /// </summary>
    private static readonly Dictionary<int, (double Discrepancy, double Error)> Earlier = new()
    {
        [0] = (0.165, 4.19),
        [10] = (0.0078, 0.95),
        [30] = (0.0035, 1.25),
        [100] = (0.0014, 2.5),
        [1000] = (2.7e-4, 12),
        [30_000] = (7e-5, 562),
    };

    /// <summary>KSD and Fisher error against time.</summary>
    /// <param name="cells">Of one data; at least one.</param>
    public static ReportTable Descent(IReadOnlyList<DescentCell> cells)
    {
        bool hasTruth = cells[0].HasTruth;
        bool hasEarlier = IsEarlier(cells);
        var rows = cells.Select(cell => DescentRow.Of(cell).ToDictionary(row => row.Time)).ToList();
        int[] last = [.. cells.Select(cell => cell.Settings.Steps).Distinct().Where(time => !ShownTimes.Contains(time))];
        int[] times = [.. ShownTimes.Concat(last).Order().Where(time => rows.Any(cell => cell.ContainsKey(time)))];
        return new ReportTable(
            $"Descent on {cells[0].Settings.DataName}",
            [
                new("t"),
                .. cells.SelectMany(cell => Columns(FormattableString.Invariant($"N = {cell.Settings.Samples}"))),
                .. hasEarlier ? Columns("earlier") : [],
            ],
            [
                .. times.Select(time => (string[])
                    [
                        FormattableString.Invariant($"{time}"),
                        .. rows.SelectMany(cell => Cells(cell.GetValueOrDefault(time))),
                        .. hasEarlier ? EarlierCells(time) : [],
                    ]),
            ]);

        ReportColumn[] Columns(string what)
            => hasTruth ? [new($"KSD²\n{what}"), new($"Fisher error\n{what}")] : [new($"KSD²\n{what}"), new($"held-out loss\n{what}")];

        string[] Cells(DescentRow? row) => row is null
            ? [NumberText.Missing, NumberText.Missing]
            :
            [
                SignificantText.WithError(row.Discrepancy, row.DiscrepancySe),
                hasTruth
                    ? SignificantText.WithError(row.TestError, row.TestErrorSe)
                    : SignificantText.WithError(row.HeldOutLoss, row.HeldOutLossSe),
            ];
    }

    /// <summary>The best time and the chosen one, the best ridge and the chosen one: a row a cell.</summary>
    public static ReportTable Stopping(IReadOnlyList<DescentCell> cells) => new(
        "Early stopping and ridge",
        [
            new("data"), new("KSD² floor ≤"), new("best t"), new("error"), new("held-out t"), new("error"), new("regret"),
            new("best η"), new("error"), new("held-out η"), new("error"), new("regret"),
        ],
        [
            .. cells.Select(cell =>
            {
                IReadOnlyList<StoppingRow> rows = StoppingRow.Of(cell);
                string title = cell.Runs.Count < cell.Expected ? $"{cell.Title} ({cell.Runs.Count} of {cell.Expected} seeds)" : cell.Title;
                return (string[])
                [
                    title,
                    Mean(row => row.Floor),
                    Range(row => row.BestTime),
                    Mean(row => row.BestError),
                    Range(row => row.StoppingTime),
                    Mean(row => row.StoppingError),
                    Mean(row => row.Regret),
                    Range(row => row.BestRidge),
                    Mean(row => row.BestRidgeError),
                    Range(row => row.ChosenRidge),
                    Mean(row => row.ChosenRidgeError),
                    Mean(row => row.RidgeRegret),
                ];

                string Mean(Func<StoppingRow, double> value)
                {
                    Summary summary = Summary.Of([.. rows.Select(value)]);
                    return SignificantText.WithError(summary.Mean, summary.StandardError);
                }

                string Range(Func<StoppingRow, double> value)
                {
                    double[] values = [.. rows.Select(value).Order()];
                    if (double.IsNaN(values[0]))
                        return NumberText.Missing;
                    // One that was measured, also for an even number of seeds.
                    string median = Short(values[(values.Length - 1) / 2]);
                    return values[0] == values[^1] ? median : $"{median} ({Short(values[0])}–{Short(values[^1])})";
                }
            }),
        ]);

    /// <summary>Whether an earlier measurement stands beside the table of these cells.</summary>
    public static bool IsEarlier(IReadOnlyList<DescentCell> cells)
        => cells.Any(cell => cell.Settings is { Data: "modes", Samples: 300, Bandwidth: null, Kernel: "rbf" });

    private static string[] EarlierCells(int time) => Earlier.TryGetValue(time, out (double Discrepancy, double Error) found)
        ? [SignificantText.Number(found.Discrepancy), SignificantText.Number(found.Error)]
        : [NumberText.Missing, NumberText.Missing];

    private static string Short(double value) => value >= 1 ? NumberText.Tick(Math.Round(value, 1)) : NumberText.Tick(Math.Round(value, 4));
}
