using System.Text;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Writes <c>table.tex</c>: a table environment for <c>\input</c>, which needs the packages booktabs and graphicx.</summary>
internal static class IcaLatex
{
    public static string Write(IcaReportData data)
    {
        var text = new StringBuilder();
        int columns = data.Dimensions.Count + 1;
        Line(text, @"% \input this file; needs \usepackage{booktabs,graphicx}.");
        Line(text, @"\begin{table}");
        Line(text, @"\centering");
        Line(text, @"\scriptsize");
        Line(text, @"\setlength{\tabcolsep}{3pt}");
        Line(text, $@"\caption{{{Caption(data)}}}");
        Line(text, @"\label{tab:ica}");
        // Wider than the text it is set smaller; narrower, as it is.
        Line(text, @"\resizebox{\ifdim\width>\linewidth\linewidth\else\width\fi}{!}{%");
        Line(text, $@"\begin{{tabular}}{{@{{}}l{new string('r', data.Dimensions.Count)}@{{}}}}");
        Line(text, @"\toprule");
        Row(text, ["", .. data.Dimensions.Select(dim => $"$D = {dim}$")]);
        WriteMethods(text, data);
        if (data.HasAmari)
        {
            Line(text, @"\midrule");
            Line(text, $@"\multicolumn{{{columns}}}{{@{{}}l}}{{Amari distance}} \\");
            foreach (string method in data.Methods.Where(method => method != IcaMethod.Oracle.Name))
            {
                Row(text, [Latex.Escape(method), .. data.Cells(method, row => WithError(row.AmariDistance, row.AmariDistanceSe, 3))]);
            }
        }

        Line(text, @"\bottomrule");
        Line(text, @"\end{tabular}}");
        Line(text, @"\end{table}");
        return text.ToString();
    }

    private static void WriteMethods(StringBuilder text, IcaReportData data)
    {
        bool inYardsticks = false;
        Line(text, @"\midrule");
        foreach (string method in data.Methods)
        {
            if (IcaMethod.Find(method).IsYardstick && !inYardsticks)
            {
                inYardsticks = true;
                Line(text, @"\midrule");
            }

            Row(text, [Latex.Escape(method), .. data.Cells(method, row => WithError(row.Mean, row.Se, 2, Mark(row)))]);
            if (data.HasPaper(method))
            {
                Row(text, [@"\quad paper", .. data.Cells(method, row => double.IsNaN(row.Paper) ? "" : Fixed(row.Paper, 2))]);
            }
        }
    }

    private static string Caption(IcaReportData data)
    {
        string[] sentences = [data.ValueNote(), data.VerdictNote(), data.PartialNote()];
        string marks = data.ComparePaper ? @" Marks: $^{=}$ agrees, $^{\uparrow}$ ours is higher, $^{\downarrow}$ ours is lower." : "";
        return Latex.Escape(Quotes(string.Join(" ", sentences.Where(sentence => sentence.Length > 0)))) + marks;
    }

    /// <summary>Straight quotes come in pairs; LaTeX wants an opening and a closing form.</summary>
    private static string Quotes(string text)
    {
        string[] parts = text.Split('"');
        return string.Concat(parts.Select((part, index) => index == 0 ? part : (index % 2 == 1 ? "“" : "”") + part));
    }

    private static string Mark(IcaTableRow row) => row.Verdict switch
    {
        "agrees" => "^{=}",
        "higher" => @"^{\uparrow}",
        "lower" => @"^{\downarrow}",
        _ => "",
    };

    private static string Fixed(double value, int decimals) => Latex.Escape(NumberText.Fixed(value, decimals));

    /// <summary>The standard error as a subscript and the verdict as a superscript: seven dimensions have to fit a page.</summary>
    private static string WithError(double mean, double error, int decimals, string mark = "")
    {
        int needed = double.IsNaN(error) ? decimals : NumberText.Decimals(error, decimals);
        string subscript = double.IsNaN(error) ? "" : $@"_{{\pm {NumberText.Fixed(error, needed)}}}";
        return $"${NumberText.Fixed(mean, needed).Replace('−', '-')}{subscript}{mark}$";
    }

    private static void Row(StringBuilder text, IEnumerable<string> cells) => Line(text, string.Join(" & ", cells) + @" \\");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}
