using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>Prints what a report came to: tables for people, or events for programs.</summary>
internal sealed class ReportOutput(bool json, bool quiet)
{
    private static TextWriter Text => Terminal.Output.Profile.Out.Writer;

    public void Write(ReportPart part, ReportOutcome outcome)
    {
        if (json)
            RunEvents.Standard.Report(part, outcome);
        if (json || quiet)
            return;
        foreach (ReportTable table in outcome.Tables)
            ReportTables.Print(table);
        if (outcome.Deviations.Count > 0)
            Text.WriteLine($"Not the paper's protocol: {string.Join(", ", outcome.Deviations)}.");
        Text.WriteLine(outcome.Files.Count == 0
            ? $"{part.Experiment.Name}: no run is finished; there is nothing to report"
            : $"{outcome.Files.Count} files (tables, curves, figures, provenance) are in {part.Folder}");
    }

    /// <summary>A line for each experiment.</summary>
    public void Summary(IReadOnlyList<(ReportPart Part, ReportOutcome Outcome)> reports)
    {
        if (!json && !quiet)
            ReportTables.PrintSummary(reports);
    }
}
