using System.Text.Json.Nodes;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>What a report is to be made of, and where.</summary>
/// <param name="Folder">For tables and figures; made if missing.</param>
/// <param name="Plan">All runs it is about, finished or not: a table says "3 of 5 seeds" where two are missing.</param>
/// <param name="Scale">The grid the plan is, or is part of; null for runs of the user's own. Only the paper's is compared with it.</param>
internal sealed record ReportRequest(string Folder, IReadOnlyList<RunConfig> Plan, GridScale? Scale);

/// <summary>What a report came to.</summary>
/// <param name="Files">The paths of the files written.</param>
/// <param name="Finished">Runs it is made of.</param>
/// <param name="Expected">Runs of the plan.</param>
/// <param name="Comparisons">Comparisons with published numbers; empty where there is nothing to compare with.</param>
internal sealed record ReportOutcome(
    IReadOnlyList<string> Files, int Finished, int Expected, IReadOnlyList<PublishedComparison> Comparisons)
{
    /// <summary>What people are shown on a terminal.</summary>
    public IReadOnlyList<Table> Tables { get; init; } = [];

    /// <summary>What programs are given: the rows of the experiment's tables by name.</summary>
    public JsonObject Data { get; init; } = [];

    /// <summary>Settings that are not the published ones, as options with the published value.</summary>
    public IReadOnlyList<string> Deviations { get; init; } = [];
}

/// <summary>A report, and the finished runs that it is made of.</summary>
internal sealed record ComposedReport(Report Report, IReadOnlyList<StoredRun> Runs);
