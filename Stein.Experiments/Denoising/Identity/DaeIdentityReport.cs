using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Writes everything that is made from finished runs of <c>dae-identity</c>.</summary>
internal static class DaeIdentityReport
{
    /// <summary>
    /// Writes <c>errors.csv</c>, <c>slopes.csv</c> and <c>exact.csv</c>; the tables of these names as Markdown and LaTeX; the figure
    /// <c>relative_error</c>, and for each problem with repetitions <c>exact_{problem}</c>, as PNG and SVG.
    /// </summary>
    /// <param name="request">Where to, and what is expected.</param>
    /// <param name="runs">Finished runs, at least one.</param>
    /// <exception cref="IOException">The folder cannot be written, or the repetitions of a run cannot be read.</exception>
    public static ReportOutcome Write(ReportRequest request, IReadOnlyList<StoredRun<DaeIdentitySettings>> runs)
    {
        IReadOnlyList<DaeIdentityProblem> problems = DaeIdentityProblem.Of(runs);
        DaeIdentityErrorRow[] errors = [.. problems.SelectMany(problem => problem.Errors())];
        DaeIdentitySlopeRow[] slopes = [.. problems.Select(problem => problem.Slope())];
        DaeIdentityExactRow[][] exact = [.. problems.Select(problem => problem.Exact().ToArray())];
        DaeIdentityExactRow[] exactRows = [.. exact.SelectMany(rows => rows)];
        var written = new List<string>();
        var tables = new List<ReportTable>();
        Add("errors", errors, DaeIdentityTables.Errors(problems), DaeIdentityCaptions.Errors(request, runs));
        Add("slopes", slopes, DaeIdentityTables.Slopes(problems), DaeIdentityCaptions.Slopes(request, runs));
        if (exactRows.Length > 0)
            Add("exact", exactRows, DaeIdentityTables.Exact(exactRows), DaeIdentityCaptions.Exact(request, runs, exactRows));
        written.AddRange(Canvas.Save(DaeIdentityFigures.DrawErrors(problems), request.Folder, "relative_error"));
        for (int index = 0; index < problems.Count; index++)
        {
            if (exact[index].Length == 0)
                continue;
            string name = $"exact_{problems[index].FileName}";
            written.AddRange(Canvas.Save(DaeIdentityFigures.DrawExact(exact[index]), request.Folder, name));
        }

        return new ReportOutcome(written, runs.Count, request.Plan.Count, [])
        {
            Tables = tables,
            Data = new JsonObject
            {
                ["errors"] = JsonSerializer.SerializeToNode(errors, JsonFormat.Line),
                ["slopes"] = JsonSerializer.SerializeToNode(slopes, JsonFormat.Line),
                ["exact"] = JsonSerializer.SerializeToNode(exactRows, JsonFormat.Line),
            },
        };

        void Add<TRow>(string name, IReadOnlyCollection<TRow> rows, ReportTable table, string caption)
        {
            string path = Path.Combine(request.Folder, $"{name}.csv");
            CsvFile.Write(path, rows);
            written.Add(path);
            written.AddRange(TableFiles.Write(request.Folder, name, table, caption));
            tables.Add(table);
        }
    }
}
