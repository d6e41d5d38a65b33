using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Stein.Experiments.Reports.Html;

/// <summary>
/// A page as one HTML file that needs nothing else: no network, no server, no other file. All tables, figures and verdicts can be read
/// without script; what the script adds is sorting, filtering, copying and looking closer.
/// </summary>
internal static class PageWriter
{
    private const int GapsNamed = 20;

    /// <summary>
    /// Where a page would have more bytes, the figures that lie beside it are in it compressed, and drawn by script; without script they
    /// are links.
    /// </summary>
    private const int LargestDrawn = 1_000_000;

    private static readonly string Style = Resource("page.css");
    private static readonly string Script = Resource("page.js");

    /// <summary>The bytes of the file, the same for the same page.</summary>
    public static byte[] Write(Page page)
    {
        byte[] drawn = Write(page, isPacked: false);
        return drawn.Length <= LargestDrawn || page.Parts.All(part => part.Folder is null) ? drawn : Write(page, isPacked: true);
    }

    private static byte[] Write(Page page, bool isPacked)
    {
        var body = new StringBuilder();
        var figureStyles = new SvgStyles();
        WriteVerdicts(body, page);
        var packed = new StringBuilder();
        foreach (PagePart part in page.Parts)
            WritePart(body, part, figureStyles, isPacked && part.Folder is not null ? packed : null);
        if (packed.Length > 0)
            body.Append($"<script type=\"text/plain\" id=packed>{PackedText.Of(Encoding.UTF8.GetBytes(packed.ToString()))}</script>\n");

        string figureRules = $"path{{fill:none}}\n{figureStyles.Rules()}";
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n")
            .Append("<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; ")
            .Append($"style-src '{Hash(Style)}' '{Hash(figureRules)}'; script-src '{Hash(Script)}'; img-src blob:; ")
            .Append("base-uri 'none'; form-action 'none'\">\n")
            .Append("<meta name=viewport content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta name=color-scheme content=\"light dark\">\n")
            .Append($"<title>{HtmlText.Escape(page.Title)}</title>\n<style>{Style}</style>\n<style id=figures>{figureRules}</style>\n")
            .Append("</head>\n<body>\n<a class=skip href=#verdicts>Skip to the verdicts</a>\n")
            .Append($"<header>\n<h1>{HtmlText.Escape(page.Title)}</h1>\n{HtmlText.FromMarkdown(page.Lead)}\n");
        if (page.Parts.Any(part => part.Folder is not null && part.Figures.Count > 0))
        {
            html.Append("<p class=o>What is shown where the pointer is in a figure, and its CSV, is read from the drawing, to about three ")
                .Append("digits. Tables and files have what was computed.</p>\n");
        }

        if (page.Parts.Count > 1)
        {
            html.Append("<nav aria-label=Experiments>");
            foreach (PagePart part in page.Parts)
                html.Append($" <a href=\"#{HtmlText.Id(part.Name)}\">{HtmlText.Escape(part.Name)}</a>");
            html.Append("</nav>\n");
        }

        html.Append("</header>\n<main>\n").Append(body).Append($"</main>\n<script>{Script}</script>\n</body>\n</html>\n");
        return Encoding.UTF8.GetBytes(html.ToString());
    }

    /// <summary>What a reader asks first: what agrees, what does not, and how much of it is done.</summary>
    private static void WriteVerdicts(StringBuilder html, Page page)
    {
        html.Append("<section id=verdicts>\n<h2>What agrees with publications</h2>\n");
        (PagePart Part, PublishedComparison Comparison)[] compared =
            [.. page.Parts.SelectMany(part => part.Comparisons, (part, comparison) => (part, comparison))];
        (PagePart Part, PublishedComparison Comparison)[] differing = [.. compared.Where(pair => !pair.Comparison.Reproduced)];
        int done = page.Parts.Sum(part => part.Runs.Done);
        int planned = page.Parts.Sum(part => part.Runs.Planned);
        html.Append("<p>").Append(compared.Length == 0
            ? "Nothing on this page is compared with published numbers. "
            : $"<strong>{compared.Length - differing.Length} of {compared.Length} comparisons with published numbers agree.</strong> ")
            .Append($"{done} of {planned} planned runs are finished.</p>\n");
        WriteTable(html, new(
            "verdicts overview",
            "Experiments",
            "",
            ["experiment", "what", "runs", "seeds", "compared", "agree"],
            [
                .. page.Parts.Select(part => (IReadOnlyList<string>)
                [
                    part.Name,
                    part.Title,
                    $"{part.Runs}",
                    part.Seeds.Planned == 0 ? NumberText.Missing : $"{part.Seeds}",
                    part.Comparisons.Count == 0 ? NumberText.Missing : $"{part.Comparisons.Count}",
                    part.Comparisons.Count == 0 ? NumberText.Missing : $"{part.Comparisons.Count(comparison => comparison.Reproduced)}",
                ]),
            ]));
        if (differing.Length > 0)
        {
            WriteTable(html, new(
                "verdicts differing",
                "What does not agree",
                "Each number that is compared with a published one and is not reproduced.",
                ["experiment", "what", "ours", "published", "verdict"],
                [
                    .. differing.Select(pair => (IReadOnlyList<string>)
                    [
                        pair.Part.Name,
                        pair.Comparison.Row,
                        SignificantText.Number(pair.Comparison.Ours),
                        SignificantText.Number(pair.Comparison.Published),
                        pair.Comparison.Verdict,
                    ]),
                ]));
        }

        PagePart[] partial = [.. page.Parts.Where(part => part.Runs.Done < part.Runs.Planned)];
        if (partial.Length > 0)
        {
            html.Append("<h3>What is missing</h3>\n<ul>\n");
            foreach (PagePart part in partial)
            {
                html.Append($"<li><a href=\"#{HtmlText.Id(part.Name)}\">{HtmlText.Escape(part.Name)}</a>: ")
                    .Append($"{part.Runs.Planned - part.Runs.Done} of {part.Runs.Planned} runs");
                if (part.Gaps.Count > 0)
                {
                    html.Append($" ({string.Join("; ", part.Gaps.Take(GapsNamed).Select(Isolated))}")
                        .Append(part.Gaps.Count > GapsNamed ? $"; and {part.Gaps.Count - GapsNamed} more)" : ")");
                }

                html.Append("</li>\n");
            }

            html.Append("</ul>\n");
        }

        html.Append("</section>\n");
    }

