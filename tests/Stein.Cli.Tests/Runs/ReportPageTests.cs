using System.Globalization;
using System.Text.RegularExpressions;

namespace Stein.Cli.Tests.Runs;

/// <summary><c>stein report --html</c> on a real store; what is in the page is tested in Stein.Html.Tests.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ReportPageTests
{
    private static readonly string[] Grid = ["ica", "--grid", "test", "--methods", "mle", "--seeds", "60"];

    [Fact]
    public void A_page_is_written_instead_of_folders_and_the_same_again()
    {
        using var stein = new SteinProgram();
        string[] page = ["report", .. Grid, "--store", "store", "--html", "page.html"];
        SteinResult nothing = stein.RunHere("report", "ica", "--html", "page.html");
        Assert.Equal(0, nothing.ExitCode);
        Assert.Contains("page.html is not written", nothing.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(stein.PathOf("page.html")));

        Assert.Equal(0, stein.RunHere(["reproduce", .. Grid, "--device", "simd", "--quiet", "--store", "store", "--out", "out"]).ExitCode);
        SteinResult written = stein.RunHere(page);
        Assert.True(written.ExitCode == 0, $"{written}");
        string html = File.ReadAllText(stein.PathOf("page.html"));
        Assert.Contains("stein reproduce ica --methods mle --seeds 60 --grid test", html, StringComparison.Ordinal);
        Assert.False(Directory.Exists(stein.PathOf("results")));
        // All runs are finished, so that there is nothing to wait for.
        Assert.Equal(0, stein.RunHere([.. page, "--watch"]).ExitCode);
        Assert.Equal(html, File.ReadAllText(stein.PathOf("page.html")));

        SteinResult whole = stein.RunHere("report", "ica", "--grid", "test", "--store", "store", "--html", "whole.html");
        Assert.True(whole.ExitCode == 0, $"{whole}");
        Assert.Contains("What is missing", File.ReadAllText(stein.PathOf("whole.html")), StringComparison.Ordinal);

        // The report that was written is a folder that a page can be made from.
        Directory.Move(stein.PathOf("out"), stein.PathOf("reports"));
        Directory.CreateDirectory(stein.PathOf("out"));
        Directory.Move(stein.PathOf("reports"), stein.PathOf("out", "ica"));
        Assert.Equal(0, stein.RunHere("report", "--html", "out.html", "--from", "out").ExitCode);
        Assert.Contains("href=\"out/ica/runs.csv\"", File.ReadAllText(stein.PathOf("out.html")), StringComparison.Ordinal);

        // It is the report of these runs, and a store is the same as itself.
        foreach (string other in (string[])["out", "store"])
        {
            Assert.Equal(0, stein.RunHere([.. page, "--compare", other]).ExitCode);
            Match same = Regex.Match(File.ReadAllText(stein.PathOf("page.html")), @"(\d+) numbers are in both; (\d+) are the same");
            Assert.True(int.Parse(same.Groups[1].Value, CultureInfo.InvariantCulture) > 0, other);
            Assert.Equal(same.Groups[1].Value, same.Groups[2].Value);
        }

        SteinResult empty = stein.RunHere([.. page, "--compare", "."]);
        Assert.Equal(2, empty.ExitCode);
        Assert.Contains("it has neither reports nor finished runs", empty.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_that_is_watched_is_written_as_runs_finish_and_ends_when_all_have()
    {
        using var stein = new SteinProgram();
        string[] all = ["ica", "--grid", "test", "--methods", "mle", "--dims", "2"], store = ["--store", "store"];
        string[] run = ["--device", "simd", "--quiet", "--out", "out", .. store];
        Assert.Equal(0, stein.RunHere(["reproduce", .. all, "--seeds", "60", .. run]).ExitCode);
        string page = stein.PathOf("page.html");
        using SteinProcess watch = stein.Begin(["report", .. all, .. store, "--html", "page.html", "--watch"]);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(page), TimeSpan.FromMinutes(1)), "no page");
        Assert.Contains("What is missing", File.ReadAllText(page), StringComparison.Ordinal);

        Assert.Equal(0, stein.RunHere(["reproduce", .. all, .. run]).ExitCode);
        SteinResult result = watch.WaitForExit();
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.DoesNotContain("What is missing", File.ReadAllText(page), StringComparison.Ordinal);
        Assert.Equal(0, stein.RunHere(["report", .. all, .. store, "--html", "again.html"]).ExitCode);
        Assert.Equal(stein.Read("again.html"), stein.Read("page.html"));
    }

    [Theory]
    [InlineData("--html page.txt: it must be the name of a file that ends in .html", "--html", "page.txt")]
    [InlineData("--out other: with --html one file is written", "--html", "page.html", "--out", "other")]
    [InlineData("--from results: it is for --html", "--from", "results")]
    [InlineData("--from nowhere: there is no such folder", "--html", "page.html", "--from", "nowhere")]
    [InlineData("--watch: it is for --html", "--watch")]
    [InlineData("--compare store: it is for --html", "--compare", "store")]
    [InlineData("--watch: the reports in results have no runs", "--html", "page.html", "--from", "results", "--watch")]
    public void What_does_not_go_together_is_said(string message, params string[] options)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere(["report", .. options]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(stein.PathOf("page.html")));
    }
}
