using CsvHelper;

namespace Stein.Experiments.Files;

/// <summary>
/// CSV as every result of this project is written: UTF-8, comma, line feed, invariant numbers that read back to the same double;
/// a number that does not exist (NaN) is a blank cell. Row types carry <see cref="CsvRecordAttribute"/>.
/// </summary>
internal static class CsvFile
{
    public static readonly CsvWriterOptions Format = CsvWriterOptions.Default with { NewLine = "\n" };

    /// <summary>Writes rows of numbers and texts, null for none; the first is the header. Leaves the stream open.</summary>
    public static void WriteCells(Stream stream, IEnumerable<IEnumerable<object?>> rows)
    {
        using var csv = CsvWriter.Create(stream, Format with { HasHeader = false }, leaveOpen: true);
        foreach (IEnumerable<object?> row in rows)
        {
            foreach (object? cell in row)
                csv.WriteField(cell is double number ? Text(number) : $"{cell}");
            csv.EndRecord();
        }

        static string Text(double number) => double.IsNaN(number) ? "" : number.ToString("R");
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; one that was there is unchanged.</exception>
    public static void Write<TRow>(string path, IEnumerable<TRow> rows) =>
        AtomicFile.Write(path, stream => Write(stream, rows));

    /// <summary>Leaves the stream open.</summary>
    public static void Write<TRow>(Stream stream, IEnumerable<TRow> rows)
    {
        using var csv = CsvWriter.Create(stream, Format, leaveOpen: true);
        csv.WriteRecords(rows);
    }

    /// <exception cref="InvalidDataException">A column is missing or a cell is not of its type; names the source and the line.</exception>
    public static List<TRow> Read<TRow>(Stream stream, string source)
    {
        using var csv = CsvReader.Create(stream, CsvReaderOptions.Default with { TrackLineNumbers = true }, leaveOpen: true);
        try
        {
            return [.. csv.GetRecords<TRow>()];
        }
        catch (Exception exception) when (exception is CsvFormatException or KeyNotFoundException)
        {
            throw new InvalidDataException(
                $"{source} cannot be read: {exception.Message} Correct the file, or remove it and write the report again.", exception);
        }
    }
}
