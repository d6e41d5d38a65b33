namespace Stein.Experiments.Reports;

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