    private static void WritePart(StringBuilder html, PagePart part, SvgStyles styles, StringBuilder? packed)
    {
        string id = HtmlText.Id(part.Name);
        html.Append($"<section class=x id=\"{id}\">\n<h2>{Isolated(part.Name)}: {Isolated(part.Title)}</h2>\n");
        if (part.Source.Length > 0)
            html.Append($"<p class=o>{HtmlText.Escape(part.Source)}.</p>\n");
        int agreeing = part.Comparisons.Count(comparison => comparison.Reproduced);
        html.Append("<p>").Append(part.Comparisons.Count == 0
            ? "Nothing published is compared with. "
            : $"<strong>{agreeing} of {part.Comparisons.Count} comparisons agree.</strong> ")
            .Append($"{part.Runs} runs are finished");
        if (part.Seeds.Planned > 0)
            html.Append($", for {part.Seeds} seeds all of them");
        html.Append($" (<a href=\"#p-{id}\">provenance</a>).</p>\n");
        if (part.Deviations.Count > 0)
            html.Append($"<p>Not the published protocol: {string.Join(", ", part.Deviations.Select(Isolated))}.</p>\n");
        if (part.Finding.Length > 0)
            html.Append($"<div class=f>{HtmlText.FromMarkdown(part.Finding, part.Folder)}</div>\n");
        var captions = new Captions(part.Folder);
        Dictionary<string, int> places = part.RunIds.Index().ToDictionary(run => run.Item, run => run.Index);
        foreach (MarkdownTable table in part.Tables)
            WriteTable(html, table with { Name = $"{part.Name} {table.Name}" }, captions, places);
        if (part.Figures.Count > 0)
        {
            html.Append("<h3>Figures</h3>\n<div class=g>\n");
            foreach (PageFigure figure in part.Figures)
                WriteFigure(html, part, figure, styles, packed, captions);
            html.Append("</div>\n");
        }

        WriteData(html, part);
        html.Append($"<h3 id=\"p-{id}\">Provenance</h3>\n<dl>\n");
        foreach ((string term, string text) in part.Provenance)
            html.Append($"<dt>{HtmlText.Escape(term)}</dt><dd>{HtmlText.Escape(text)}</dd>\n");
        if (part.Folder is not null)
            html.Append($"<dt>Each run</dt><dd><a href=\"{HtmlText.Escape(part.Folder)}provenance.json\">provenance.json</a></dd>\n");
        html.Append("</dl>\n</section>\n");
    }

