using Stein.Experiments.Pages;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;

namespace Stein.Html.Tests;

/// <summary>Pages beside others.</summary>
public class ComparisonTests
{
    private static readonly string[] Columns = ["method", "D", "gap", "power"];

    [Fact]
    public void Numbers_that_differ_have_their_difference_in_standard_errors()
    {
        MarkdownTable compared = Compared(
            [["KSD", "2", "0.50 ± 0.03", "0.9"], ["KSD", "10", "(1.20 ± 0.10)e−5", "–"], ["LSD", "2", "−1.00 ± 0.10", "0.5"]],
            [["LSD", "2", "−1.00 ± 0.10", "0.7"], ["KSD", "2", "0.45 ± 0.04", "0.9"], ["KSD", "10", "0.0000", "0.1"]]);
        Assert.Equal(
            [
                ["Gaps", "KSD, 2", "gap", "0.50 ± 0.03", "0.45 ± 0.04", "0.0500 ± 0.0500", "1.0"],
                ["Gaps", "KSD, 10", "gap", "(1.20 ± 0.10)e−5", "0.0000", "1.20e−5", "–"],
                ["Gaps", "LSD, 2", "power", "0.5", "0.7", "−0.200", "–"],
            ],
            compared.Rows);
        Assert.StartsWith("5 numbers are in both; 2 are the same, and the others are here.", compared.Caption, StringComparison.Ordinal);
        Assert.Contains("Of 2 with errors 0 have |z| > 2", compared.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_one_label_are_compared_in_their_order_and_rows_of_one_page_alone_are_not()
    {
        MarkdownTable compared = Compared(
            [["KSD", "2", "1.0 ± 0.1", "0.1"], ["KSD", "2", "2.0 ± 0.1", "0.1"], ["new", "2", "3.0 ± 0.1", "0.1"]],
            [["KSD", "2", "1.0 ± 0.1", "0.1"], ["KSD", "2", "2.5 ± 0.1", "0.1"]]);
        Assert.Equal(["Gaps", "KSD, 2", "gap", "2.0 ± 0.1", "2.5 ± 0.1", "−0.500 ± 0.141", "−3.5"], Assert.Single(compared.Rows));
        Assert.Contains("1 have |z| > 2", compared.Caption, StringComparison.Ordinal);
    }

    [Fact]
    public void An_experiment_of_one_page_alone_stays_as_it_is()
    {
        var page = new Page("here", "", [new("one", "one"), new("two", "two")]);
        Page compared = page.ComparedWith(new Page("there", "", [new("two", "two")]), "there");
        Assert.Equal([0, 1], compared.Parts.Select(part => part.Tables.Count));
        Assert.Equal("Compared with there", compared.Parts[1].Tables[0].Title);
    }

    private static MarkdownTable Compared(IReadOnlyList<IReadOnlyList<string>> here, IReadOnlyList<IReadOnlyList<string>> there)
    {
        return Page(here).ComparedWith(Page(there), "another").Parts[0].Tables[^1];

        static Page Page(IReadOnlyList<IReadOnlyList<string>> rows)
            => new("page", "", [new("one", "one") { Tables = [new("gaps", "Gaps", "", Columns, rows)] }]);
    }
}
