using System.Xml.Linq;
using SkiaSharp;
using Stein.Experiments.Ica;
using Stein.Experiments.Reports;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class IcaReportTests
{
    [Fact]
    public void Writes_every_file_and_the_same_bytes_for_the_same_data_in_any_order()
    {
        using var one = new TemporaryFolder();
        using var two = new TemporaryFolder();
        IReadOnlyList<string> files = Write(one, IcaSample.Runs, comparePaper: true);
        Write(two, IcaSample.Runs.Reverse(), comparePaper: true);
        string[] figures = ["curves_D10", "curves_D20", "log_likelihood_by_dimension", "gap_by_dimension"];
        string[] expected =
        [
            "table.tex", "runs.csv", "curves.csv", "table.csv", "differences.csv", "table.md", "figures.md",
            .. figures.SelectMany(figure => new[] { $"{figure}.png", $"{figure}.svg" }),
        ];
        Assert.Equal(expected, files.Select(Path.GetFileName));
        Assert.Equal(expected.Order(), Directory.GetFiles(one.Path).Select(Path.GetFileName).Order());
        Assert.All(expected, name => Assert.Equal(File.ReadAllBytes(one.File(name)), File.ReadAllBytes(two.File(name))));
        Assert.StartsWith(
            "method,dimension,seeds,test_log_likelihood,test_log_likelihood_se,oracle,gap,paper,verdict,",
            File.ReadAllText(one.File("table.csv")),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "comparison,dimension,seeds,mean_difference,mean_difference_se,paper,difference_from_paper,difference_from_paper_se,verdict\n",
            File.ReadAllText(one.File("differences.csv")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Partial_data_says_so()
    {
        using var folder = new TemporaryFolder();
        IcaRun[] runs = [.. IcaSample.Runs.Where(run => run.Row != IcaSample.Row("lsd") || run.Dimension != 20)];
        Write(folder, runs.Select(run => run with { Curve = [] }), comparePaper: true, seedsExpected: 5);
        string markdown = File.ReadAllText(folder.File("table.md"));
        Assert.Contains("(3 of 5 seeds)", markdown, StringComparison.Ordinal);
        Assert.Contains("Some seeds are missing: KSD at D = 10 has 3 of 5; ", markdown, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("curves.csv")));
    }

    [Fact]
    public void One_run_is_enough()
    {
        using var folder = new TemporaryFolder();
        Write(folder, [IcaSample.Runs[0] with { Curve = [IcaSample.Runs[0].Curve[0]] }], comparePaper: false);
        Assert.DoesNotContain("aper", File.ReadAllText(folder.File("table.md")), StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("differences.csv")));
    }

    [Fact]
    public void Latex_is_balanced_and_has_a_cell_for_every_column()
    {
        using var folder = new TemporaryFolder();
        Write(folder, [.. IcaSample.Runs, IcaSample.Runs[0] with { Row = IcaSample.Row("ksd", "a_b") }], comparePaper: true);
        string latex = File.ReadAllText(folder.File("table.tex"));
        Assert.Equal(latex.Count(character => character == '{'), latex.Count(character => character == '}'));
        Assert.Equal(0, latex.Count(character => character == '$') % 2);
        Assert.Contains(@"KSD (a\_b)", latex, StringComparison.Ordinal);
        Assert.DoesNotContain(latex, character => character is '−' or '±' or '–');
        string[] rows = [.. latex.Split('\n').Where(line => line.Contains(" & ", StringComparison.Ordinal))];
        Assert.All(rows, row => Assert.EndsWith(@" \\", row, StringComparison.Ordinal));
        Assert.All(rows, row => Assert.Equal(2, row.Count(character => character == '&')));
        Assert.True(rows.Length > 10);
    }

    [Fact]
    public void Png_has_text_where_the_labels_are()
    {
        using var folder = new TemporaryFolder();
        Write(folder, IcaSample.Runs, comparePaper: true);
        foreach (string name in Directory.GetFiles(folder.Path, "*.png"))
        {
            using var picture = SKBitmap.Decode(name);
            Assert.Equal((1600, 1000), (picture.Width, picture.Height));
            // The x label (below the ticks), the y label (left edge) and the legend (top) are dark glyphs on white.
            Assert.InRange(DarkPixels(picture, 600, 940, 1100, 1000), 300, 20000);
            Assert.InRange(DarkPixels(picture, 0, 200, 40, 900), 300, 20000);
            Assert.InRange(DarkPixels(picture, 200, 20, 1600, 120), 300, 40000);
            Assert.Equal(SKColors.White, picture.GetPixel(5, 5));
        }
    }

    [Fact]
    public void Svg_is_well_formed_with_text_dashes_and_a_fallback_font()
    {
        using var folder = new TemporaryFolder();
        Write(folder, IcaSample.Runs, comparePaper: true);
        foreach (string name in Directory.GetFiles(folder.Path, "*.svg"))
        {
            XElement[] elements = [.. XDocument.Load(name).Descendants()];
            XElement[] texts = [.. elements.Where(element => element.Name.LocalName == "text")];
            Assert.All(texts, text => Assert.Equal("DejaVu Sans, Verdana, sans-serif", text.Attribute("font-family")?.Value));
            Assert.All(texts, text => Assert.False(text.Attribute("x")!.Value.EndsWith(", ", StringComparison.Ordinal)));
            Assert.Contains(texts, text => text.Value.Contains("nats", StringComparison.Ordinal));
            Assert.Contains(texts, text => text.Value == "maxSKSD-g");
            bool hasOracle = texts.Any(text => text.Value == "oracle");
            Assert.Equal(hasOracle, elements.Any(element => element.Attribute("stroke-dasharray") is not null));
        }
    }

    [Fact]
    public void Searches_that_were_cut_short_are_counted()
    {
        IcaRun[] runs = [.. IcaSample.Runs.Select(run => run with { IsCutShort = run.Row.Method.Id == "lsd" && run.Seed == 70 })];
        using var folder = new TemporaryFolder();
        Write(folder, runs, comparePaper: false);
        string markdown = File.ReadAllText(Path.Combine(folder.Path, "table.md"));
        Assert.Contains(" (1 of 3 not converged) |", markdown, StringComparison.Ordinal);
        Assert.Contains("before they had converged: LSD at D = 10: 1 of 3; ", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("converged: KSD", markdown, StringComparison.Ordinal);
    }

    /// <summary>One run at −2·10⁹ nats, and a method all of whose runs diverged.</summary>
    [Fact]
    public void Runs_that_diverged_are_counted_and_in_no_mean()
    {
        IcaRun[] runs =
        [
            .. from run in IcaSample.Runs
               where run.Dimension == 10
               let isDiverged = run.Row.Method.Id == "ksd" || (run.Row.Method.Id == "lsd" && run.Seed == 70)
               select isDiverged ? run with { TestLogLikelihood = -2e9, IsDiverged = true } : run,
        ];
        using var folder = new TemporaryFolder();
        Write(folder, runs, comparePaper: true);
        IcaTable table = IcaSample.Table(runs, comparePaper: true);
        IcaTableRow lsd = table.Rows.Single(row => row.Row?.Method.Id == "lsd");
        Assert.Equal((2, 1), (lsd.Seeds, lsd.Diverged));
        Assert.InRange(lsd.LogLikelihood.Mean, -20, 0);
        Assert.DoesNotContain(table.Differences, row => row.Name.StartsWith("KSD", StringComparison.Ordinal));
        string markdown = File.ReadAllText(Path.Combine(folder.Path, "table.md"));
        Assert.Contains("(1 of 3 diverged)", markdown, StringComparison.Ordinal);
        Assert.Contains("KSD at D = 10: 3 of 3", markdown, StringComparison.Ordinal);
        Assert.Contains("& diverged", File.ReadAllText(Path.Combine(folder.Path, "table.tex")), StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(Path.Combine(folder.Path, "runs.csv"));
        Assert.EndsWith(",diverged", lines[0], StringComparison.Ordinal);
        Assert.Equal(4, lines.Count(line => line.EndsWith(",1", StringComparison.Ordinal)));
    }

    private static IReadOnlyList<string> Write(
        TemporaryFolder folder, IEnumerable<IcaRun> runs, bool comparePaper, int seedsExpected = 3)
        => ReportFiles.Write(IcaExperiment.Compose(IcaSample.Table(runs, comparePaper, seedsExpected)), folder.Path);

    private static int DarkPixels(SKBitmap picture, int left, int top, int right, int bottom)
    {
        int count = 0;
        for (int y = top; y < bottom; y++)
        {
            for (int x = left; x < right; x++)
            {
                SKColor pixel = picture.GetPixel(x, y);
                count += pixel.Red + pixel.Green + pixel.Blue < 300 ? 1 : 0;
            }
        }

        return count;
    }
}
