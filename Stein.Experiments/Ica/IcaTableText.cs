using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// The table as people read it. In Markdown: methods by dimensions with the paper's numbers beneath, gaps, Amari distances, paired
/// differences, the long form. In LaTeX: methods by dimensions, for <c>\input</c>. On a terminal: a table for each dimension.
/// </summary>
internal sealed class IcaTableText(IcaTable table)
{
    private readonly int[] dimensions = [.. table.Rows.Select(row => row.Dimension).Distinct().Order()];
    private readonly IGrouping<string, IcaTableRow>[] methods = [.. table.Rows.GroupBy(row => row.Method)];
    private readonly bool hasAmari = table.Rows.Any(row => row.Row is not null && double.IsFinite(row.AmariDistance.Mean));

    /// <summary>The table in Markdown.</summary>
    public Prose Markdown() => new("table", "ICA: test log-likelihood", string.Join("\n\n", ((string[])
    [
        DeviationNote(),
        ValueNote(),
        VerdictNote(),
        PartialNote(),
        ByDimension(methods.SelectMany(method => WithPaper(
            method,
            method.Key,
            row => row.LogLikelihood.Text() + (row.Seeds < row.SeedsExpected ? $" ({row.SeedText} seeds)" : ""),
            "*paper*",
            row => double.IsNaN(row.Paper) ? ""
                : row.Comparison.Verdict == Verdicts.None ? NumberText.Fixed(row.Paper)
                : $"{NumberText.Fixed(row.Paper)} ({row.Comparison.Verdict})"))),
        "## Gap to the oracle",
        "Mean of oracle minus test log-likelihood, paired by seed, in nats ± standard error.",
        ByDimension(WithoutOracle(row => row.Gap.Text())),
        .. If(
            hasAmari,
            "## Amari distance",
            "Of V·W_true, from 0 (sources separated) to 1, ± standard error.",
            ByDimension(WithoutOracle(row => row.AmariDistance.Text(3)))),
        .. If(
            table.Differences.Count > 0,
            "## Differences between methods",
            "Paired by seed, so that the oracle cancels; in nats ± standard error.",
            MarkdownTable(
                ["comparison", "D", "seeds", "mean", .. IfCompared("paper", "ours − paper", "verdict")],
                table.Differences.Select(row => (IReadOnlyList<string>)
                [
                    row.Name,
                    $"{row.Dimension}",
                    $"{row.Difference.Count}",
                    row.Difference.Text(),
                    .. IfCompared(NumberText.Fixed(row.Paper), row.Comparison.Text, row.Comparison.Verdict),
                ]))),
        "## All numbers",
        .. IfCompared("\"Comparable\" is the mean oracle over random matrices minus the gap; \"ours − paper\" is taken from it."),
        MarkdownTable(
            ["method", "D", "seeds", "log-likelihood", "oracle", "gap", .. IfCompared("comparable", "paper", "ours − paper", "verdict")],
            table.Rows.Select(row => (IReadOnlyList<string>)
            [
                row.Method,
                $"{row.Dimension}",
                row.SeedText,
                row.LogLikelihood.Text(),
                NumberText.Fixed(row.Oracle),
                row.Gap.Text(),
                .. IfCompared(
                    NumberText.Fixed(row.Comparable), NumberText.Fixed(row.Paper), row.Comparison.Text, row.Comparison.Verdict),
            ])),
    ]).Where(block => block.Length > 0)));

