using System.Text.RegularExpressions;

namespace Stein.Experiments.Reports;

/// <summary>A table as <see cref="Markdown"/> writes it, with the heading and the paragraphs above it.</summary>
/// <param name="Name">The name of its file without the ending, and the heading where a file has several.</param>
/// <param name="Title">The heading.</param>
/// <param name="Caption">The paragraphs, in Markdown.</param>
/// <param name="Columns">The headers.</param>
/// <param name="Rows">The cells of each row, as plain text.</param>
internal sealed partial record MarkdownTable(
    string Name, string Title, string Caption, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>See <see cref="Table.Origins"/>.</summary>
    public IReadOnlyList<IReadOnlyList<IFromRuns?>>? Origins { get; init; }

    public static MarkdownTable Of(Table table) => new(
        table.Name, table.Title, table.Caption, [.. table.Columns.Select(column => column.Header.Replace('\n', ' '))], table.Rows)
    {
        Origins = table.Origins,
    };

    /// <summary>The tables of a document, which has a heading and paragraphs above each. Paragraphs without a table are left out.</summary>
    /// <param name="name">The name of its file without the ending.</param>
    /// <param name="text">The document; its tables have a row of dashes below the header.</param>
    public static IReadOnlyList<MarkdownTable> Read(string name, string text)
    {
        var tables = new List<MarkdownTable>();
        (string title, List<string> caption) = (name, []);
        foreach (string block in text.ReplaceLineEndings("\n").Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            string[] lines = block.Trim('\n').Split('\n');
            if (Heading().Match(lines[0]) is { Success: true } heading)
            {
                (title, caption) = (heading.Groups[1].Value, [.. lines.Skip(1)]);
            }
            else if (lines.Length > 1 && Rule().IsMatch(lines[1]))
            {
                string part = tables.Count == 0 ? name : $"{name} {title}";
                string[] columns = Cells(lines[0]);
                tables.Add(new(part, title, string.Join("\n\n", caption), columns, [.. lines.Skip(2).Select(Cells)]));
                caption = [];
            }
            else
            {
                caption.Add(block.Trim('\n'));
            }
        }

        return tables;
    }

    /// <summary>The cells of a line; a cell that is emphasised as a whole is plain here.</summary>
    private static string[] Cells(string line) =>
    [
        .. Bar().Split(line.Trim()[1..^1]).Select(cell => cell.Trim().Replace(@"\|", "|", StringComparison.Ordinal))
            .Select(cell => Emphasis().Match(cell) is { Success: true } whole ? whole.Groups[1].Value : cell),
    ];

    [GeneratedRegex(@"^#+ +(.+)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\|( *:?-+:? *\|)+$")]
    private static partial Regex Rule();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    [GeneratedRegex(@"^\*([^*]+)\*$")]
    private static partial Regex Emphasis();
}
