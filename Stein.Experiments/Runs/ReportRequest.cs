using System.Text.Json.Nodes;

namespace Stein.Experiments.Runs;

/// <summary>What a report is to be made of, and where.</summary>
/// <param name="Folder">For tables and figures; made if missing.</param>
/// <param name="Plan">All runs it is about, finished or not: a table says "3 of 5 seeds" where two are missing.</param>
/// <param name="Scale">The grid the plan is, or is part of; null for runs of somebody's own. Only the paper's is compared with it.</param>
internal sealed record ReportRequest(string Folder, IReadOnlyList<RunConfig> Plan, GridScale? Scale);

/// <summary>What a report came to.</summary>
/// <param name="Files">The paths of the files written.</param>
/// <param name="Finished">Runs it is made of.</param>
/// <param name="Expected">Runs of the plan.</param>
/// <param name="Comparisons">Held against published numbers; empty where there is nothing to compare.</param>
internal sealed record ReportOutcome(
    IReadOnlyList<string> Files, int Finished, int Expected, IReadOnlyList<PublishedComparison> Comparisons)
{
    /// <summary>What people are shown on a terminal.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>What programs are given: the rows of the experiment's tables by name.</summary>
    public JsonObject Data { get; init; } = [];

    /// <summary>Settings that are not the published ones, as options with the published value.</summary>
    public IReadOnlyList<string> Deviations { get; init; } = [];
}

/// <summary>A table as people are shown it.</summary>
/// <param name="Title">Of the whole.</param>
/// <param name="Columns">Its columns; the first says what a row is.</param>
/// <param name="Rows">The cells of each row.</param>
internal sealed record ReportTable(string Title, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A column of a <see cref="ReportTable"/>.</summary>
/// <param name="Header">May have two lines.</param>
/// <param name="Detail">
/// Null for a column that is always there. Where the table is too wide, columns with a detail go into a table of their own that has it as
/// its title.
/// </param>
internal sealed record ReportColumn(string Header, string? Detail = null);

/// <summary>A number held against the published one.</summary>
/// <param name="Row">What it is, as in "maxSKSD-g, D = 10".</param>
/// <param name="Ours">Our number.</param>
/// <param name="Published">The published number.</param>
/// <param name="Verdict">A word: agrees, higher, lower.</param>
/// <param name="Reproduced">Whether it counts as reproduced; <c>--check</c> fails if one does not.</param>
internal sealed record PublishedComparison(string Row, double Ours, double Published, string Verdict, bool Reproduced);
