using Stein.Experiments.Files;

namespace Stein.Experiments.Samples;

/// <summary>Samples from the user: rows of a file, all of one length, all finite.</summary>
/// <param name="Names">The names of the coordinates, from the header; null where the file has none.</param>
/// <param name="Rows">N, at least 1.</param>
/// <param name="Columns">The number of coordinates D, at least 1.</param>
/// <param name="Values">N×D, row-major.</param>
internal sealed record SampleTable(IReadOnlyList<string>? Names, int Rows, int Columns, double[] Values)
{
    /// <summary>The weight of each sample, positive (N); null where none were asked for.</summary>
    public double[]? Weights { get; init; }

    /// <summary>The number of columns of the file, of which the coordinates are some.</summary>
    public required int ColumnsOfFile { get; init; }

    /// <summary>What the user should know about how the file was read, in whole sentences.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads a file: text or gzip of it, with cells as <see cref="DelimitedRows"/> separates them.</summary>
    /// <param name="path">The file; <c>-</c> for standard input.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <exception cref="InvalidDataException">
    /// It cannot be read, or is not as said; the message names file, line, column and cell, and says what is allowed.
    /// </exception>
    public static SampleTable Read(string path, SampleTableOptions? options = null)
    {
        if (path == "-")
            return ReadStandardInput(options);
        if (!File.Exists(path))
        {
            string what = Directory.Exists(path) ? "it is a folder" : "there is no such file";
            throw new InvalidDataException($"'{path}': {what}. Give a CSV file, or - for standard input.");
        }

        try
        {
            using FileStream file = File.OpenRead(path);
            return Read(file, path, options);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"{path}: it cannot be read ({exception.Message.TrimEnd('.')}). Give a file that you may read.", exception);
        }
    }

    /// <inheritdoc cref="Read(string, SampleTableOptions)"/>
    /// <param name="stream">Read to its end, and left open.</param>
    /// <param name="source">Its name in messages.</param>
    public static SampleTable Read(Stream stream, string source, SampleTableOptions? options = null)
        => new SampleTableReader(source, options ?? new()).Read(TextInput.Read(stream, source));

    private static SampleTable ReadStandardInput(SampleTableOptions? options)
    {
        try
        {
            if (!Console.IsInputRedirected)
                throw new IOException("standard input is a terminal");
            using Stream input = StandardInput.Open();
            return Read(input, "standard input", options);
        }
        catch (IOException exception)
        {
            throw new InvalidDataException(
                $"-: {exception.Message}. Give a file, or send one through a pipe: stein … < x.csv", exception);
        }
    }
}
