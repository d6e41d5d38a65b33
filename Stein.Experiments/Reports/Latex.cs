using System.Text;

namespace Stein.Experiments.Reports;

/// <summary>Tables as LaTeX, each a table environment for <c>\input</c>.</summary>
internal static class Latex
{
    public static IEnumerable<string> Write(Report report, string folder)
        => ReportFiles.Each<Table>(report, folder, ".tex", (table, stream) => ReportFiles.Text(stream, Lines(table)));

    private static IEnumerable<string> Lines(Table table) =>
    [
        @"% \input this file; needs \usepackage{booktabs,graphicx}.",
        @"\begin{table}",
        @"\centering",
        $@"\caption{{{Escape(table.Caption)}}}",
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

    private static string Row(IEnumerable<string> cells) => string.Join(" & ", cells.Select(Escape)) + @" \\";

    /// <summary>
    /// Escapes the characters that LaTeX reads as commands, and turns those of mathematics and typography into LaTeX; other text stays
    /// as it is.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            _ = character switch
            {
                '\\' => escaped.Append(@"\textbackslash{}"),
                '~' => escaped.Append(@"\textasciitilde{}"),
                '^' => escaped.Append(@"\textasciicircum{}"),
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => escaped.Append('\\').Append(character),
                '−' => escaped.Append("$-$"),
                '±' => escaped.Append(@"$\pm$"),
                'η' => escaped.Append(@"$\eta$"),
                'λ' => escaped.Append(@"$\lambda$"),
                'σ' => escaped.Append(@"$\sigma$"),
                'π' => escaped.Append(@"$\pi$"),
                '²' => escaped.Append(@"$^2$"),
                '∇' => escaped.Append(@"$\nabla$"),
                '‖' => escaped.Append(@"$\|$"),
                '≤' => escaped.Append(@"$\le$"),
                '×' => escaped.Append(@"$\times$"),
                '…' => escaped.Append(@"\dots{}"),
                'φ' => escaped.Append(@"$\varphi$"),
                'ψ' => escaped.Append(@"$\psi$"),
                'ε' => escaped.Append(@"$\varepsilon$"),
                '⟨' => escaped.Append(@"$\langle$"),
                '⟩' => escaped.Append(@"$\rangle$"),
                '⁴' => escaped.Append(@"$^4$"),
                '⁻' => escaped.Append(@"$^-$"),
                '¹' => escaped.Append(@"$^1$"),
                '′' => escaped.Append(@"$'$"),
                '·' => escaped.Append(@"$\cdot$"),
                '½' => escaped.Append(@"$\frac12$"),
                '→' => escaped.Append(@"$\to$"),
                '–' => escaped.Append("--"),
                '“' => escaped.Append("``"),
                '”' => escaped.Append("''"),
                '\r' or '\n' => escaped.Append(' '),
                _ => escaped.Append(character),
            };
        }

        return escaped.ToString();
    }
}
