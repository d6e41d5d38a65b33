using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Writes everything that is made from finished descents.</summary>
internal static class DaeDescentReport
{
    /// <summary>
    /// Writes <c>descent.csv</c>, <c>ridge.csv</c> and <c>stopping.csv</c>; the tables <c>descent_{data}</c> and <c>stopping</c> as
    /// Markdown and LaTeX; and for every cell the figures <c>curves_{cell}</c> and, where the true score is known, <c>ridge_{cell}</c>; for
    /// the smallest N of every data <c>arrows_{cell}</c>, whose numbers are in <c>arrows.csv</c>. Figures are PNG and SVG.
    /// </summary>
    /// <param name="request">Where to, and what is expected.</param>
    /// <param name="runs">Finished runs, at least one.</param>
    /// <exception cref="IOException">The folder cannot be written, or a file of a run cannot be read.</exception>
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<DaeDescentSettings>> runs)
    {
        IReadOnlyList<DescentCell> cells = DescentCell.Of(request.Plan, runs);
        var written = new List<string>();
        DescentRow[] descents = [.. cells.SelectMany(DescentRow.Of)];
        RidgeRow[] ridges = [.. cells.SelectMany(RidgeRow.Of)];
        StoppingRow[] stopping = [.. cells.SelectMany(StoppingRow.Of)];
        WriteCsv("descent.csv", descents);
        WriteCsv("ridge.csv", ridges);
        WriteCsv("stopping.csv", stopping);
        var tables = new List<ReportTable>();
        var arrows = new List<ArrowExamplePoint>();
        foreach (var data in cells.GroupBy(cell => cell.Name[..cell.Name.IndexOf("_N", StringComparison.Ordinal)]))
        {
            DescentCell[] ofData = [.. data];
            AddTable($"descent_{data.Key}", DaeDescentTables.Descent(ofData), DaeDescentCaptions.Descent(ofData, request.Scale));
            DescentCell example = ofData.MinBy(cell => cell.Settings.Samples)!;
            ArrowExample field = ArrowExample.Of(example);
            arrows.AddRange(field.Rows());
            written.AddRange(Canvas.Save(DescentArrowFigure.Draw(field), request.Folder, $"arrows_{example.Name}"));
        }

        AddTable("stopping", DaeDescentTables.Stopping(cells), DaeDescentCaptions.Stopping(cells, request.Scale));
        WriteCsv("arrows.csv", arrows);
        foreach (DescentCell cell in cells)
        {
            IReadOnlyList<DescentRow> rows = [.. descents.Where(row => row.Cell == cell.Name)];
            written.AddRange(Canvas.Save(DaeDescentFigures.DrawCurves(cell, rows), request.Folder, $"curves_{cell.Name}"));
            if (cell.HasTruth)
            {
                IReadOnlyList<RidgeRow> path = [.. ridges.Where(row => row.Cell == cell.Name)];
                written.AddRange(Canvas.Save(DaeDescentFigures.DrawRidge(cell, rows, path), request.Folder, $"ridge_{cell.Name}"));
            }
        }

        return new ReportOutcome(written, runs.Count, request.Plan.Count, [])
        {
            Tables = tables,
            Data = new JsonObject
            {
                ["descent"] = JsonSerializer.SerializeToNode(descents, JsonFormat.Line),
                ["ridge"] = JsonSerializer.SerializeToNode(ridges, JsonFormat.Line),
                ["stopping"] = JsonSerializer.SerializeToNode(stopping, JsonFormat.Line),
            },
        };

        void AddTable(string name, ReportTable table, string caption)
        {
            tables.Add(table);
            written.AddRange(TableFiles.Write(request.Folder, name, table, caption));
        }

        void WriteCsv<TRow>(string name, IReadOnlyCollection<TRow> rows)
        {
            string path = Path.Combine(request.Folder, name);
            CsvFile.Write(path, rows);
            written.Add(path);
        }
    }
}
