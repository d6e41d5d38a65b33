namespace Stein.Experiments.Reports;

/// <summary>Tables and prose as Markdown, and the captions of all figures in <c>figures.md</c>.</summary>
internal static class Markdown
{
    public static IEnumerable<string> Write(Report report, string folder)
    {
        Figure[] figures = [.. report.Sections.OfType<Figure>()];
        Report captions = new(figures.Length == 0 ? [] : [new Prose("figures", "Figures", string.Join("\n\n", figures.Select(
            figure => $"## {figure.Name}\n\n{figure.Caption}")))]);
        return
        [
            .. ReportFiles.Each<Table>(report, folder, ".md", (table, stream) => ReportFiles.Text(stream, Lines(table))),
            .. ReportFiles.Each<Prose>(report, folder, ".md", WriteProse),
            .. ReportFiles.Each<Prose>(captions, folder, ".md", WriteProse),
        ];

        static void WriteProse(Prose prose, Stream stream) => ReportFiles.Text(stream, [$"# {prose.Title}", "", prose.Text]);
    }

    private static IEnumerable<string> Lines(Table table) =>
    [
        $"# {table.Title}",
        "",
        table.Caption,
        "",
        Row(table.Columns.Select(column => Cell(column.Header.Replace('\n', ' ')))),
        Row(table.Columns.Select((_, index) => index == 0 ? "---" : "---:")),
        .. table.Rows.Select(row => Row(row.Select(Cell))),
    ];

    private static string Cell(string text) => text.Replace("|", @"\|", StringComparison.Ordinal);

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}
