using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using Stein.Experiments;
using Stein.Experiments.Pages;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests;
using Stein.Tests;

namespace Stein.Html.Tests;

/// <summary>What is in the file of a page, without a browser.</summary>
public sealed partial class PageTests
{
    /// <summary>Attributes of HTML and SVG by which a page can ask for another file.</summary>
    private static readonly string[] Loading =
        ["src", "srcset", "href", "xlink:href", "data", "poster", "action", "formaction", "background"];

    [Fact]
    public void The_page_of_the_results_is_the_committed_one() => Assert.True(
        Pages.WithUnpacked(Pages.Gallery) == Pages.WithUnpacked(File.ReadAllText(Pages.GalleryFile)),
        "results/index.html is not what the files beside it give: stein report --html results/index.html --from results writes it anew.");

    [Fact]
    public void The_page_of_the_results_keeps_to_its_budget()
    {
        Assert.InRange(Encoding.UTF8.GetByteCount(Pages.Gallery), 1, 1_000_000);
        IHtmlDocument page = Pages.ParsedGallery;
        Assert.InRange(Encoding.UTF8.GetByteCount(page.QuerySelector("style")!.TextContent), 1, 20_000);
        Assert.InRange(Encoding.UTF8.GetByteCount(Script(page).TextContent), 1, 40_000);
    }

    [Fact]
    public void Every_experiment_with_results_is_on_the_page_with_its_finding()
    {
        string[] folders = [.. Directory.GetDirectories(Pages.Results).Where(folder => File.Exists(Path.Combine(folder, "provenance.json")))
            .Select(folder => Path.GetFileName(folder)!).Order()];
        Assert.Equal(folders, Pages.GalleryPage.Parts.Select(part => part.Name).Order());
        Assert.All(Pages.GalleryPage.Parts, part => Assert.True(part.Finding.Length > 100, part.Name));
    }

