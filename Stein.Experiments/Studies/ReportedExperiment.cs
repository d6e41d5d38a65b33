using System.Text.Json.Nodes;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Studies;

/// <summary>An experiment whose report is a value.</summary>
internal abstract class ReportedExperiment<TConfig> : Experiment<TConfig>
    where TConfig : class, new()
{
    /// <summary>Makes a report of finished runs. Nothing is written.</summary>
    protected abstract Report Compose(Results<TConfig> results);

    protected sealed override ReportOutcome WriteReport(ReportRequest request, IReadOnlyList<StoredRun<TConfig>> runs)
    {
        RunConfig[] plan = [.. request.Plan.Where(run => run.Experiment == this)];
        Report report = runs.Count == 0 ? Reports.Report.Empty : Compose(new Results<TConfig>(plan, runs, request.Scale));
        return new ReportOutcome(ReportFiles.Write(report, request.Folder), runs.Count, request.Plan.Count, report.Comparisons)
        {
            Tables = [.. report.Sections.OfType<Table>().Select(table => table with { Rows = table.ShortRows ?? table.Rows })],
            Data = new JsonObject(report.Sections.OfType<DataTable>().Where(data => data.IsInJson).Select(
                data => KeyValuePair.Create(data.Name, (JsonNode?)data.ToJson()))),
            Deviations = report.Deviations,
        };
    }
}
