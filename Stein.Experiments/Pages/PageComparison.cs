using System.Globalization;
using System.Text.RegularExpressions;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;

namespace Stein.Experiments.Pages;

/// <summary>A page beside another of the same experiments: by how much each number differs, and whether by more than chance.</summary>
internal static partial class PageComparison
{
    /// <summary>The page with another table for each experiment that both have: the numbers that differ, cell by cell.</summary>
    /// <param name="page">The page.</param>
    /// <param name="other">What it is compared with.</param>
    /// <param name="name">What people call the other one.</param>
    public static Page ComparedWith(this Page page, Page other, string name) => page with
    {
        Parts =
        [
            .. page.Parts.Select(part => other.Parts.FirstOrDefault(candidate => candidate.Name == part.Name) is { } same
                ? part with { Tables = [.. part.Tables, Differences(part, same, name)] }
                : part),
        ],
    };

    private static MarkdownTable Differences(PagePart part, PagePart other, string name)
    {
        Cell[] cells =
        [
            .. from table in part.Tables
               from twin in other.Tables.Where(candidate => candidate.Name == table.Name).Take(1)
               let twins = Rows(twin).ToDictionary(row => row.Key, row => row.Cells)
               from row in Rows(table)
               where twins.ContainsKey(row.Key)
               from cell in row.Cells
               from twinCell in twins[row.Key].Where(candidate => candidate.Key == cell.Key).Take(1)
               let here = Number.Of(cell.Value)
               let there = Number.Of(twinCell.Value)
               where here is not null && there is not null
               select new Cell(table.Title, row.Key.Label, cell.Key, cell.Value, twinCell.Value, here, there),
        ];
        Cell[] differing = [.. cells.Where(cell => cell.Text != cell.OtherText)];
        Cell[] withErrors = [.. cells.Where(cell => cell.Error > 0)];
        return new(
            "compared",
            $"Compared with {name}",
            $"{cells.Length} numbers are in both; {cells.Length - differing.Length} are the same, and the others are here. The error of a "
                + "difference is the root of the sum of the squares of the two standard errors, and z the difference in units of it. Of "
                + $"{withErrors.Length} with errors {withErrors.Count(cell => Math.Abs(cell.Z) > 2)} have |z| > 2, where one in twenty is "
                + "expected by chance if the runs are independent, and none if they are the same runs.",
            ["table", "row", "column", "here", "there", "difference", "z"],
            [
                .. differing.Select(cell => (IReadOnlyList<string>)
                [
                    cell.Table,
                    cell.Row,
                    cell.Column,
                    cell.Text,
                    cell.OtherText,
                    SignificantText.WithError(cell.Difference, cell.Error),
                    NumberText.Fixed(cell.Z, 1),
                ]),
            ]);
    }

    /// <summary>
    /// The rows by their labels, which are the cells before the first column with errors or decimals; rows of one label are told apart by
    /// their order.
    /// </summary>
    private static IEnumerable<((string Label, int Number) Key, IEnumerable<KeyValuePair<string, string>> Cells)> Rows(MarkdownTable table)
    {
        int labels = Enumerable.Range(0, table.Columns.Count)
            .TakeWhile(column => !table.Rows.Any(row => row[column].AsSpan().ContainsAny('±', '.'))).Count();
        int first = Math.Clamp(labels, 1, Math.Max(1, table.Columns.Count - 1));
        return table.Rows.GroupBy(row => string.Join(", ", row.Take(first))).SelectMany(rows => rows.Select((row, number) => (
            (rows.Key, number), table.Columns.Zip(row, KeyValuePair.Create).Skip(first))));
    }

    /// <summary>A number that both pages have.</summary>
    private sealed record Cell(string Table, string Row, string Column, string Text, string OtherText, Number Here, Number There)
    {
        public double Difference => Here.Mean - There.Mean;

        public double Error => Math.Sqrt((Here.Error * Here.Error) + (There.Error * There.Error));

        public double Z => Error > 0 ? Difference / Error : double.NaN;
    }

    /// <summary>A number as it is printed in a table, and its standard error; NaN for none.</summary>
    private sealed partial record Number(double Mean, double Error)
    {
        public static Number? Of(string cell)
        {
            Match match = Printed().Match(cell.Replace('−', '-'));
            if (!match.Success)
                return null;
            double power = match.Groups["power"].Success ? Math.Pow(10, Parsed("power")) : 1;
            return new(power * Parsed("mean"), match.Groups["error"].Success ? power * Parsed("error") : double.NaN);

            double Parsed(string group) => double.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
        }

        [GeneratedRegex(@"^\(?\s*[<>≤≥]?\s*(?<mean>-?\d+(\.\d+)?)(\s*±\s*(?<error>\d+(\.\d+)?))?\)?(e(?<power>-?\d+))?(?=$|\s|%)")]
        private static partial Regex Printed();
    }
}
