using System.Text;
using Stein.Experiments.Files;

namespace Stein.Experiments.Reports;

/// <summary>Makes files of one kind of a report.</summary>
internal interface IReportWriter
{
    /// <summary>Writes the files of the sections that it knows.</summary>
    /// <returns>Their paths.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    IEnumerable<string> Write(Report report, string folder);
}

/// <summary>The files of a report: CSV, Markdown, LaTeX, PNG and SVG.</summary>
internal static class ReportFiles
{
    private static readonly IReportWriter[] Writers =
        [new TextFileWriter(), new CsvTableWriter(), new MarkdownWriter(), new LatexWriter(), new FigureWriter()];

    /// <summary>Writes all files; the folder is made if it is missing.</summary>
    /// <returns>Their paths.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(Report report, string folder) =>
        [.. Writers.SelectMany(writer => writer.Write(report, folder))];

    /// <summary>Writes a file for each section of one kind.</summary>
    internal static IEnumerable<string> Each<TSection>(Report report, string folder, string ending, Action<TSection, Stream> write)
        where TSection : Section
    {
        foreach (TSection section in report.Sections.OfType<TSection>().Where(section => section is not Table { IsInFiles: false }))
        {
            string path = Path.Combine(folder, section.Name + ending);
            AtomicFile.Write(path, stream => write(section, stream));
            yield return path;
        }
    }

    /// <summary>Writes text with line feeds.</summary>
    internal static void Text(Stream stream, IEnumerable<string> lines)
        => stream.Write(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => $"{line}\n"))));
}

/// <summary>What experiments write themselves.</summary>
internal sealed class TextFileWriter : IReportWriter
{
    public IEnumerable<string> Write(Report report, string folder)
        => ReportFiles.Each<TextFile>(report, folder, "", (file, stream) => stream.Write(Encoding.UTF8.GetBytes(file.Content)));
}

/// <summary>A CSV file for each table of data.</summary>
internal sealed class CsvTableWriter : IReportWriter
{
    public IEnumerable<string> Write(Report report, string folder)
        => ReportFiles.Each<DataTable>(report, folder, ".csv", (data, stream) => data.WriteCsv(stream));
}

/// <summary>Tables and prose as Markdown, and the captions of all figures in <c>figures.md</c>.</summary>
internal sealed class MarkdownWriter : IReportWriter
{
    public IEnumerable<string> Write(Report report, string folder)
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
        Row(table.Columns.Select(column => column.Header.Replace('\n', ' '))),
        Row(table.Columns.Select((_, index) => index == 0 ? "---" : "---:")),
        .. table.Rows.Select(row => Row(row.Select(cell => cell.Replace("|", @"\|", StringComparison.Ordinal)))),
    ];

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
}

/// <summary>Tables as LaTeX, each a table environment for <c>\input</c>.</summary>
internal sealed class LatexWriter : IReportWriter
{
    public IEnumerable<string> Write(Report report, string folder)
        => ReportFiles.Each<Table>(report, folder, ".tex", (table, stream) => ReportFiles.Text(stream, Lines(table)));

    private static IEnumerable<string> Lines(Table table) =>
    [
        @"% \input this file; needs \usepackage{booktabs,graphicx}.",
        @"\begin{table}",
        @"\centering",
        $@"\caption{{{Latex.Escape(table.Caption)}}}",
        $@"\label{{tab:{table.Name}}}",
        // Wider than the text it is set smaller; narrower, as it is.
        @"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
        $@"\begin{{tabular}}{{@{{}}l{new string('r', table.Columns.Count - 1)}@{{}}}}",
        @"\toprule",
        Row(table.Columns.Select(column => column.Header.Replace('\n', ' '))),
        @"\midrule",
        .. table.Rows.Select(Row),
        @"\bottomrule",
        @"\end{tabular}}",
        @"\end{table}",
    ];

    private static string Row(IEnumerable<string> cells) => string.Join(" & ", cells.Select(Latex.Escape)) + @" \\";
}

/// <summary>Figures as PNG and SVG; the same figure gives the same bytes.</summary>
internal sealed class FigureWriter : IReportWriter
{
    public IEnumerable<string> Write(Report report, string folder)
    {
        foreach (Figure figure in report.Sections.OfType<Figure>())
        {
            foreach (string path in Canvas.Save(FigureDrawing.Draw(figure), folder, figure.Name, hasVectors: !figure.IsRasterOnly))
                yield return path;
        }
    }
}
