using System.Text;
using System.Text.RegularExpressions;
using CsvHelper;

namespace Stein.Experiments.Samples;

/// <summary>
/// The rows of a text as cells, which commas, semicolons, tabs or bars separate, whichever most of its first lines have, or else blanks.
/// Empty lines, and those that begin with #, are left out.
/// </summary>
internal sealed partial class DelimitedRows : IDisposable
{
    private const int LinesToSee = 100;
    private const int BytesToSee = 1 << 16;

    /// <summary>How Excel's first line begins, which says what separates cells.</summary>
    public static ReadOnlySpan<byte> SeparatorLine => "sep="u8;

    /// <summary>Not in a text that was checked, as <see cref="NoEscape"/>: each line is one cell.</summary>
    private const char NoSeparator = '\x1F';

    private const char NoEscape = '\x1E';

    private readonly string source;
    private readonly CsvReader csv;

    /// <summary>Where the cells are, of lines separated by blanks.</summary>
    private readonly List<Range> words = [];

    /// <param name="text">UTF-8, as <see cref="TextInput"/> gives it: the whole, or the beginning of a stream.</param>
    /// <param name="decimalMark">A comma does not separate cells where it is part of numbers.</param>
    /// <param name="source">Its name in messages.</param>
    /// <param name="stream">From the first byte of the text; left open. Null if the text is the whole.</param>
    /// <exception cref="InvalidDataException">A line begins with an error of a spreadsheet, which would pass for a comment.</exception>
    public DelimitedRows(byte[] text, char decimalMark, string source, Stream? stream = null)
    {
        this.source = source;
        if (text.AsSpan().StartsWith(SeparatorLine) && text.Length > 4)
        {
            // Excel's first line, which becomes a comment.
            Separator = (char)text[4];
            text = [(byte)'#', .. text[1..]];
        }
        else
        {
            Separator = Detect(Encoding.UTF8.GetString(text, 0, Math.Min(text.Length, BytesToSee)), decimalMark);
        }

        RequireNoSpreadsheetErrors(text);
        CsvReaderOptions options = CsvReaderOptions.Default with
        {
            HasHeader = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            CommentPrefix = '#',
            MalformedData = CsvMalformedDataHandling.Throw,
            Separator = Separator ?? NoSeparator,
            Mode = Separator is null ? CsvMode.Escape : CsvMode.Rfc4180,
            Escape = NoEscape,
        };
        csv = stream is null ? CsvReader.Create(text, options) : CsvReader.Create(stream, options, leaveOpen: true);
    }

    /// <summary>What separates cells; null for blanks.</summary>
    public char? Separator { get; }

    /// <summary>The line where the row begins, from 1.</summary>
    public long Line => csv.LineNumber;

    /// <summary>The row as it is in the text.</summary>
    public string Raw => Encoding.UTF8.GetString(csv.RawRecord).TrimEnd('\r', '\n');

    /// <summary>The number of cells.</summary>
    public int Count => Separator is null ? words.Count : csv.FieldCount;

    /// <summary>A cell without quotes, and without blanks before and after it; until the next row.</summary>
    public ReadOnlySpan<byte> this[int cell] => Separator is null ? csv.GetSpan(0)[words[cell]] : csv.GetSpan(cell);

    /// <summary>A cell as text.</summary>
    public string Text(int cell) => Encoding.UTF8.GetString(this[cell]);

    /// <summary>All cells as texts.</summary>
    public string[] Texts() => [.. Enumerable.Range(0, Count).Select(Text)];

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="InvalidDataException">The quotes of a line do not match.</exception>
    public bool Read()
    {
        try
        {
            do
            {
                if (!csv.Read())
                    return false;
            }
            while (IsEmpty());
        }
        catch (CsvFormatException exception)
        {
            throw Unmatched(exception.LineNumber, exception);
        }

        if (Separator is null)
            SplitAtBlanks(csv.GetSpan(0));
        return true;
    }

    public void Dispose() => csv.Dispose();

    /// <summary>Whether the row is blank, or a comment with blanks before it.</summary>
    private bool IsEmpty()
    {
        ReadOnlySpan<byte> start = csv.GetRawSpan(0).TrimStart(" \t"u8);
        return start.IsEmpty ? csv.FieldCount == 1 : start[0] == '#' && !ColumnName.IsSpreadsheetError(Encoding.UTF8.GetString(start));
    }

    private static char? Detect(string text, char decimalMark)
    {
        string[] lines =
        [
            .. text.Split(['\n', '\r'])
                .Where(line => !string.IsNullOrWhiteSpace(line) && !line.TrimStart().StartsWith('#'))
                .Take(LinesToSee)
                // Tabs beside another separator, or at the end, are padding.
                .Select(line => Padding().Replace(Quoted().Replace(line, "q"), "$1").Trim()),
        ];
        char best = (decimalMark == ',' ? ";\t|" : ";\t|,").MaxBy(Lines);
        if (Lines(best) > 0 && (best != '\t' || Lines(best) == lines.Length))
            return best;
        // The name of an only column may have blanks.
        return lines.Length > 1 && !lines.Skip(1).Any(line => line.Contains(' ') || line.Contains('\t')) ? NoSeparator : null;

        int Lines(char separator) => lines.Count(line => line.Contains(separator, StringComparison.Ordinal));
    }

    private void SplitAtBlanks(ReadOnlySpan<byte> line)
    {
        words.Clear();
        int position = 0;
        while (position < line.Length)
        {
            bool isQuoted = line[position] == '"';
            int start = isQuoted ? position + 1 : position;
            int length = isQuoted ? line[start..].IndexOf((byte)'"') : line[start..].IndexOfAny((byte)' ', (byte)'\t');
            if (length < 0 && isQuoted)
                throw Unmatched(Line, null);
            int end = length < 0 ? line.Length : start + length;
            words.Add(start..end);
            position = isQuoted ? end + 1 : end;
            if (position < line.Length && line[position] is not ((byte)' ' or (byte)'\t'))
                throw Unmatched(Line, null);
            while (position < line.Length && line[position] is (byte)' ' or (byte)'\t')
                position++;
        }
    }

    private InvalidDataException Unmatched(long line, Exception? cause) => new(
        $"{source}, line {line}: its quotes do not match. Correct the line; numbers need no quotes.", cause);

    private void RequireNoSpreadsheetErrors(ReadOnlySpan<byte> text)
    {
        for (int at = text.IndexOf((byte)'#'), step = 1; at >= 0 && step > 0; at += step)
        {
            string start = Encoding.Latin1.GetString(text[at..Math.Min(at + 8, text.Length)]);
            if ((at == 0 || text[at - 1] is (byte)'\n' or (byte)'\r') && ColumnName.IsSpreadsheetError(start))
            {
                string cell = start.Split([',', ';', '\t', '|', ' ', '\n', '\r'])[0];
                throw new InvalidDataException(
                    $"{source}, line {TextInput.LineOf(text, at)}, column 1: {CellText.Show(cell)} is an error of a spreadsheet, neither a "
                    + "number nor a comment. Correct the cell, or remove the line.");
            }

            step = text[(at + 1)..].IndexOf((byte)'#') + 1;
        }
    }

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[ \t]*([,;|])[ \t]*")]
    private static partial Regex Padding();
}
