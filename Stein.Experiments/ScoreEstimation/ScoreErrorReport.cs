using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Writes everything that is made from finished runs of estimators.</summary>
internal static class ScoreErrorReport
{
    /// <summary>
    /// Writes <c>score_errors.csv</c>; for each target tables <c>by_dimension</c> and <c>by_samples</c> with a figure for each way to
    /// regularise; for each estimator whose regularisation is swept the table <c>best</c> and the figure <c>sweep</c>; and the curves on a
    /// line. Tables are Markdown and LaTeX, figures PNG and SVG.
    /// </summary>
    /// <param name="request">Where to, and what is expected.</param>
    /// <param name="runs">Finished runs; none gives an empty report.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<ScoreErrorSettings>> runs)
    {
        if (runs.Count == 0)
            return new ReportOutcome([], 0, request.Plan.Count, []);
        var files = new List<string>();
        var tables = new List<ReportTable>();
        ScoreErrorResult[] rows = [.. runs.Select(ScoreErrorResult.Of)];
        WriteCsv("score_errors.csv", rows);

        // Cells that differ in something else than what a table varies are in tables of their own, which the caption tells apart.
        int conditions = 0;
        foreach (var alike in rows.GroupBy(row => (row.TestPoints, row.Kernel, row.GivenBandwidth, row.Trials, row.Seed)))
        {
            string suffix = conditions++ == 0 ? "" : FormattableString.Invariant($"_{conditions}");
            foreach (ErrorPanel panel in ErrorPanel.Of([.. alike]))
            {
                Add(panel.Name + suffix, panel.Table(), panel.Caption);
                foreach ((string name, ScottPlot.Plot plot) in panel.Plots())
                    files.AddRange(Canvas.Save(plot, request.Folder, name + suffix));
            }
        }

        IReadOnlyList<ScoreCurve> curves = ScoreCurve.All();
        WriteCsv("curves.csv", [.. curves.SelectMany(curve => curve.Points())]);
        files.AddRange(ScoreCurveFigures.Write(request.Folder, curves));
        return new ReportOutcome(files, runs.Count, request.Plan.Count, [])
        {
            Tables = tables,
            Data = new JsonObject { ["score_errors"] = JsonSerializer.SerializeToNode(rows, JsonFormat.Line) },
        };

        void Add(string name, ReportTable table, string caption)
        {
            tables.Add(table);
            files.AddRange(TableFiles.Write(request.Folder, name, table, caption));
        }

        void WriteCsv<TRow>(string name, IReadOnlyCollection<TRow> content)
        {
            string path = Path.Combine(request.Folder, name);
            CsvFile.Write(path, content);
            files.Add(path);
        }
    }
}
