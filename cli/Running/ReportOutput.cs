using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary>Prints what a report came to: tables for people, or events for programs.</summary>
internal sealed class ReportOutput(bool json, bool quiet)
{
    public void Write(ReportPart part, ReportOutcome outcome)
    {
        if (json)
            RunEvents.Standard.Report(part, outcome);
        if (json || quiet)
            return;
        foreach (Table table in outcome.Tables)
            Print(table);
        if (outcome.Deviations.Count > 0)
            Terminal.Text.WriteLine($"Not the paper's protocol: {string.Join(", ", outcome.Deviations)}.");
        Terminal.Text.WriteLine(outcome.Files.Count == 0
            ? $"{part.Experiment.Name}: no run is finished; there is nothing to report"
            : $"{outcome.Files.Count} files (tables, curves, figures, provenance) are in {part.Folder}");
    }

    /// <summary>What a page came to; null for none.</summary>
    public void Write(string file, Page? page)
    {
        if (json)
            RunEvents.Standard.Page(file, page);
        if (json || quiet)
            return;
        PublishedComparison[] comparisons = [.. page?.Parts.SelectMany(part => part.Comparisons) ?? []];
        Terminal.Text.WriteLine(page is null
            ? $"{file} is not written: no run is finished; there is nothing to report"
            : $"{file}: {page.Parts.Count} experiments, {comparisons.Count(comparison => comparison.Reproduced)} of {comparisons.Length} "
                + "comparisons agree");
    }

    /// <summary>A row for each experiment: how much is done, the verdicts, where the files are.</summary>
    public void Summary(IReadOnlyList<(ReportPart Part, ReportOutcome Outcome)> reports)
    {
        if (json || quiet)
            return;
        Column<(ReportPart Part, ReportOutcome Outcome)>.Print(
            "Experiments",
            [
                new("experiment", report => report.Part.Experiment.Name),
                new("runs", report => $"{report.Outcome.Finished} of {report.Outcome.Expected}"),
                new("verdicts", report => Verdicts(report.Outcome)),
                new("files", report => report.Outcome.Files.Count == 0 ? "" : report.Part.Folder),
            ],
            reports);
    }

    /// <summary>"29 of 35 agree", or what there is instead.</summary>
    private static string Verdicts(ReportOutcome outcome) => outcome.Comparisons.Count == 0
        ? "none"
        : $"{outcome.Comparisons.Count(comparison => comparison.Reproduced)} of {outcome.Comparisons.Count} agree";

    /// <summary>One table; where the terminal is too narrow, the columns of a detail stand in a table of their own.</summary>
    private static void Print(Table table)
    {
        int[] all = [.. Enumerable.Range(0, table.Columns.Count)];
        if (Column<IReadOnlyList<string>>.Width(Columns(table, all), table.Rows) <= Terminal.Output.Profile.Width)
        {
            Print(table.Title, table, all);
            return;
        }

        Print(table.Title, table, [.. all.Where(index => table.Columns[index].Detail is null)]);
        foreach (IGrouping<string?, int> detail in all.Where(index => table.Columns[index].Detail is not null)
            .GroupBy(index => table.Columns[index].Detail))
        {
            Print(detail.Key!, table, [0, .. detail]);
        }
    }

    private static void Print(string title, Table table, int[] chosen) =>
        Column<IReadOnlyList<string>>.Print(title, Columns(table, chosen), table.Rows);

    private static Column<IReadOnlyList<string>>[] Columns(Table table, int[] chosen) =>
        [.. chosen.Select(index => new Column<IReadOnlyList<string>>(table.Columns[index].Header, row => row[index]))];
}
