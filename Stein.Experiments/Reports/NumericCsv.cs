using System.Globalization;
using CsvHelper;

namespace Stein.Experiments.Reports;

/// <summary>A table of numbers that somebody brings: rows of a CSV file, all of one length, all finite.</summary>
/// <param name="Names">The names of the columns, from the header; null where the file has none.</param>
/// <param name="Rows">N, at least 1.</param>
/// <param name="Columns">D, at least 1.</param>
/// <param name="Values">N×D, row-major.</param>
public sealed record NumericCsv(IReadOnlyList<string>? Names, int Rows, int Columns, double[] Values)
{
    /// <summary>
    /// Reads a file. Cells are separated by commas, semicolons, tabs or bars, whichever the first lines have; numbers have a decimal point.
    /// The first row is a header if a cell of it is not a number. Empty lines are passed over.
    /// </summary>
    /// <param name="path">The file; <c>-</c> for standard input.</param>
    /// <exception cref="InvalidDataException">
    /// It cannot be read, or is not as said; the message names file, line, column and cell, and says what is allowed.
    /// </exception>
    public static NumericCsv Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path == "-")
        {
            using Stream input = Console.OpenStandardInput();
            return Read(input, "standard input");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidDataException($"{path}: it cannot be read ({exception.Message.TrimEnd('.')})", exception);
        }
    }

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="stream">Read to its end, and left open.</param>
    /// <param name="source">What messages call it.</param>
    public static NumericCsv Read(Stream stream, string source)
    {
        CsvReaderOptions options = CsvReaderOptions.Default with { HasHeader = false, TrackLineNumbers = true, TrimWhitespace = true };
        using var csv = CsvReader.Create(stream, options, leaveOpen: true);
        string[]? names = null;
        var values = new List<double>();
        int columns = 0, rows = 0;
        while (csv.Read())
        {
            if (columns == 0)
            {
                columns = csv.FieldCount;
                if (IsHeader(csv))
                {
                    names = [.. Enumerable.Range(0, columns).Select(csv.GetString)];
                    continue;
                }
            }

            if (csv.FieldCount != columns)
            {
                throw new InvalidDataException(
                    $"{source}, line {csv.LineNumber}: it has {csv.FieldCount} cells, and the first line has {columns}; "
                    + "all lines must have the same number of cells. Correct the line, or remove it.");
            }

            for (int column = 0; column < columns; column++)
                values.Add(Number(csv, column, names, source));
            rows++;
        }

        if (rows == 0)
        {
            throw new InvalidDataException(
                $"{source}: it has no rows of numbers. A sample is a line of numbers with commas between them, as in 0.5,-1.25");
        }

        return new(names, rows, columns, [.. values]);
    }

    private static bool IsHeader(CsvReader csv)
        => !Enumerable.Range(0, csv.FieldCount).All(column => TryParse(csv.GetString(column), out _));

    private static double Number(CsvReader csv, int column, string[]? names, string source)
    {
        string cell = csv.GetString(column);
        if (TryParse(cell, out double number) && double.IsFinite(number))
            return number;
        string where = names is null ? $"column {column + 1}" : $"column {column + 1} ({names[column]})";
        string what = cell.Length == 0 ? "it is empty" : $"'{cell}'";
        throw new InvalidDataException(
            $"{source}, line {csv.LineNumber}, {where}: {what}; it must be a finite number, as in -1.25. Correct the cell, or remove the line.");
    }

    private static bool TryParse(string cell, out double number)
        => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number);
}
