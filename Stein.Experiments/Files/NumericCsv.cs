using System.Globalization;
using CsvHelper;

namespace Stein.Experiments.Files;

/// <summary>A table of numbers from the user: rows of a CSV file, all of one length, all finite.</summary>
/// <param name="Names">The names of the columns, from the header; null where the file has none.</param>
/// <param name="Rows">N, at least 1.</param>
/// <param name="Columns">D, at least 1.</param>
/// <param name="Values">N×D, row-major.</param>
internal sealed record NumericCsv(IReadOnlyList<string>? Names, int Rows, int Columns, double[] Values)
{
    private const string Cure = "it must be a finite number with a decimal point, as in -1.25. Correct the cell, or remove the line.";

    /// <summary>
    /// Reads a file. Cells are separated by commas, semicolons, tabs or bars, whichever the first lines have, or else by blanks. The first
    /// row is a header if no cell of it is a number. Empty lines, and those that begin with #, are skipped.
    /// </summary>
    /// <remarks>
    /// A first row with both numbers and text is an error, not a header: otherwise a sample with a typing error would be lost silently.
    /// </remarks>
    /// <param name="path">The file; <c>-</c> for standard input.</param>
    /// <exception cref="InvalidDataException">
    /// It cannot be read, or is not as said; the message names file, line, column and cell, and says what is allowed.
    /// </exception>
    public static NumericCsv Read(string path)
    {
        if (path == "-")
        {
            using Stream input = Console.OpenStandardInput();
            return Read(input, "standard input");
        }

        if (!File.Exists(path))
        {
            string what = Directory.Exists(path) ? "it is a folder" : "there is no such file";
            throw new InvalidDataException($"'{path}': {what}. Give a CSV file, or - for standard input.");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"{path}: it cannot be read ({exception.Message.TrimEnd('.')}). Give a file that you may read.", exception);
        }
    }

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Read to its end, and left open.</param>
    /// <param name="source">Its name in messages.</param>
    public static NumericCsv Read(Stream stream, string source)
    {
        CsvReaderOptions options = CsvReaderOptions.Default with
        {
            HasHeader = false,
            TrackLineNumbers = true,
            TrimWhitespace = true,
            CommentPrefix = '#',
            MalformedData = CsvMalformedDataHandling.Throw,
            AllowLineBreaksInQuotes = false,
        };
        using var csv = CsvReader.Create(stream, options, leaveOpen: true);
        var table = new Table(source);
        try
        {
            while (csv.Read())
                table.Add(csv.LineNumber, [.. Enumerable.Range(0, csv.FieldCount).Select(csv.GetString)]);
        }
        catch (CsvFormatException exception)
        {
            throw new InvalidDataException(
                $"{source}, line {exception.LineNumber}: its quotes do not match. Correct the line; numbers need no quotes.", exception);
        }

        return table.Finish();
    }

    /// <summary>Collects the rows.</summary>
    private sealed class Table(string source)
    {
        private readonly List<double> values = [];
        private string[]? header;
        private long headerLine;
        private int columns;
        private bool isSeparatedByBlanks;

        public void Add(long line, string[] cells)
        {
            if (columns == 0)
            {
                if (header is null && !Words(cells).Any(IsNumber))
                {
                    (header, headerLine) = (cells, line);
                    return;
                }

                Begin(cells);
            }

            if (isSeparatedByBlanks)
                cells = Words(cells);
            CheckCount(line, cells.Length);
            for (int column = 0; column < columns; column++)
                values.Add(Number(line, column, cells[column]));
        }

        public NumericCsv Finish()
        {
            if (values.Count == 0)
            {
                throw new InvalidDataException(
                    $"{source}: it has no rows of numbers. A sample is a line of numbers with commas between them, as in 0.5,-1.25");
            }

            return new(header, values.Count / columns, columns, [.. values]);
        }

        /// <summary>The first row that is not a header says how cells are separated, and how many there are.</summary>
        private void Begin(string[] cells)
        {
            isSeparatedByBlanks = cells.Length == 1 && Words(cells).Length > 1;
            columns = isSeparatedByBlanks ? Words(cells).Length : cells.Length;
            if (header is null)
                return;
            if (isSeparatedByBlanks)
                header = Words(header);
            CheckCount(headerLine, header.Length);
            int nameless = Array.FindIndex(header, name => name.Length == 0);
            if (nameless >= 0)
            {
                throw new InvalidDataException(
                    $"{source}, line {headerLine}, column {nameless + 1}: it has no name, while others have. Name it, or remove the "
                    + "column: row numbers are not a coordinate.");
            }
        }

        private void CheckCount(long line, int count)
        {
            if (count != columns)
            {
                throw new InvalidDataException(
                    $"{source}, line {line}: it has {count} {(count == 1 ? "cell" : "cells")}, and the first row of numbers has {columns}; "
                    + "all lines must have the same number of cells. Correct the line, or remove it.");
            }
        }

        private double Number(long line, int column, string cell)
        {
            if (TryParse(cell, out double number) && double.IsFinite(number))
                return number;
            string where = header is null ? $"column {column + 1}" : $"column {column + 1} ({header[column]})";
            string what = cell.Length == 0 ? "it is empty" : $"'{cell}'";
            string rule = values.Count < columns && header is null ? " A header has names only." : "";
            throw new InvalidDataException($"{source}, line {line}, {where}: {what}; {Cure}{rule}");
        }

        /// <summary>The cells, or the words of the only one.</summary>
        private static string[] Words(string[] cells)
            => cells.Length == 1 ? cells[0].Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) : cells;

        /// <summary>Whether the cell is meant as a number, even one that cannot be used.</summary>
        private static bool IsNumber(string cell)
            => TryParse(cell, out _) || cell.TrimStart('+', '-').Equals("inf", StringComparison.OrdinalIgnoreCase);

        private static bool TryParse(string cell, out double number)
            => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }
}
