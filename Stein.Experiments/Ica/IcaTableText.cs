using Stein.Experiments.Ica.Published;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// The table as people read it. In Markdown: methods by dimensions with the paper's numbers beneath, gaps, Amari distances, paired
/// differences, the long form. In LaTeX: methods by dimensions, for <c>\input</c>. On a terminal: a table for each dimension.
/// </summary>
internal sealed class IcaTableText(IcaTable table)
{
    private readonly int[] dimensions = [.. table.Rows.Select(row => row.Dim).Distinct().Order()];
    private readonly string[] methods = [.. table.Rows.Select(row => row.Method).Distinct()];
    private readonly bool hasAmari = table.Rows.Any(row => !row.IsOracle && double.IsFinite(row.AmariDistance));

    /// <summary>The table in Markdown.</summary>
    public Prose Markdown()
        => new("table", "ICA: test log-likelihood", string.Join("\n\n", MarkdownBlocks().Where(block => block.Length > 0)));

    /// <summary>A table for each dimension, and one of the differences between methods.</summary>
    public IEnumerable<Table> ForTerminal()
    {
        foreach (IGrouping<int, IcaTableRow> dimension in table.Rows.GroupBy(row => row.Dim).OrderBy(group => group.Key))
            yield return OfDimension(dimension.Key, dimension);
        if (table.Differences.Count == 0)
            yield break;
        yield return Table.Create(
            "differences",
            "Differences in nats, paired by seed",
            "",
            table.Differences,
            [
                new("comparison", row => row.Comparison),
                new("D", row => $"{row.Dim}"),
                new("seeds", row => $"{row.Seeds}"),
                new("mean ± s.e.", row => NumberText.WithError(row.Mean, row.Se)),
                .. IfCompared<TextColumn<IcaDifferenceRow>>(
                    new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Verdict)),
            ]) with
        {
            IsInFiles = false,
        };
    }

    /// <summary>The table in LaTeX: a table environment that needs the packages booktabs and graphicx.</summary>
    public TextFile Latex() => new("table.tex", string.Concat(LatexLines().Select(line => $"{line}\n")));

    private IEnumerable<string> MarkdownBlocks() =>
    [
        DeviationNote(),
        ValueNote(),
        VerdictNote(),
        PartialNote(),
        ByDimension(
            row => NumberText.WithError(row.Mean, row.Se) + (row.Seeds < row.SeedsExpected ? $" ({row.SeedText} seeds)" : ""),
            methods,
            withPaper: true),
        "## Gap to the oracle",
        "Mean of oracle minus test log-likelihood, paired by seed, in nats ± standard error.",
        ByDimension(row => NumberText.WithError(row.Gap, row.GapSe), WithoutOracle()),
        .. hasAmari
            ?
            [
                "## Amari distance",
                "Of V·W_true, from 0 (sources separated) to 1, ± standard error.",
                ByDimension(row => NumberText.WithError(row.AmariDistance, row.AmariDistanceSe, 3), WithoutOracle()),
            ]
            : (string[])[],
        .. table.Differences.Count > 0
            ?
            [
                "## Differences between methods",
                "Paired by seed, so that the oracle cancels; in nats ± standard error.",
                MarkdownTable(
                    ["comparison", "D", "seeds", "mean", .. IfCompared("paper", "ours − paper", "verdict")],
                    table.Differences.Select(row => (IReadOnlyList<string>)
                    [
                        row.Comparison,
                        $"{row.Dim}",
                        $"{row.Seeds}",
                        NumberText.WithError(row.Mean, row.Se),
                        .. IfCompared(NumberText.Fixed(row.Paper), NumberText.WithError(row.Difference, row.DifferenceSe), row.Verdict),
                    ])),
            ]
            : (string[])[],
        "## All numbers",
        .. IfCompared("\"Comparable\" is the mean oracle over random matrices minus the gap; \"ours − paper\" is taken from it."),
        MarkdownTable(
            ["method", "D", "seeds", "log-likelihood", "oracle", "gap", .. IfCompared("comparable", "paper", "ours − paper", "verdict")],
            table.Rows.Select(row => (IReadOnlyList<string>)
            [
                row.Method,
                $"{row.Dim}",
                row.SeedText,
                NumberText.WithError(row.Mean, row.Se),
                NumberText.Fixed(row.Oracle),
                NumberText.WithError(row.Gap, row.GapSe),
                .. IfCompared(
                    NumberText.Fixed(row.AdjustedMean),
                    NumberText.Fixed(row.Paper),
                    NumberText.WithError(row.Difference, row.DifferenceSe),
                    row.Verdict),
            ])),
    ];

    private string ByDimension(Func<IcaTableRow, string> cell, IEnumerable<string> shown, bool withPaper = false) => MarkdownTable(
        ["", .. dimensions.Select(dim => $"D = {dim}")],
        shown.SelectMany(method => (IReadOnlyList<string>[])
        [
            [method, .. Cells(method, cell)],
            .. withPaper && HasPaper(method) ? [["*paper*", .. Cells(method, PaperCell)]] : (IReadOnlyList<string>[])[],
        ]));

    private static string MarkdownTable(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        IEnumerable<string> rules = headers.Select((header, index) => index == 0 || header == "verdict" ? "---" : "---:");
        IEnumerable<IEnumerable<string>> lines =
            [headers, rules, .. rows.Select(row => row.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))];
        return string.Join('\n', lines.Select(cells => $"| {string.Join(" | ", cells)} |"));
    }

    private Table OfDimension(int dim, IEnumerable<IcaTableRow> rows)
    {
        int expected = table.SeedsExpected;
        IcaRun[] runs = [.. table.Runs.Where(run => run.Dim == dim)];
        string unit = runs.Any(run => run.DataSeed is not null) ? "draw" : "seed";
        TextColumn<IcaTableRow>[] seeds = rows.Any(row => row.Seeds < expected) ? [new("seeds", row => $"{row.Seeds} of {expected}")] : [];
        return Table.Create(
            $"dimension_{dim}",
            $"Test log-likelihood in nats, D = {dim}, {expected} {unit}{(expected == 1 ? "" : "s")}",
            "",
            rows,
            [
                new("method", row => row.Method),
                .. EachSeed(runs),
                .. seeds,
                new("mean ± s.e.", row => NumberText.WithError(row.Mean, row.Se)),
                new("gap to\noracle", row => row.IsOracle ? "" : NumberText.WithError(row.Gap, row.GapSe)),
                new("Amari\ndistance", row => row.IsOracle ? "" : NumberText.WithError(row.AmariDistance, row.AmariDistanceSe, 3)),
                .. IfCompared<TextColumn<IcaTableRow>>(
                    new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Verdict)),
            ]) with
        {
            IsInFiles = false,
        };
    }

    private static IEnumerable<TextColumn<IcaTableRow>> EachSeed(IReadOnlyList<IcaRun> runs) =>
        from seed in runs.Select(run => (run.Seed, run.DataSeed)).Distinct().Order()
        let ofSeed = runs.Where(run => (run.Seed, run.DataSeed) == seed).ToArray()
        select new TextColumn<IcaTableRow>(
            $"seed {seed.Seed}{(seed.DataSeed is { } data ? $"\ndata {data}" : "")}",
            row => NumberText.Fixed(
                row.IsOracle ? ofSeed[0].Oracle : ofSeed.FirstOrDefault(run => run.Row == row.Row)?.TestLogLikelihood ?? double.NaN),
            Detail: "Each seed");

    private IEnumerable<string> LatexLines() =>
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
        LatexRow("", dimensions.Select(dim => $"$D = {dim}$")),
        .. methods.GroupBy(IsBeneath).SelectMany(group => group.SelectMany(LatexRows).Prepend(@"\midrule")),
        .. hasAmari
            ?
            [
                @"\midrule",
                $@"\multicolumn{{{dimensions.Length + 1}}}{{@{{}}l}}{{Amari distance}} \\",
                .. WithoutOracle().Select(method => LatexRow(
                    Reports.Latex.Escape(method), Cells(method, row => LatexNumber(row.AmariDistance, row.AmariDistanceSe, 3)))),
            ]
            : (string[])[],
        @"\bottomrule",
        @"\end{tabular}}",
        @"\end{table}",
    ];

    private IEnumerable<string> LatexRows(string method)
    {
        yield return LatexRow(Reports.Latex.Escape(method), Cells(method, row => LatexNumber(row.Mean, row.Se, 2, LatexMark(row))));
        if (HasPaper(method))
        {
            yield return LatexRow(
                @"\quad paper", Cells(method, row => double.IsNaN(row.Paper) ? "" : Reports.Latex.Escape(NumberText.Fixed(row.Paper))));
        }
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

    private static string LatexMark(IcaTableRow row) => row.Verdict switch
    {
        "agrees" => "^{=}",
        "higher" => @"^{\uparrow}",
        "lower" => @"^{\downarrow}",
        _ => "",
    };

    /// <summary>The standard error as a subscript and the verdict as a superscript: seven dimensions have to fit a page.</summary>
    private static string LatexNumber(double mean, double error, int decimals, string mark = "")
    {
        int needed = double.IsNaN(error) ? decimals : NumberText.Decimals(error, decimals);
        string subscript = double.IsNaN(error) ? "" : $@"_{{\pm {NumberText.Fixed(error, needed)}}}";
        return $"${NumberText.Fixed(mean, needed).Replace('−', '-')}{subscript}{mark}$";
    }

    private static string LatexRow(string name, IEnumerable<string> cells) => string.Join(" & ", cells.Prepend(name)) + @" \\";

    private IEnumerable<string> WithoutOracle() => methods.Where(method => method != IcaTable.Oracle);

    /// <summary>Whether a method is a baseline, or the oracle.</summary>
    private bool IsBeneath(string method) => table.Rows.First(row => row.Method == method).Row is null or { Method.IsBaseline: true };

    /// <summary>A cell for every dimension, empty where the method has no run.</summary>
    private IEnumerable<string> Cells(string method, Func<IcaTableRow, string> cell) =>
        dimensions.Select(dim => table.Rows.FirstOrDefault(row => row.Method == method && row.Dim == dim) is { } row ? cell(row) : "");

    private bool HasPaper(string method) => table.Rows.Any(row => row.Method == method && double.IsFinite(row.Paper));

    private T[] IfCompared<T>(params T[] items) => table.ComparePaper ? items : [];

    /// <summary>A note on cells with missing seeds; empty if there are none.</summary>
    private string PartialNote()
    {
        IcaTableRow[] partial = [.. table.Rows.Where(row => row.Seeds < row.SeedsExpected)];
        return partial.Length == 0
            ? ""
            : "Partial: " + string.Join("; ", partial.Select(row => $"{row.Method}, D = {row.Dim}: {row.SeedText} seeds")) + ".";
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
        int verdicts = table.Verdicts;
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

    private static string PaperCell(IcaTableRow row) =>
        double.IsNaN(row.Paper) ? ""
        : row.Verdict == Verdict.None.Word() ? NumberText.Fixed(row.Paper)
        : $"{NumberText.Fixed(row.Paper)} ({row.Verdict})";
}