    /// <param name="captions">Those of the part; null for a table of the page itself.</param>
    /// <param name="places">The place of each run among those of the part, by which a cell says what it is made of.</param>
    private static void WriteTable(
        StringBuilder html, MarkdownTable table, Captions? captions = null, Dictionary<string, int>? places = null)
    {
        string id = $"t-{HtmlText.Id(table.Name)}";
        html.Append($"<section class=t id=\"{id}\">\n<h3>{HtmlText.Escape(table.Title)}</h3>\n");
        if (table.Caption.Length > 0)
            html.Append((captions ?? new(null)).Write(table.Caption, id, table.Title)).Append('\n');
        // End tags of cells and rows may be left out, and a page has tens of thousands. A line for each row, broken where it is no text.
        html.Append("<div class=s tabindex=0><table><thead><tr>");
        foreach (string column in table.Columns)
            html.Append(column.Length == 0 ? "<td>" : $"<th>{HtmlText.Escape(column)}");
        html.Append("<tbody>");
        foreach ((int line, IReadOnlyList<string> row) in table.Rows.Index())
        {
            string[] runs = [.. (table.Origins?[line] ?? []).Select(Places)];
            bool isOne = runs.Distinct().Count() == 1;
            html.Append($"<tr{(isOne ? runs[0] : "")}\n>");
            for (int column = 0; column < row.Count; column++)
            {
                string own = isOne ? "" : runs.ElementAtOrDefault(column) ?? "";
                html.Append($"<{(column == 0 ? "th" : "td")}{own}>").Append(HtmlText.Escape(row[column]));
            }
        }

        html.Append("</table></div>\n</section>\n");

        // As in data-r=0-4,7.
        string Places(IFromRuns? origin)
        {
            var ranges = new List<(int From, int To)>();
            foreach (int place in (origin?.RunIds ?? []).Select(id => places![id]).Order())
            {
                if (ranges.Count > 0 && ranges[^1].To == place - 1)
                    ranges[^1] = (ranges[^1].From, place);
                else
                    ranges.Add((place, place));
            }

            IEnumerable<string> texts = ranges.Select(range => range.From == range.To ? $"{range.From}" : $"{range.From}-{range.To}");
            return ranges.Count == 0 ? "" : $" data-r={string.Join(',', texts)}";
        }
    }

    private static void WriteFigure(
        StringBuilder html, PagePart part, PageFigure figure, SvgStyles styles, StringBuilder? packed, Captions captions)
    {
        string id = $"f-{HtmlText.Id(part.Name, figure.Name)}";
        html.Append($"<figure id=\"{id}\">");
        if (figure.Svg is null)
        {
            html.Append(Link("png", $"{figure.Name}, a picture of points"));
        }
        else
        {
            (string content, string alternative, string axes) = CompactSvg.Of(figure.Svg, styles);
            // What a packed figure shows in words is the text of its link.
            string label = packed is not null ? "" : $" aria-label=\"{HtmlText.Escape(alternative)}\"";
            string svg = $"<svg viewBox=\"0 0 800 500\" role=img{label}{(figure.Points.Count > 0 ? " data-p" : axes)}>{content}</svg>";
            html.Append(packed is null ? svg : Link("svg", alternative));
            packed?.Append(svg).Append('\n');
        }

        html.Append($"<figcaption><b>{HtmlText.Escape(figure.Name)}</b> {captions.Write(figure.Caption, id, figure.Name)}")
            .Append("</figcaption></figure>\n");

        string Link(string ending, string text)
        {
            string file = $"{figure.Name}.{ending}";
            return part.Folder is null
                ? $"<p>{HtmlText.Escape(text)}: {HtmlText.Escape(file)} in the folder of the report.</p>"
                : $"<p class={(ending == "svg" ? "n" : "o")}><a href=\"{HtmlText.Escape(part.Folder + Uri.EscapeDataString(file))}\">"
                    + $"{HtmlText.Escape(text)}</a></p>";
        }
    }

    private static void WriteData(StringBuilder html, PagePart part)
    {
        if (part.Data.Count == 0)
            return;
        html.Append("<h3>Data</h3>\n<ul class=d>\n");
        foreach (PageData data in part.Data)
        {
            string name = HtmlText.Escape(data.FileName);
            string link = HtmlText.Escape($"{part.Folder}{Uri.EscapeDataString(data.FileName)}");
            html.Append($"<li id=\"d-{HtmlText.Id(part.Name, data.FileName)}\">")
                .Append(part.Folder is null ? $"<b>{name}</b>" : $"<a href=\"{link}\">{name}</a>")
                .Append($", {data.Rows} rows, SHA-256 <code>{Convert.ToHexStringLower(SHA256.HashData(data.Content))}</code>");
            if (data.IsInPage)
            {
                html.Append("<noscript>, in this page, compressed; with scripts it is shown and saved here</noscript>")
                    .Append($"<script type=\"text/plain\" data-name=\"{name}\">{PackedText.Of(data.Content)}</script>");
            }

            html.Append("</li>\n");
        }

        html.Append("</ul>\n");
    }

    /// <summary>A text within a sentence, whose direction of writing is its own.</summary>
    private static string Isolated(string text) => $"<bdi>{HtmlText.Escape(text)}</bdi>";

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string Resource(string name)
    {
        string resource = $"Stein.Experiments.Reports.Html.{name}";
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing from the build; rebuild Stein.Experiments.");
        using var reader = new StreamReader(stream);
        // A tenth of it is indents and comments, for those who read the source.
        return string.Join('\n', reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim())
            .Where(line => line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal)));
    }
}
