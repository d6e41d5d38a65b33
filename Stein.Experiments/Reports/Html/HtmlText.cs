using System.Globalization;
using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Stein.Experiments.Reports.Html;

/// <summary>Text and Markdown as HTML in which nothing is markup that was not meant to be.</summary>
internal static class HtmlText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().UsePipeTables().DisableHtml().Build();

    /// <summary>
    /// The text for an element or a quoted attribute. What HTML has no characters for, such as half of a surrogate pair, is U+FFFD.
    /// </summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\r' => escaped.Append("&#13;"),
                '\t' or '\n' => escaped.Append((char)rune.Value),
                _ when Rune.GetUnicodeCategory(rune) == UnicodeCategory.Control => escaped.Append('\uFFFD'),
                _ => escaped.Append(rune),
            };
        }

        return escaped.ToString();
    }

    /// <summary>The words of a text as a part of an id: the same for the same text, in every build.</summary>
    public static string Id(params IReadOnlyList<string> words)
        => string.Join('-', words.Select(word => Files.FileNames.Word(word).ToLowerInvariant())).Trim('-');

    /// <summary>Markdown as HTML. Links lead into a folder, or are their text alone where there is none; pictures are links.</summary>
    /// <param name="markdown">Paragraphs, lists, tables; headings are paragraphs, and HTML is text.</param>
    /// <param name="folder">The folder that relative links start from, with a slash at the end; null for none.</param>
    public static string FromMarkdown(string markdown, string? folder = null)
    {
        MarkdownDocument document = Markdig.Markdown.Parse(markdown, Pipeline);
        foreach (AutolinkInline link in document.Descendants<AutolinkInline>().Where(link => !IsWeb(link.Url)).ToArray())
            link.ReplaceBy(new LiteralInline(link.Url));
        foreach (LinkInline link in document.Descendants<LinkInline>().ToArray())
        {
            link.IsImage = false;
            if (IsWeb(link.Url))
                continue;
            if (folder is not null && IsRelative(link.Url))
                link.Url = folder + link.Url;
            else
                link.ReplaceBy(new ContainerInline(), copyChildren: true);
        }

        // Alignment would be an inline style, which the page does not allow itself.
        var columns = document.Descendants<Markdig.Extensions.Tables.Table>().SelectMany(table => table.ColumnDefinitions);
        foreach (TableColumnDefinition column in columns)
            column.Alignment = null;
        using var writer = new StringWriter { NewLine = "\n" };
        var renderer = new HtmlRenderer(writer);
        Pipeline.Setup(renderer);
        renderer.ObjectRenderers.Replace<Markdig.Renderers.Html.HeadingRenderer>(new HeadingAsParagraph());
        renderer.Render(document);
        return writer.ToString().Trim();
    }

    private static bool IsWeb(string? url)
        => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https" && url!.Contains("://");

    private static bool IsRelative(string? url)
        => url is { Length: > 0 } && !url.Contains(':') && !url.StartsWith('/') && !url.StartsWith('\\') && !url.StartsWith('#');

    /// <summary>The headings of a page are its own.</summary>
    private sealed class HeadingAsParagraph : Markdig.Renderers.Html.HtmlObjectRenderer<HeadingBlock>
    {
        protected override void Write(HtmlRenderer renderer, HeadingBlock obj)
            => renderer.Write("<p><b>").WriteLeafInline(obj).Write("</b></p>").EnsureLine();
    }
}
