using System.Text;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Writes <c>table.md</c>: methods by dimensions, gaps, Amari distances, paired differences, the long form.</summary>
internal static class IcaMarkdown
{
    public static string Write(IcaReportData data)
    {
        var text = new StringBuilder();
        Line(text, "# ICA: test log-likelihood");
        Paragraph(text, data.DeviationNote());
        Paragraph(text, data.ValueNote());
        Paragraph(text, data.VerdictNote());
        Paragraph(text, data.PartialNote());
        Line(text, "");
        WriteByDimension(text, data, withPaper: true, row => NumberText.WithError(row.Mean, row.Se) + Partial(row));

        Line(text, "\n## Gap to the oracle\n\nMean of oracle minus test log-likelihood, paired by seed, in nats ± standard error.\n");
        WriteByDimension(text, data, withPaper: false, row => NumberText.WithError(row.Gap, row.GapSe), skip: IcaMethod.Oracle.Name);
        if (data.HasAmari)
        {
            Line(text, "\n## Amari distance\n\nOf V·W_true, from 0 (sources separated) to 1, ± standard error.\n");
            WriteByDimension(
                text,
                data,
                withPaper: false,
                row => NumberText.WithError(row.AmariDistance, row.AmariDistanceSe, 3),
                skip: IcaMethod.Oracle.Name);
        }

        WriteDifferences(text, data);
        WriteLongForm(text, data);
        return text.ToString();
    }

    private static void WriteByDimension(
        StringBuilder text, IcaReportData data, bool withPaper, Func<IcaTableRow, string> cell, string? skip = null)
    {
        Row(text, ["", .. data.Dimensions.Select(dim => $"D = {dim}")]);
        Row(text, ["---", .. data.Dimensions.Select(_ => "---:")]);
        foreach (string method in data.Methods.Where(method => method != skip))
        {
            Row(text, [method, .. data.Cells(method, cell)]);
            if (withPaper && data.HasPaper(method))
            {
                Row(text, ["*paper*", .. data.Cells(method, IcaReportData.PaperCell)]);
            }
        }
    }

    private static void WriteDifferences(StringBuilder text, IcaReportData data)
    {
        if (data.Differences.Count == 0)
        {
            return;
        }

        Line(text, "\n## Differences between methods\n\nPaired by seed, so that the oracle cancels; in nats ± standard error.\n");
        string[] paper = data.ComparePaper ? ["paper", "ours − paper", "verdict"] : [];
        Row(text, ["comparison", "D", "seeds", "mean", .. paper]);
        Row(text, ["---", "---:", "---:", "---:", .. paper.Select((_, index) => index < 2 ? "---:" : "---")]);
        foreach (IcaDifferenceRow row in data.Differences)
        {
            string[] against = data.ComparePaper
                ? [NumberText.Fixed(row.Paper), NumberText.WithError(row.Difference, row.DifferenceSe), row.Verdict]
                : [];
            Row(text, [row.Comparison, $"{row.Dim}", $"{row.Seeds}", NumberText.WithError(row.Mean, row.Se), .. against]);
        }
    }

    private static void WriteLongForm(StringBuilder text, IcaReportData data)
    {
        Line(text, "\n## All numbers\n");
        if (data.ComparePaper)
        {
            Line(text, "\"Comparable\" is the mean oracle over random matrices minus the gap; \"ours − paper\" is taken from it.\n");
        }

        string[] paper = data.ComparePaper ? ["comparable", "paper", "ours − paper", "verdict"] : [];
        Row(text, ["method", "D", "seeds", "log-likelihood", "oracle", "gap", .. paper]);
        Row(text, ["---", "---:", "---:", "---:", "---:", "---:", .. paper.Select((_, index) => index < 3 ? "---:" : "---")]);
        foreach (IcaTableRow row in data.Rows)
        {
            string[] against = data.ComparePaper
                ?
                [
                    NumberText.Fixed(row.AdjustedMean),
                    NumberText.Fixed(row.Paper),
                    NumberText.WithError(row.Difference, row.DifferenceSe),
                    row.Verdict,
                ]
                : [];
            Row(
                text,
                [
                    row.Method,
                    $"{row.Dim}",
                    IcaReportData.SeedText(row),
                    NumberText.WithError(row.Mean, row.Se),
                    NumberText.Fixed(row.Oracle),
                    NumberText.WithError(row.Gap, row.GapSe),
                    .. against,
                ]);
        }
    }

    private static string Partial(IcaTableRow row) => row.Seeds < row.SeedsExpected ? $" ({IcaReportData.SeedText(row)} seeds)" : "";

    private static void Paragraph(StringBuilder text, string paragraph)
    {
        if (paragraph.Length > 0)
        {
            Line(text, "");
            Line(text, paragraph);
        }
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        Line(text, "| " + string.Join(" | ", cells.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal))) + " |");

    /// <summary>Line feeds on every system: the same data give the same bytes.</summary>
    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
