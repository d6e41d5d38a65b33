using System.Text;
using Stein.Experiments.Files;

namespace Stein.Experiments.Reports;

/// <summary>A table as Markdown and as LaTeX, with the cells that people are shown on a terminal.</summary>
internal static class TableFiles
{
    /// <summary>Writes <c>name.md</c> and <c>name.tex</c>, the latter a table environment for <c>\input</c>.</summary>
    /// <param name="folder">Target folder; made if missing.</param>
    /// <param name="name">Of the files; also of the LaTeX label, <c>tab:name</c>.</param>
    /// <param name="table">The cells.</param>
    /// <param name="caption">What a reader has to know: what the numbers are, of how many runs, under which conditions.</param>
    /// <returns>The two paths.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static IReadOnlyList<string> Write(string folder, string name, ReportTable table, string caption)
    {
        string markdown = Path.Combine(folder, $"{name}.md");
        string latex = Path.Combine(folder, $"{name}.tex");
        AtomicFile.WriteAllText(markdown, Markdown(table, caption));
        AtomicFile.WriteAllText(latex, LatexOf(name, table, caption));
        return [markdown, latex];
    }

    private static string Markdown(ReportTable table, string caption)
    {
        var text = new StringBuilder();
        Line($"# {table.Title}");
        Line("");
        Line(caption);
        Line("");
        Line(Row(table.Columns.Select(column => Flat(column.Header))));
        Line(Row(table.Columns.Select((_, index) => index == 0 ? "---" : "---:")));
        foreach (IReadOnlyList<string> row in table.Rows)
            Line(Row(row.Select(cell => cell.Replace("|", @"\|", StringComparison.Ordinal))));
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";
    }

    private static string LatexOf(string name, ReportTable table, string caption)
    {
        var text = new StringBuilder();
        Line(@"% \input this file; needs \usepackage{booktabs,graphicx}.");
        Line(@"\begin{table}");
        Line(@"\centering");
        Line($@"\caption{{{Latex.Escape(caption)}}}");
        Line($@"\label{{tab:{name}}}");
        // Wider than the text it is set smaller; narrower, as it is.
        Line(@"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%");
        Line($@"\begin{{tabular}}{{@{{}}l{new string('r', table.Columns.Count - 1)}@{{}}}}");
        Line(@"\toprule");
        Row(table.Columns.Select(column => Flat(column.Header)));
        Line(@"\midrule");
        foreach (IReadOnlyList<string> row in table.Rows)
            Row(row);
        Line(@"\bottomrule");
        Line(@"\end{tabular}}");
        Line(@"\end{table}");
        return text.ToString();

        void Line(string line) => text.Append(line).Append('\n');

        void Row(IEnumerable<string> cells) => Line(string.Join(" & ", cells.Select(Latex.Escape)) + @" \\");
    }

    private static string Flat(string header) => header.Replace('\n', ' ');
}