    /// <summary>A table for each dimension, and one of the differences between methods.</summary>
    public IEnumerable<Table> ForTerminal() =>
        from part in (IEnumerable<Table>)
        [
            .. table.Rows.GroupBy(row => row.Dimension).OrderBy(rows => rows.Key).Select(OfDimension),
            Table.Create(
                "differences",
                "Differences in nats, paired by seed",
                "",
                table.Differences,
                [
                    new("comparison", row => row.Name),
                    new("D", row => $"{row.Dimension}"),
                    new("seeds", row => $"{row.Difference.Count}"),
                    new("mean ± s.e.", row => row.Difference.Text()),
                    .. IfCompared<TextColumn<IcaDifferenceRow>>(
                        new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Comparison.Verdict)),
                ]),
        ]
        where part.Rows.Count > 0
        select part with { IsInFiles = false };

    private Table OfDimension(IGrouping<int, IcaTableRow> rows)
    {
        int expected = table.SeedsExpected;
        IcaRun[] runs = [.. table.Runs.Where(run => run.Dimension == rows.Key)];
        string unit = runs.Any(run => run.DataSeed is not null) ? "draw" : "seed";
        return Table.Create(
            $"dimension_{rows.Key}",
            $"Test log-likelihood in nats, D = {rows.Key}, {expected} {unit}{(expected == 1 ? "" : "s")}",
            "",
            rows,
            [
                new("method", row => row.Method),
                .. from seed in runs.GroupBy(run => (run.Seed, run.DataSeed))
                   orderby seed.Key
                   select new TextColumn<IcaTableRow>(
                       $"seed {seed.Key.Seed}{(seed.Key.DataSeed is { } data ? $"\ndata {data}" : "")}",
                       row => NumberText.Fixed(row.Row is null
                           ? seed.First().Oracle
                           : seed.FirstOrDefault(run => run.Row == row.Row)?.TestLogLikelihood ?? double.NaN),
                       Detail: "Each seed"),
                .. If<TextColumn<IcaTableRow>>(
                    rows.Any(row => row.Seeds < expected), [new("seeds", row => $"{row.Seeds} of {expected}")]),
                new("mean ± s.e.", row => row.LogLikelihood.Text()),
                new("gap to\noracle", row => row.Row is null ? "" : row.Gap.Text()),
                new("Amari\ndistance", row => row.Row is null ? "" : row.AmariDistance.Text(3)),
                .. IfCompared<TextColumn<IcaTableRow>>(
                    new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Comparison.Verdict)),
            ]);
    }

    /// <summary>The table in LaTeX: a table environment that needs the packages booktabs and graphicx.</summary>
    public TextFile Latex()
    {
        string[] lines =
        [
            @"% \input this file; needs \usepackage{booktabs,graphicx}.",
            @"\begin{table}",
            @"\centering",
            @"\scriptsize",
            @"\setlength{\tabcolsep}{3pt}",
            $@"\caption{{{LatexCaption()}}}",
            @"\label{tab:ica}",
            // Wider than the text it is set smaller; narrower, as it is.
            @"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            $@"\begin{{tabular}}{{@{{}}l{new string('r', dimensions.Length)}@{{}}}}",
            @"\toprule",
            LatexRow(["", .. dimensions.Select(dim => $"$D = {dim}$")]),
            // The baselines and the oracle are beneath.
            .. methods.GroupBy(method => method.First().Row is null or { Method.IsBaseline: true })
                .SelectMany(group => group.SelectMany(LatexRows).Prepend(@"\midrule")),
            .. If(
                hasAmari,
                [
                    @"\midrule",
                    $@"\multicolumn{{{dimensions.Length + 1}}}{{@{{}}l}}{{Amari distance}} \\",
                    .. WithoutOracle(row => LatexNumber(row.AmariDistance, 3)).Select(
                        row => LatexRow([Reports.Latex.Escape(row[0]), .. row.Skip(1)])),
                ]),
            @"\bottomrule",
            @"\end{tabular}}",
            @"\end{table}",
        ];
        return new("table.tex", string.Concat(lines.Select(line => $"{line}\n")));

        IEnumerable<string> LatexRows(IGrouping<string, IcaTableRow> method) => WithPaper(
            method,
            Reports.Latex.Escape(method.Key),
            row => LatexNumber(row.LogLikelihood, 2, LatexMark(row.Comparison.Verdict)),
            @"\quad paper",
            row => double.IsNaN(row.Paper) ? "" : Reports.Latex.Escape(NumberText.Fixed(row.Paper))).Select(LatexRow);
    }

    private string LatexCaption()
    {
        string[] sentences = [ValueNote(), VerdictNote(), PartialNote()];
        string marks = table.ComparePaper ? @" Marks: $^{=}$ agrees, $^{\uparrow}$ ours is higher, $^{\downarrow}$ ours is lower." : "";
        // Straight quotes come in pairs; LaTeX wants an opening and a closing form.
        string[] parts = string.Join(" ", sentences.Where(sentence => sentence.Length > 0)).Split('"');
        string quoted = string.Concat(parts.Select((part, index) => index == 0 ? part : (index % 2 == 1 ? "“" : "”") + part));
        return Reports.Latex.Escape(quoted) + marks;
    }

    private static string LatexMark(string verdict) => verdict switch
    {
        Verdicts.Agrees => "^{=}",
        Verdicts.Higher => @"^{\uparrow}",
        Verdicts.Lower => @"^{\downarrow}",
        _ => "",
    };

    /// <summary>The standard error as a subscript and the verdict as a superscript: seven dimensions have to fit a page.</summary>
    private static string LatexNumber(Summary value, int decimals, string mark = "")
    {
        double error = value.StandardError;
        int needed = double.IsNaN(error) ? decimals : NumberText.Decimals(error, decimals);
        string subscript = double.IsNaN(error) ? "" : $@"_{{\pm {NumberText.Fixed(error, needed)}}}";
        return $"${NumberText.Fixed(value.Mean, needed).Replace('−', '-')}{subscript}{mark}$";
    }

    private static string LatexRow(IEnumerable<string> cells) => string.Join(" & ", cells) + @" \\";

    /// <summary>A row with the cells of a method, and one with the paper's where it has any.</summary>
    private IEnumerable<IReadOnlyList<string>> WithPaper(
        IEnumerable<IcaTableRow> method, string name, Func<IcaTableRow, string> cell, string paperName, Func<IcaTableRow, string> paper)
    {
        yield return [name, .. Cells(method, cell)];
        if (method.Any(row => double.IsFinite(row.Paper)))
            yield return [paperName, .. Cells(method, paper)];
    }

    private IEnumerable<IReadOnlyList<string>> WithoutOracle(Func<IcaTableRow, string> cell)
        => from method in methods
           where method.Key != IcaTable.Oracle
           select (IReadOnlyList<string>)[method.Key, .. Cells(method, cell)];

    /// <summary>A cell for every dimension, empty where the method has no run.</summary>
    private IEnumerable<string> Cells(IEnumerable<IcaTableRow> method, Func<IcaTableRow, string> cell)
        => dimensions.Select(dim => method.Where(row => row.Dimension == dim).Select(cell).FirstOrDefault(""));

    private string ByDimension(IEnumerable<IReadOnlyList<string>> rows)
        => MarkdownTable(["", .. dimensions.Select(dim => $"D = {dim}")], rows);

    private static string MarkdownTable(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        IEnumerable<string> rules = headers.Select((header, index) => index == 0 || header == "verdict" ? "---" : "---:");
        IEnumerable<IEnumerable<string>> lines =
            [headers, rules, .. rows.Select(row => row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))];
        return string.Join('\n', lines.Select(cells => $"| {string.Join(" | ", cells)} |"));
    }

    private T[] IfCompared<T>(params T[] items) => If(table.ComparePaper, items);

    private static T[] If<T>(bool holds, params T[] items) => holds ? items : [];

    /// <summary>A note on cells with missing seeds; empty if there are none.</summary>
    private string PartialNote()
    {
        IcaTableRow[] partial = [.. table.Rows.Where(row => row.Seeds < row.SeedsExpected)];
        return partial.Length == 0
            ? ""
            : "Partial: " + string.Join("; ", partial.Select(row => $"{row.Method}, D = {row.Dimension}: {row.SeedText} seeds")) + ".";
    }

    /// <summary>What the numbers are.</summary>
    private string ValueNote()
    {
        int most = table.Rows.Max(row => row.Seeds);
        string unit = table.HasSeveralDataDraws ? "draw" : "seed";
        string draws = table.HasSeveralDataDraws
            ? "A draw is a seed of the matrices with a seed of the data; draws that share the matrices are not independent. "
            : "";
        return $"Mean test log-likelihood in nats ± standard error over {most} {unit}{(most == 1 ? "" : "s")} (higher is better). "
            + draws
            + "The oracle is the log-likelihood of the true model on the same test points, averaged likewise. "
            + "Whitening and maximum likelihood (MLE), where shown, are baselines.";
    }

    /// <summary>What was changed against the paper; empty if nothing was.</summary>
    private string DeviationNote() => table.Deviations.Count == 0
        ? ""
        : $"Not the paper's protocol, and no reproduction of its numbers: {string.Join(", ", table.Deviations)}.";

    /// <summary>What a verdict means and how many would differ by chance; empty without a comparison.</summary>
    private string VerdictNote()
    {
        int verdicts = table.Comparisons.Count;
        if (!table.ComparePaper || verdicts == 0)
            return table.ComparePaper ? $"Paper: {PublishedIca.Source}. A verdict needs two seeds or more." : "";
        string chance = FormattableString.Invariant($"{0.05 * verdicts:0.#}");
        return $"Paper: {PublishedIca.Source}. "
            + "Its random matrices are unknown, and the oracle varies between matrices, so a verdict compares the mean oracle over "
            + "random matrices minus our gap with the paper's value; the standard error has both sides, ours and "
            + $"{PublishedIca.Seeds} seeds of the paper's. \"agrees\" is a difference within its 95 % interval, \"higher\" and \"lower\" "
            + "say where ours lies. "
            + $"Even if all agreed, about 5 % of verdicts would differ by chance: here {chance} of {verdicts}.";
    }
}