    /// <summary>The README says the same numbers: 27 of 35 comparisons of ICA, 190 of 205 powers.</summary>
    [Fact]
    public void The_comparisons_of_the_results_are_those_that_the_README_counts()
    {
        string readme = File.ReadAllText(Path.Combine(Repository.Folder, "README.md"));
        PublishedComparison[] ica = [.. Pages.GalleryPage.Parts.Single(part => part.Name == "ica").Comparisons];
        PublishedComparison[] others = [.. Pages.GalleryPage.Parts.Where(part => part.Name != "ica").SelectMany(part => part.Comparisons)];
        Assert.Contains($"Of the {ica.Length} comparisons", readme, StringComparison.Ordinal);
        Assert.Contains($"{ica.Count(comparison => comparison.Reproduced)} agree;", readme, StringComparison.Ordinal);
        Assert.Contains(
            $"Of {others.Length} published powers {others.Count(comparison => comparison.Reproduced)} agree",
            readme,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_page_is_correct_HTML_that_loads_nothing()
    {
        AssertSound(Pages.ParsedGallery);
        IHtmlDocument page = Pages.ParsedGallery;
        string[] links = [.. page.QuerySelectorAll("a[href]").Select(link => link.GetAttribute("href")!)
            .Where(link => !link.StartsWith('#') && !link.StartsWith("https://", StringComparison.Ordinal))];
        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(
            Path.Exists(Path.Combine(Pages.Results, Uri.UnescapeDataString(link.Split('#')[0]))), $"{link} leads nowhere"));
    }

    [Fact]
    public void Every_table_has_the_numbers_of_its_file()
    {
        IHtmlDocument page = Pages.ParsedGallery;
        int tables = 0;
        foreach (string file in Directory.EnumerateFiles(Pages.Results, "*.md", SearchOption.AllDirectories))
        {
            string experiment = Path.GetFileName(Path.GetDirectoryName(file))!;
            if (Path.GetFileName(file) is "README.md" or "figures.md")
                continue;
            // The lines of the file, read in another way than the page does.
            string[] rows = [.. File.ReadLines(file)
                .Where(line => line.StartsWith('|') && !line.StartsWith("| ---", StringComparison.Ordinal))
                .Select(line => line.Replace(@"\|", "¦", StringComparison.Ordinal).Trim('|', ' ').Replace("*paper*", "paper"))];
            IElement[] sections = [.. page.QuerySelectorAll($"#{experiment} section.t")
                .Where(section => Belongs(section.Id!, HtmlText.Id(experiment, Path.GetFileNameWithoutExtension(file)), rows))];
            string[] shown = [.. sections.SelectMany(section => section.QuerySelectorAll("tr")).Select(row => string.Join(
                " | ", row.Children.Select(cell => cell.TextContent.Replace('|', '¦'))).Trim('|', ' '))];
            Assert.Equal(rows, shown);
            tables += sections.Length;
        }

        Assert.Equal(page.QuerySelectorAll("section.x section.t").Length, tables);

        static bool Belongs(string id, string file, string[] rows)
            => id == $"t-{file}" || (rows.Length > 0 && id.StartsWith($"t-{file}-", StringComparison.Ordinal)
                && file.EndsWith("-table", StringComparison.Ordinal));
    }

    /// <summary>A report of finished runs in a store, the last of them missing.</summary>
    [Theory]
    [InlineData("ica")]
    [InlineData("gof-liu")]
    [InlineData("dae-descent")]
    public void A_page_of_a_store_has_what_the_report_has_and_names_what_is_missing(string name)
    {
        using var folder = new TemporaryFolder();
        (Experiment experiment, RunStore store, ReportRequest request) = Pages.Golden(name, folder);
        IReadOnlyList<RunConfig> plan = request.Plan;
        RunConfig missing = plan[^1];
        Directory.Delete(store.FolderOf(missing), recursive: true);

        string html = Encoding.UTF8.GetString(PageWriter.Write(StorePage.Create(store, [(experiment, request, "stein reproduce it")])));
        Assert.Equal(
            html, Encoding.UTF8.GetString(PageWriter.Write(StorePage.Create(store, [(experiment, request, "stein reproduce it")]))));
        Assert.False(Directory.Exists(request.Folder));
        AssertSound(Pages.Parse(html));

        IHtmlDocument page = Pages.Parse(html);
        Assert.Contains($"{plan.Count - 1} of {plan.Count} runs are finished", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains(missing.Description, page.QuerySelector("#verdicts")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("stein reproduce it", page.QuerySelector("dl")!.TextContent, StringComparison.Ordinal);

        ReportOutcome report = experiment.Report(store, request);
        Assert.NotEmpty(report.Files);
        foreach (string file in report.Files.Where(file => Path.GetExtension(file) == ".csv"))
        {
            if (page.QuerySelector($"script[data-name='{Path.GetFileName(file)}']") is { } data)
                Assert.Equal(File.ReadAllText(file), Pages.Unpacked(data.TextContent));
            else
                Assert.StartsWith("unmixing_", Path.GetFileName(file), StringComparison.Ordinal);
        }

        foreach (string file in report.Files.Where(file => Path.GetExtension(file) == ".svg"))
        {
            IElement? figure = page.GetElementById($"f-{HtmlText.Id(name, Path.GetFileNameWithoutExtension(file))}");
            Assert.NotNull(figure?.QuerySelector("svg[role=img][aria-label]"));
        }

        string runs = Pages.Unpacked(page.QuerySelector("script[data-name='runs of this page.csv']")!.TextContent);
        Assert.All(plan.SkipLast(1), run => Assert.Contains(run.Id, runs, StringComparison.Ordinal));
        Assert.All(plan.SkipLast(1), run => Assert.Contains(store.Find(run)!.Checksum, runs, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_table_of_a_store_says_which_runs_it_is_made_of()
    {
        // The letters of pictures, and a theory.
        string[] ofNoRuns = ["generator-digits key", "score-stages forgetting"];
        foreach (Experiment experiment in ExperimentRegistry.All)
        {
            using var folder = new TemporaryFolder();
            (_, RunStore store, ReportRequest request) = Pages.Golden(experiment.Name, folder);
            PagePart part = StorePage.Create(store, [(experiment, request, "stein reproduce it")]).Parts[0];
            foreach (MarkdownTable table in part.Tables.Where(table => table.Rows.Count > 0))
            {
                HashSet<string> runs = [.. table.Origins!.SelectMany(row => row).SelectMany(origin => origin?.RunIds ?? [])];
                Assert.True(
                    runs.Count > 0 != ofNoRuns.Contains($"{experiment.Name} {table.Name}"), $"{experiment.Name}: {table.Name}");
                Assert.Subset(part.RunIds.ToHashSet(), runs);
            }
        }
    }

    [Fact]
    public void A_cell_says_which_runs_it_is_made_of_and_a_row_where_all_its_cells_are_of_the_same()
    {
        Item[] items = [new("ksd", 2, ["b", "a", "c", "e"]), new("ksd", 3, ["d"]), new("mmd", 3, ["e", "a"])];
        var name = new TextColumn<Item>("method", item => item.Method);
        var page = new Page(
            "Runs",
            "",
            [
                new("x", "y")
                {
                    Tables =
                    [
                        MarkdownTable.Of(Table.Create("rows", "", "", items, name, new("D", item => $"{item.Dimension}"))),
                        MarkdownTable.Of(Table.Pivot("cells", "", "", items, [name], item => item.Dimension, at => $"{at}", item => "1")),
                        MarkdownTable.Of(Table.Create("neither", "", "", [1], new TextColumn<int>("number", number => $"{number}"))),
                    ],
                    RunIds = ["a", "b", "c", "d", "e"],
                },
            ]);
        IHtmlDocument document = Pages.Parse(Encoding.UTF8.GetString(PageWriter.Write(page)));
        Assert.Equal("0-2,4 3 0,4", Origins("#t-x-rows tbody tr"));
        Assert.Equal("- 0-2,4 3 - - 0,4", Origins("#t-x-cells tbody tr > *"));
        Assert.Equal("-", Origins("#t-x-neither tbody tr"));

        string Origins(string selector)
            => string.Join(' ', document.QuerySelectorAll(selector).Select(element => element.GetAttribute("data-r") ?? "-"));
    }

    [Fact]
    public void What_two_captions_end_with_is_said_once_if_it_is_long()
    {
        const string Conditions = "Each cell has ten seeds, of which every one has other samples, and other noise in every batch of them. "
            + "Errors are measured on points that nothing was trained with, 2000 of them.";
        string html = Encoding.UTF8.GetString(PageWriter.Write(new("page", "lead",
        [
            new("one", "title")
            {
                Tables =
                [
                    new("first", "First & best", $"Errors by σ. {Conditions}", ["a"], [["1"]]),
                    new("second", "Second", $"Losses by σ. {Conditions}", ["a"], [["2"]]),
                    new("third", "Third", "Losses by σ, e.g. 0.1. 2000 of them.", ["a"], [["3"]]),
                ],
            },
        ])));
        IHtmlDocument document = Pages.Parse(html);
        Assert.Contains(Conditions, document.QuerySelector("#t-one-first p")!.TextContent, StringComparison.Ordinal);
        IElement caption = document.QuerySelector("#t-one-second p")!;
        Assert.Equal("Losses by σ. The rest as in “First & best”.", caption.TextContent);
        Assert.Equal("#t-one-first", caption.QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal("Losses by σ, e.g. 0.1. 2000 of them.", document.QuerySelector("#t-one-third p")!.TextContent);
    }

    [Fact]
    public void Dots_of_one_place_are_one_dot_and_a_clip_without_a_place_is_in_the_corner()
    {
        const string Dot = "<ellipse fill=\"#0072B2\" cx=\"100.2\" cy=\"50.1\" rx=\"2\" ry=\"2\"/>";
        (string content, _, _) = CompactSvg.Of(
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1000">
            <clipPath id="clip0"><rect width="1600" height="1000" /></clipPath>
            <g clip-path="url(#clip0)">{Dot}{Dot.Replace("50.1", "70", StringComparison.Ordinal)}{Dot}</g></svg>
            """,
            new SvgStyles());
        Assert.Contains("viewBox=\"0 0 800 500\"", content, StringComparison.Ordinal);
        Assert.Contains("d=\"M100 50h0m0 20h0\"", content, StringComparison.Ordinal);
    }

    /// <summary>Whatever a name, a caption, a config or a cell has in it is text.</summary>
    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("</script><script>alert(1)</script><style>*{}</style>")]
    [InlineData("\"'><img src=x onerror=alert(1)>")]
    [InlineData("a & b &amp; &#60;c&#62; <!-- d --> ]]> `e`")]
    [InlineData("\u202Eright to left\u202C \u200Fmark\u200E \u2067isolate\u2069")]
    [InlineData("nul \0 bell \a escape \u001b[31m half \ud83d pair 😀")]
    [InlineData("[link](javascript:alert(1)) <javascript:alert(1)> ![p](https://example.org/x.png) | bar \\| **bold**")]
    public void Text_is_never_markup(string text)
    {
        var comparison = new PublishedComparison(text, 1, 2, text, Reproduced: false);
        var page = new Page(text, text,
        [
            new("one", text)
            {
                Source = text,
                Finding = text,
                Runs = new(1, 2),
                Comparisons = [comparison],
                Deviations = [text],
                Gaps = [text],
                Tables = [new("table", text, text, [text, text], [[text, text], ["2", text]])],
                Figures = [Figure(text)],
                Data = [new(text, 1, Encoding.UTF8.GetBytes(text), IsInPage: true)],
                Provenance = [(text, text)],
            },
            new("two", text)
            {
                // More than a megabyte, so that its figures are compressed.
                Folder = "two/",
                Finding = new string('x', 1_000_000),
                Figures = [Figure(text)],
                Data = [new("x.csv", 1, [], IsInPage: false)],
            },
        ]);
        string html = Encoding.UTF8.GetString(PageWriter.Write(page));
        AssertSound(Pages.Parse(html));
        IHtmlDocument document = Pages.Parse(html);
        Assert.Equal(3, document.QuerySelectorAll("script").Length);
        Assert.Equal(2, document.QuerySelectorAll("style").Length);
        Assert.Empty(document.QuerySelectorAll("img, iframe, object, embed, link, form, base"));
        Assert.DoesNotContain(document.All, element => element.Attributes.Any(
            attribute => attribute.Name.StartsWith("on", StringComparison.Ordinal)
                || attribute.Value.StartsWith("javascript:", StringComparison.OrdinalIgnoreCase)));
        string expected = Shown(text);
        Assert.Equal(expected, document.QuerySelector("h1")!.TextContent);
        Assert.All(document.QuerySelectorAll("#t-one-table thead th"), cell => Assert.Equal(expected, cell.TextContent));
        Assert.Equal(expected, document.QuerySelector("#t-one-table tbody td")!.TextContent);
        Assert.Equal(expected, document.QuerySelector("dd")!.TextContent);
        Assert.Equal(expected, document.QuerySelector("#verdicts bdi")!.TextContent);
        Assert.Contains(expected, document.QuerySelector("#f-one-figure svg text")!.TextContent, StringComparison.Ordinal);
    }

    /// <summary>What HTML cannot have is replaced.</summary>
    private static string Shown(string text) => string.Concat(text.EnumerateRunes().Select(
        rune => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control ? "\uFFFD" : rune.ToString()));

    /// <summary>A figure of one text, as the drawing library writes it, which escapes for itself.</summary>
    private static PageFigure Figure(string text)
    {
        char[] letters = [.. Shown(text).Where(letter => char.IsSurrogate(letter) || System.Xml.XmlConvert.IsXmlChar(letter))];
        var label = new System.Xml.Linq.XText(new string(letters));
        return new(
            "figure",
            text,
            $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1000">
            <rect fill="white" transform="scale(2 2)" width="800" height="500" />
            <clipPath id="clip0"><rect x="140" y="200" width="1400" height="700" /></clipPath><g clip-path="url(#clip0)">
            <path fill="none" stroke="#0072B2" stroke-width="2" transform="scale(2 2)" d="M80 200L90.4 210.2L100 230" /></g>
            <text transform="matrix(2 0 0 2 840 992)" font-size="16" font-family="DejaVu Sans" x="0, 9" y="1.6">{label}</text></svg>
            """);
    }

    /// <summary>What holds for every page.</summary>
    private static void AssertSound(IHtmlDocument page)
    {
        Assert.Equal("en", page.DocumentElement.GetAttribute("lang"));

        // It allows its own style and script, by their checksums, and nothing else.
        string policy = page.QuerySelector("meta[http-equiv=Content-Security-Policy]")!.GetAttribute("content")!;
        Assert.StartsWith("default-src 'none';", policy, StringComparison.Ordinal);
        Assert.Equal(
            Checksum().Matches(policy).Select(match => match.Value).Order(),
            page.QuerySelectorAll("style").Append(Script(page)).Select(element => Hash(element.TextContent)).Order());
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain(page.All, element => element.HasAttribute("style"));
        string styles = string.Concat(page.QuerySelectorAll("style").Select(style => style.TextContent));
        Assert.DoesNotContain("url(", styles, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", styles, StringComparison.Ordinal);
        Assert.DoesNotContain(page.All, element => element.LocalName != "a" && Loading.Any(element.HasAttribute));

        string[] ids = [.. page.All.Where(element => element.HasAttribute("id")).Select(element => element.Id!)];
        Assert.Equal(ids.Distinct(), ids);
        Assert.All(
            page.QuerySelectorAll("a[href^='#']"), link => Assert.NotNull(page.GetElementById(link.GetAttribute("href")![1..])));
        int level = 0;
        foreach (IElement heading in page.QuerySelectorAll("h1, h2, h3, h4, h5, h6"))
        {
            int next = heading.LocalName[1] - '0';
            Assert.True(next <= level + 1, $"{heading.LocalName} “{heading.TextContent}” after h{level}");
            level = next;
        }

        Assert.Single(page.QuerySelectorAll("h1"));
        Assert.All(page.QuerySelectorAll("figure > svg"), svg => Assert.False(string.IsNullOrWhiteSpace(svg.GetAttribute("aria-label"))));
        // Nobody's word is needed for what was meant: a browser mends nothing but end tags that may be left out.
        Assert.All(page.QuerySelectorAll("tbody tr"), row => Assert.Equal(
            row.Closest("table")!.QuerySelector("thead tr")!.ChildElementCount, row.ChildElementCount));
    }

    private static IElement Script(IHtmlDocument page)
        => Assert.Single(page.QuerySelectorAll("script"), script => !script.HasAttribute("type"));

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    [GeneratedRegex("sha256-[A-Za-z0-9+/=]+")]
    private static partial Regex Checksum();

    private sealed record Item(string Method, int Dimension, IEnumerable<string> RunIds) : IFromRuns;
}
