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
    private readonly Table differences = Differences(table);
    private readonly bool hasAmari = table.Rows.Any(row => row.Row is not null && double.IsFinite(row.AmariDistance.Mean));

    public Prose Markdown() => new("table", "ICA: test log-likelihood", string.Join("\n\n", ((string[])
    [
        DeviationNote(),
        ValueNote(),
        VerdictNote(),
        PartialNote(),
        ByDimension(methods.SelectMany(method => WithPaper(
            method,
            method.Key,
            row => row.LogLikelihood.Text() + Note(row) + (row.Seeds < table.SeedsExpected ? $" ({SeedText(row)} seeds)" : ""),
            "*paper*",
            row => double.IsNaN(row.Paper) ? ""
                : row.Comparison.Verdict == Verdicts.None ? NumberText.Fixed(row.Paper)
                : $"{NumberText.Fixed(row.Paper)} ({row.Comparison.Verdict})"))),
        "## Gap to the oracle",
        "The gap is the oracle minus the test log-likelihood, paired by seed: its mean in nats ± its standard error.",
        ByDimension(WithoutOracle(row => row.Gap.Text())),
        .. If(
            hasAmari,
            "## Amari distance",
            "The table shows the mean Amari distance of V·W_true ± its standard error, from 0 (sources separated) to 1.",
            ByDimension(WithoutOracle(row => row.AmariDistance.Text(3)))),
        .. If(
            table.Differences.Count > 0,
            "## Differences between methods",
            "Differences are paired by seed, so that the oracle cancels. The means are in nats ± their standard errors.",
            MarkdownTable([.. differences.Columns.Select(column => column.Header)], differences.Rows)),
        "## All numbers",
        .. IfCompared(
            "“Comparable” is the mean oracle over random matrices minus the gap; “ours − paper” is its difference from the paper's value."),
        MarkdownTable(
            ["method", "D", "seeds", "log-likelihood", "oracle", "gap", .. IfCompared("comparable", "paper", "ours − paper", "verdict")],
            table.Rows.Select(row => (IReadOnlyList<string>)
            [
                row.Method,
                $"{row.Dimension}",
                SeedText(row),
                row.LogLikelihood.Text(),
                NumberText.Fixed(row.Oracle),
                row.Gap.Text(),
                .. IfCompared(
                    NumberText.Fixed(row.Comparable), NumberText.Fixed(row.Paper), row.Comparison.Text, row.Comparison.Verdict),
            ])),
    ]).Where(block => block.Length > 0)))
    {
        Origin = OriginOf,
    };

    /// <summary>One table per dimension, and one with the differences between methods.</summary>
    public IEnumerable<Table> ForTerminal()
        => from part in (IEnumerable<Table>)
           [
               .. table.Rows.GroupBy(row => row.Dimension).OrderBy(rows => rows.Key).Select(OfDimension),
               differences,
           ]
           where part.Rows.Count > 0
           select part with { IsInFiles = false };

    private Table OfDimension(IGrouping<int, IcaTableRow> rows)
    {
        int expected = table.SeedsExpected;
        IcaRun[] runs = [.. table.Runs.Where(run => run.Dimension == rows.Key)];
        return Table.Create(
            $"dimension_{rows.Key}",
            $"Test log-likelihood in nats, D = {rows.Key}, {Draws(expected)}",
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
                           : seed.FirstOrDefault(run => run.Row == row.Row)?.TestLogLikelihood ?? double.NaN)
                           + (seed.Any(run => run.Row == row.Row && run.IsDiverged) ? " (diverged)" : ""),
                       Detail: "Each seed"),
                .. If<TextColumn<IcaTableRow>>(
                    rows.Any(row => row.Seeds < expected), [new("seeds", row => $"{row.Seeds} of {expected}")]),
                new("mean ± s.e.", row => row.LogLikelihood.Text() + Note(row)),
                new("gap to\noracle", row => row.Row is null ? "" : row.Gap.Text()),
                new("Amari\ndistance", row => row.Row is null ? "" : row.AmariDistance.Text(3)),
                .. IfCompared<TextColumn<IcaTableRow>>(
                    new("paper", row => NumberText.Fixed(row.Paper)), new("verdict", row => row.Comparison.Verdict)),
            ]);
    }

    private static Table Differences(IcaTable table) => Table.Create(
        "differences",
        "Differences in nats, paired by seed",
        "",
        table.Differences,
        [
            new("comparison", row => row.Name),
            new("D", row => $"{row.Dimension}"),
            new("seeds", row => $"{row.Difference.Count}"),
            new("mean ± s.e.", row => row.Difference.Text()),
            .. If<TextColumn<IcaDifferenceRow>>(
                table.ComparePaper,
                new("paper", row => NumberText.Fixed(row.Paper)),
                new("ours − paper", row => row.Comparison.Text),
                new("verdict", row => row.Comparison.Verdict)),
        ]);

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
            // A table that is wider than the text is scaled down to it.
            @"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%",
            $@"\begin{{tabular}}{{@{{}}l{new string('r', dimensions.Length)}@{{}}}}",
            @"\toprule",
            LatexRow(["", .. dimensions.Select(dim => $"$D = {dim}$")]),
            // The baselines and the oracle follow beneath a line.
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
        string marks = table.ComparePaper ? @" Marks: $^{=}$ agrees, $^{\uparrow}$ ours is higher, $^{\downarrow}$ ours is lower." : "";
        string[] notes = [ValueNote(), VerdictNote(), PartialNote()];
        return Reports.Latex.Escape(string.Join(" ", notes.Where(note => note.Length > 0))) + marks;
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
        if (value.Count == 0)
            return "diverged";
        double error = value.StandardError;
        int needed = double.IsNaN(error) ? decimals : NumberText.Decimals(error, decimals);
        string subscript = double.IsNaN(error) ? "" : $@"_{{\pm {NumberText.Fixed(error, needed)}}}";
        return $"${NumberText.Fixed(value.Mean, needed).Replace('−', '-')}{subscript}{mark}$";
    }

    private static string LatexRow(IEnumerable<string> cells) => string.Join(" & ", cells) + @" \\";

    /// <summary>The runs of a cell in Markdown: of a difference those of both methods, of the oracle all.</summary>
    private Together OriginOf(IReadOnlyList<string> row, string header)
    {
        string dimension = header.StartsWith("D = ", StringComparison.Ordinal) ? header[4..] : row[1];
        string[] names = row[0].Split(" − ");
        return new(table.Runs.Where(
            run => $"{run.Dimension}" == dimension && (row[0] == IcaTable.Oracle || names.Contains(run.Row.Name))));
    }

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

    /// <summary>"5", or "3 of 5" while seeds are missing.</summary>
    private string SeedText(IcaTableRow row) => row.Seeds < table.SeedsExpected ? $"{row.Seeds} of {table.SeedsExpected}" : $"{row.Seeds}";

    private T[] IfCompared<T>(params T[] items) => If(table.ComparePaper, items);

    private static T[] If<T>(bool holds, params T[] items) => holds ? items : [];

    /// <summary>A note on cells with missing seeds, or with runs that say less than others; empty if there are none.</summary>
    private string PartialNote()
    {
        string[] partial =
        [
            .. from row in table.Rows
               where row.Seeds < table.SeedsExpected
               select $"{row.Method} at D = {row.Dimension} has {SeedText(row)}",
        ];
        string[] diverged =
        [
            .. from row in table.Rows
               where row.Diverged > 0
               select $"{row.Method} at D = {row.Dimension}: {row.Diverged} of {row.Diverged + row.Seeds}",
        ];
        string said = string.Join(' ', (string[])
        [
            .. If(partial.Length > 0, $"Some seeds are missing: {string.Join("; ", partial)}."),
            .. If(
                diverged.Length > 0,
                "Runs that diverged, whose test log-likelihood is below that of the start by more than one nat per dimension, are in "
                + $"no mean: {string.Join("; ", diverged)}."),
        ]);
        return (said + IcaStudy.CutShortNote(table.Rows.Select(row => (row.Method, row.Dimension, row.CutShort, row.Seeds)))).Trim();
    }

    private static string Note(IcaTableRow row)
        => (row.Diverged == 0 ? "" : $" ({row.Diverged} of {row.Diverged + row.Seeds} diverged)")
            + IcaStudy.CutShortMark(row.CutShort, row.Seeds);

    private string ValueNote()
    {
        string draws = table.HasSeveralDataDraws
            ? "A draw combines a seed of the matrices with a seed of the data; draws that share the matrices are not independent. "
            : "";
        return "The numbers are means of the test log-likelihood in nats ± standard errors over "
            + $"{Draws(table.Rows.Max(row => row.Seeds))}; higher is better. {draws}The oracle is the log-likelihood of the true model on "
            + "the same test points, averaged in the same way. Whitening and maximum likelihood (MLE), where shown, are baselines.";
    }

    private string Draws(int count) => $"{count} {(table.HasSeveralDataDraws ? "draw" : "seed")}{(count == 1 ? "" : "s")}";

    /// <summary>The settings that differ from the paper's; empty if none does.</summary>
    private string DeviationNote() => table.Deviations.Count == 0
        ? ""
        : $"The protocol differs from the paper's, so its numbers are not reproduced: {string.Join(", ", table.Deviations)}.";

    /// <summary>What a verdict means and how many would differ by chance; empty without a comparison.</summary>
    private string VerdictNote()
    {
        if (!table.ComparePaper)
            return "";
        int verdicts = table.Comparisons.Count;
        string source = $"The paper's numbers are from {PublishedIca.Source}.";
        if (verdicts == 0)
            return $"{source} A verdict needs at least two seeds.";
        string chance = FormattableString.Invariant($"{0.05 * verdicts:0.#}");
        return $"{source} The paper's random matrices are unknown, and the oracle varies between matrices, so a verdict compares the mean "
            + "oracle over random matrices minus our gap with the paper's value. The standard error includes both sides: our seeds and the "
            + $"{PublishedIca.Seeds} seeds of the paper. “Agrees” means that the difference is within its 95 % interval; “higher” and "
            + "“lower” say on which side our value lies. Even without any real difference, about 5 % of the verdicts would differ by "
            + $"chance: here {chance} of {verdicts}.";
    }
}
