using System.Text.RegularExpressions;

namespace Stein.Experiments.Reports.Html;

/// <summary>The captions of an experiment in their order. What several end with, as the conditions of all its runs, is said once.</summary>
/// <param name="folder">See <see cref="HtmlText.FromMarkdown"/>.</param>
internal sealed partial class Captions(string? folder)
{
    /// <summary>Shorter ends are said again: a reader would rather read them than follow a link.</summary>
    private const int Worthwhile = 150;

    private readonly List<(string[] Sentences, string Id, string Title)> written = [];

    /// <summary>A caption as HTML; where it ends as an earlier one does, a link to that one takes the place of its end.</summary>
    /// <param name="markdown">The caption.</param>
    /// <param name="id">Of the element that has it.</param>
    /// <param name="title">Of the element.</param>
    public string Write(string markdown, string id, string title)
    {
        string[] sentences = EndOfSentence().Split(markdown.Trim());
        (int common, string otherId, string otherTitle) = written
            .Select(other => (CommonEnd(sentences, other.Sentences), other.Id, other.Title))
            .DefaultIfEmpty()
            .MaxBy(other => other.Item1);
        written.Add((sentences, id, title));
        if (common == 0 || string.Join(' ', sentences[^common..]).Length < Worthwhile)
            return HtmlText.FromMarkdown(markdown, folder);
        string begin = HtmlText.FromMarkdown(string.Join(' ', sentences[..^common]), folder);
        string link = $"<a href=\"#{otherId}\">The rest as in “{HtmlText.Escape(otherTitle)}”.</a>";
        const string End = "</p>";
        return begin.EndsWith(End, StringComparison.Ordinal) ? $"{begin[..^End.Length]} {link}{End}" : $"{begin}<p>{link}{End}";
    }

    private static int CommonEnd(string[] one, string[] other)
    {
        int common = 0;
        while (common < Math.Min(one.Length, other.Length) && one[^(common + 1)] == other[^(common + 1)])
            common++;
        return common;
    }

    /// <summary>A blank after a full stop and before what can begin a sentence.</summary>
    [GeneratedRegex(@"(?<=[.!?]) (?=[\p{Lu}\p{Ps}\d“])")]
    private static partial Regex EndOfSentence();
}
