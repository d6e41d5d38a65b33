using System.Text;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Stein.Experiments;
using Stein.Experiments.Pages;
using Stein.Experiments.Reports;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests;

namespace Stein.Html.Tests;

/// <summary>What a page does in a browser.</summary>
public sealed class BrowserTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private const string Gaps = "#t-ica-local-gaps";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_page_of_the_results_opens_without_a_word_and_without_asking_for_another_file()
    {
        await using OpenPage open = await chromium.Open(Pages.GalleryFile);
        Assert.Empty(open.Complaints);
        Assert.Equal(new Uri(Pages.GalleryFile).AbsoluteUri, Assert.Single(open.Requests));
        // A second on a machine that does nothing else.
        Assert.InRange(
            await open.Page.EvaluateAsync<double>("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"), 0, 10_000);
        Assert.Equal(0, await open.Page.Locator(".n").CountAsync());
        int figures = Pages.GalleryPage.Parts.Sum(part => part.Figures.Count(figure => figure.Svg is not null));
        Assert.Equal(figures, await open.Page.Locator("figure > svg").CountAsync());
    }

    [Fact]
    public async Task Tables_sort_by_number_with_what_is_missing_last_and_the_address_keeps_the_order()
    {
        await using OpenPage open = await chromium.Open(File("ica-local", "gof-liu"));
        ILocator header = open.Page.Locator($"{Gaps} thead th").Nth(1);
        await header.Locator("button").ClickAsync();
        Assert.Equal("ascending", await header.GetAttributeAsync("aria-sort"));
        double[] ascending = await Numbers(open.Page, 2);
        Assert.Equal(ascending.Order(), ascending);
        await header.Locator("button").ClickAsync();
        Assert.Equal(ascending.Reverse(), await Numbers(open.Page, 2));
        Assert.EndsWith($"{Gaps}?sort=1d", open.Page.Url, StringComparison.Ordinal);

        await using OpenPage again = await chromium.Open(new Uri(open.Page.Url).PathAndQuery + new Uri(open.Page.Url).Fragment);
        Assert.Equal(ascending.Reverse(), await Numbers(again.Page, 2));

        // The one column with missing cells: seeds of the overview.
        ILocator seeds = again.Page.Locator("#t-verdicts-overview thead th").Nth(4).Locator("button");
        await seeds.ClickAsync();
        Assert.Equal("–", await LastCell(again.Page));
        await seeds.ClickAsync();
        Assert.Equal("–", await LastCell(again.Page));

        static Task<string?> LastCell(IPage page) => page.Locator("#t-verdicts-overview tbody tr:last-child td").Nth(3).TextContentAsync();
    }

    [Fact]
    public async Task A_cell_has_an_address_that_leads_to_it_in_whatever_order()
    {
        await using OpenPage open = await chromium.Open(File("ica-local", "gof-liu"));
        await open.Page.Locator($"{Gaps} thead th").Nth(1).Locator("button").ClickAsync();
        ILocator cell = open.Page.Locator($"{Gaps} tbody tr").Nth(1).Locator("td").First;
        string? text = await cell.TextContentAsync(), row = await open.Page.Locator($"{Gaps} tbody tr").Nth(1).TextContentAsync();
        await cell.ClickAsync();
        Assert.Equal(text, await open.Page.Locator(".m").TextContentAsync());
        Assert.Contains("sort=1a&cell=", open.Page.Url, StringComparison.Ordinal);

        // The same cell in the order that the table was written in.
        string address = open.Page.Url.Replace("sort=1a&", "", StringComparison.Ordinal);
        await using OpenPage again = await chromium.Open(new Uri(address).PathAndQuery + new Uri(address).Fragment);
        ILocator marked = again.Page.Locator(".m");
        Assert.Equal(text, await marked.TextContentAsync());
        Assert.Equal(row, await again.Page.Locator($"{Gaps} tbody tr:has(.m)").TextContentAsync());
        Assert.True(await marked.IsVisibleAsync());
        await marked.ClickAsync();
        Assert.Equal(0, await again.Page.Locator(".m").CountAsync());
        Assert.DoesNotContain("cell", again.Page.Url, StringComparison.Ordinal);

        // The same by keys, from the first cell.
        await again.Page.Locator($"{Gaps} .s").FocusAsync();
        foreach (string key in (string[])["ArrowDown", "ArrowDown", "ArrowRight", "ArrowUp"])
            await again.Page.Keyboard.PressAsync($"Shift+{key}");
        Assert.EndsWith("?cell=0%2C1", again.Page.Url, StringComparison.Ordinal);
        Assert.True(await again.Page.Locator($"{Gaps} tbody tr:first-child td.m").IsVisibleAsync());
    }

    [Fact]
    public async Task Tables_are_filtered_lose_columns_and_are_copied_as_they_are_shown()
    {
        await using OpenPage open = await chromium.Open(File("ica-local", "gof-liu"));
        ILocator section = open.Page.Locator(Gaps);
        int all = await section.Locator("tbody tr").CountAsync();
        await section.Locator("input[type=search]").FillAsync("mle truth");
        Assert.Equal(1, await section.Locator("tbody tr").CountAsync());
        Assert.InRange(all, 2, 50);
        await section.Locator("summary").ClickAsync();
        await section.Locator("details input").Nth(2).UncheckAsync();
        Assert.False(await section.Locator("thead th").Nth(2).IsVisibleAsync());
        foreach (string format in (string[])["CSV", "Markdown", "LaTeX"])
        {
            await section.Locator($"button[data-copy={format}]").ClickAsync();
            // Not by a function, which the page would have to evaluate from a string.
            ILocator said = open.Page.Locator("[role=status]", new() { HasText = format });
            await said.WaitForAsync(new() { State = WaitForSelectorState.Attached });
            string text = await open.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
            Assert.Contains("MLE from the truth", text, StringComparison.Ordinal);
            Assert.Contains("D = 10", text, StringComparison.Ordinal);
            Assert.DoesNotContain("D = 20,", text, StringComparison.Ordinal);
            Assert.DoesNotContain("KSD", text, StringComparison.Ordinal);
        }

        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task Figures_hide_series_grow_and_are_saved()
    {
        await using OpenPage open = await chromium.Open(File("ica-local", "gof-liu"));
        ILocator figure = open.Page.Locator("#f-ica-local-gap-by-dimension");
        int shown = await figure.Locator(".d path:not(.off)").CountAsync();
        await figure.Locator("button[aria-pressed]").First.ClickAsync();
        Assert.InRange(await figure.Locator(".d path:not(.off)").CountAsync(), 1, shown - 1);
        await figure.Locator("button[aria-pressed]").First.ClickAsync();
        Assert.Equal(shown, await figure.Locator(".d path:not(.off)").CountAsync());

        await figure.GetByRole(AriaRole.Button, new() { Name = "Enlarge" }).ClickAsync();
        Assert.True(await open.Page.Locator("dialog svg").First.IsVisibleAsync());
        await open.Page.Keyboard.PressAsync("Escape");
        Assert.False(await open.Page.Locator("dialog").IsVisibleAsync());

        foreach ((string kind, byte[] start) in ((string, byte[])[])[("SVG", "<svg"u8.ToArray()), ("PNG", [0x89, (byte)'P', (byte)'N'])])
        {
            IDownload download = await open.Page.RunAndWaitForDownloadAsync(
                () => figure.GetByRole(AriaRole.Button, new() { Name = $"as {kind}" }).ClickAsync());
            Assert.Equal($"gap_by_dimension.{kind.ToLowerInvariant()}", download.SuggestedFilename);
            Assert.Equal(start, System.IO.File.ReadAllBytes(await download.PathAsync())[..start.Length]);
        }

        Assert.Empty(open.Complaints);
    }

    /// <summary>Points with and without an interval, on a logarithmic axis that has two powers of ten and on one that has one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(0.03)]
    public async Task What_is_drawn_is_read_as_numbers(double scale)
    {
        Point[] marked = [new(2 * scale, 3, 2.5, 4), new(6 * scale, 5), new(20 * scale, 4.5, 4.4, 4.7)];
        Point[] line = [new(3 * scale, 4.2), new(15 * scale, 3.1)];
        var figure = new Figure(
            "drawn",
            "caption",
            new Axis("Noise") { Scale = Scale.Log10, Ticks = Ticks.Decades },
            new Axis("Error"),
            [
                new Series("marked", SeriesStyle.Of(0), marked) { HasLine = false },
                new Series("a, line", SeriesStyle.Of(1), line) { HasMarkers = false },
            ]);
        string file = folder.File("figure.html");
        System.IO.File.WriteAllBytes(file, PageWriter.Write(new("page", "lead",
            [new("one", "title") { Figures = [new(figure.Name, figure.Caption, Canvas.Svg(FigureDrawing.Draw(figure)))] }])));

        await using OpenPage open = await chromium.Open(file);
        IDownload download = await open.Page.RunAndWaitForDownloadAsync(
            () => open.Page.GetByRole(AriaRole.Button, new() { Name = "is read" }).ClickAsync());
        Assert.Equal("drawn.csv", download.SuggestedFilename);
        string[] rows = System.IO.File.ReadAllLines(await download.PathAsync());
        Assert.Equal("series,x,y,low,high", rows[0]);
        Assert.Equal(5, rows.Length - 1);
        Assert.All(marked, point => Assert.Contains(rows, row => IsOf(row, "marked", point)));
        Assert.All(line, point => Assert.Contains(rows, row => IsOf(row, "\"a, line\"", point)));

        // The first point, from its place among the ends of the figure's data.
        ILocator svg = open.Page.Locator("figure > svg");
        string note = "";
        LocatorBoundingBoxResult box = (await svg.BoundingBoxAsync())!;
        for (int across = 0; across < 40 && !note.Contains("marked", StringComparison.Ordinal); across++)
        {
            await open.Page.Mouse.MoveAsync(box.X + (box.Width * (0.05f + (0.02f * across))), box.Y + (box.Height * 0.75f));
            note = await open.Page.Locator(".v").TextContentAsync() ?? "";
        }

        Assert.StartsWith("marked at ", note, StringComparison.Ordinal);
        Assert.Contains(" to ", note, StringComparison.Ordinal);
        Assert.Empty(open.Complaints);

        static bool IsOf(string row, string series, Point point)
        {
            if (!row.StartsWith($"{series},", StringComparison.Ordinal))
                return false;
            double[] read = [.. row[(series.Length + 1)..].Split(',').Select(cell => cell.Length == 0 ? double.NaN : double.Parse(cell))];
            return read.Zip([point.X, point.Y, point.Low, point.High], (found, drawn)
                => double.IsNaN(drawn) ? double.IsNaN(found) : Math.Abs(found - drawn) < 0.015 * drawn).All(isNear => isNear);
        }
    }

    /// <summary>Logarithmic axes with intervals, and an axis of names on which series stand beside one another.</summary>
    [Theory]
    [InlineData("ica-local", "gap_by_dimension")]
    [InlineData("ica", "gap_by_dimension")]
    public async Task What_was_computed_is_shown_where_it_is_drawn(string name, string drawn)
    {
        (Experiment experiment, RunStore store, ReportRequest request) = Pages.Golden(name, folder);
        Page page = StorePage.Create(store, [(experiment, request, "stein reproduce")]);
        object?[][] points = [.. page.Parts[0].Figures.Single(figure => figure.Name == drawn).Points.Select(row => row.ToArray())];
        string file = folder.File("store.html");
        System.IO.File.WriteAllBytes(file, PageWriter.Write(page));

        await using OpenPage open = await chromium.Open(file);
        ILocator figure = open.Page.Locator($"#f-{HtmlText.Id(name, drawn)}");
        ILocator svg = figure.Locator("svg").First;
        await svg.ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await svg.BoundingBoxAsync())!;
        foreach (object?[] point in points)
        {
            (double x, double y) = (box.X + (box.Width * Number(point[6]) / 800), box.Y + (box.Height * Number(point[7]) / 500));
            Assert.Equal("path", await open.Page.EvaluateAsync<string>($"document.elementFromPoint({x}, {y}).tagName"));
            await open.Page.Mouse.MoveAsync((float)x, (float)y);
            string note = await figure.Locator(".v:not([hidden])").TextContentAsync() ?? "";
            Assert.Contains(points.Where(other => Math.Abs(Number(other[6]) - Number(point[6])) < 1), other =>
                note.StartsWith($"{other[1]} at ", StringComparison.Ordinal) && Shows(note, other[3]) && Shows(note, other[4]));
        }

        IDownload download = await open.Page.RunAndWaitForDownloadAsync(
            () => figure.GetByRole(AriaRole.Button, new() { Name = "Save what is in" }).ClickAsync());
        string[] rows = System.IO.File.ReadAllLines(await download.PathAsync());
        Assert.Equal("series,x,y,low,high", rows[0]);
        Assert.Equal(points.Select(point => $"{Number(point[3]):R}"), rows.Skip(1).Select(row => row.Split(',')[^3]));
        Assert.Empty(open.Complaints);

        static double Number(object? cell) => Convert.ToDouble(cell);

        // To four digits; no interval for NaN.
        static bool Shows(string note, object? cell) => double.IsNaN(Number(cell)) || Regex.Matches(note, @"-?\d+(\.\d+)?(e-?\d+)?").Any(
            shown => Math.Abs(double.Parse(shown.Value) - Number(cell)) <= 0.0006 * Math.Abs(Number(cell)));
    }

    [Fact]
    public async Task Data_that_is_compressed_is_shown_in_parts_and_saved_as_it_was()
    {
        (Experiment experiment, RunStore store, ReportRequest request) = Pages.Golden("ica", folder);
        string file = folder.File("store.html");
        System.IO.File.WriteAllBytes(file, PageWriter.Write(StorePage.Create(store, [(experiment, request, "stein reproduce ica")])));
        Assert.NotEmpty(experiment.Report(store, request).Files);
        string curves = System.IO.File.ReadAllText(Path.Combine(request.Folder, "curves.csv"));

        await using OpenPage open = await chromium.Open(file);
        await open.Page.Locator("#t-ica-table a", new() { HasText = "runs" }).First.ClickAsync();
        ILocator runs = open.Page.Locator("#d-ica-runs-of-this-page\\.csv tbody tr");
        await runs.First.WaitForAsync();
        Assert.Equal(request.Plan.Count, await runs.CountAsync());
        ILocator item = open.Page.Locator("#d-ica-curves.csv".Replace(".csv", "\\.csv"));
        await item.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await item.Locator("tbody tr").First.WaitForAsync();
        int rows = curves.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1;
        Assert.Equal(Math.Min(rows, 200), await item.Locator("tbody tr").CountAsync());
        IDownload download = await open.Page.RunAndWaitForDownloadAsync(
            () => item.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync());
        Assert.Equal(curves, System.IO.File.ReadAllText(await download.PathAsync()));
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task A_cell_leads_to_the_runs_that_it_is_made_of()
    {
        (Experiment experiment, RunStore store, ReportRequest request) = Pages.Golden("svgd-collapse", folder);
        string file = folder.File("store.html");
        System.IO.File.WriteAllBytes(file, PageWriter.Write(StorePage.Create(store, [(experiment, request, "stein reproduce")])));

        await using OpenPage open = await chromium.Open(file);
        ILocator section = open.Page.Locator("#svgd-collapse section.t").First;
        ILocator link = section.GetByRole(AriaRole.Link, new() { Name = "Runs of the chosen cell" });
        Assert.False(await link.IsVisibleAsync());
        ILocator cell = section.Locator("tbody td[data-r]").First;
        string places = (await cell.GetAttributeAsync("data-r"))!;
        await cell.ClickAsync();
        await link.ClickAsync();
        ILocator item = open.Page.Locator("#d-svgd-collapse-runs-of-this-page\\.csv");
        await item.Locator("tbody tr").First.WaitForAsync();
        IReadOnlyList<string> ids = await item.Locator("tbody tr th").AllTextContentsAsync();
        Assert.Equal(Places(places).Select(place => request.Plan[place].Id), ids);
        Assert.True(ids.Count < request.Plan.Count);
        await item.GetByRole(AriaRole.Button, new() { Name = "All rows" }).ClickAsync();
        Assert.Equal(request.Plan.Count, await item.Locator("tbody tr").CountAsync());
        Assert.Empty(open.Complaints);

        static IEnumerable<int> Places(string ranges) =>
            from range in ranges.Split(',')
            let ends = range.Split('-').Select(int.Parse).ToArray()
            from place in Enumerable.Range(ends[0], 1 + ends[^1] - ends[0])
            select place;
    }

    [Fact]
    public async Task The_theme_is_that_of_the_system_until_one_is_chosen()
    {
        await using OpenPage light = await chromium.Open(File("gof-liu"));
        await using OpenPage dark = await chromium.Open(File("gof-liu"), isDark: true);
        string white = await Background(light.Page);
        string black = await Background(dark.Page);
        Assert.NotEqual(white, black);
        await light.Page.Locator("#theme").ClickAsync();
        Assert.Equal(black, await Background(light.Page));
        await light.Page.Locator("#theme").ClickAsync();
        Assert.Equal(white, await Background(light.Page));

        static Task<string> Background(IPage page) => page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
    }

    [Fact]
    public async Task Without_script_tables_figures_captions_and_verdicts_are_there()
    {
        await using OpenPage open = await chromium.Open(File("gof-liu", "ica-local", "ica-local-large"), hasScript: false);
        Assert.True(await open.Page.Locator("#verdicts strong").First.IsVisibleAsync());
        Assert.True(await open.Page.Locator($"{Gaps} tbody td").First.IsVisibleAsync());
        Assert.True(await open.Page.Locator("#f-ica-local-large-gap-by-dimension > svg").IsVisibleAsync());
        Assert.True(await open.Page.Locator("#f-ica-local-large-gap-by-dimension figcaption").IsVisibleAsync());
        Assert.True(await open.Page.Locator("#f-ica-local-relative-gap-by-dimension > svg").IsVisibleAsync());
        await using OpenPage large = await chromium.Open(Pages.GalleryFile, hasScript: false);
        Assert.True(await large.Page.Locator("#f-ica-local-relative-gap-by-dimension .n a").IsVisibleAsync());
    }

    [Fact]
    public async Task It_prints_on_A4_with_nothing_cut()
    {
        await using OpenPage open = await chromium.Open(File("ica-local", "gof-liu"), width: 703, isDark: true);
        await open.Page.EmulateMediaAsync(new() { Media = Media.Print });
        int cut = await open.Page.EvaluateAsync<int>(
            "[...document.querySelectorAll('table')].filter(table => table.getBoundingClientRect().right > innerWidth + 1).length");
        Assert.Equal(0, cut);
        byte[] pdf = await open.Page.PdfAsync(new() { PreferCSSPageSize = true });
        Assert.StartsWith("%PDF-", Encoding.Latin1.GetString(pdf[..8]), StringComparison.Ordinal);
        Assert.InRange(pdf.Length, 20_000, 2_000_000);
    }

    /// <summary>A phone's width, a tablet's and a desktop's.</summary>
    [Theory]
    [InlineData(360, false)]
    [InlineData(360, true)]
    [InlineData(800, false)]
    [InlineData(800, true)]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    public async Task Nobody_is_shut_out(int width, bool isDark)
    {
        await using OpenPage open = await chromium.Open(File("gof-liu"), width, isDark);
        var violations = (await open.Page.RunAxe()).Violations;
        Assert.True(
            violations.Length == 0,
            string.Join('\n', violations.Select(rule => $"{rule.Id}: {rule.Help}: {rule.Nodes[0].Html}")));
        bool fits = await open.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth");
        Assert.True(fits, "the page is wider than the window");
    }

    /// <summary>A page of some of the committed results: the whole takes seconds for each check.</summary>
    private string File(params string[] names)
    {
        string path = folder.File("page.html");
        Page page = Pages.OfResults(ExperimentRegistry.All.Where(experiment => names.Contains(experiment.Name)));
        System.IO.File.WriteAllBytes(path, PageWriter.Write(page));
        return path;
    }

    private static async Task<double[]> Numbers(IPage page, int column)
        => [.. (await page.Locator($"{Gaps} tbody tr > :nth-child({column})").AllTextContentsAsync())
            .Select(text => double.Parse(text.Split(' ')[0].Replace('−', '-')))];
}
