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

    /// <summary>The score at each sample (N×D, row-major), finite; null where none were asked for.</summary>
    public double[]? Scores { get; init; }

    /// <summary>The names of the columns of the scores; null where there are none, or they have no names.</summary>
    public IReadOnlyList<string>? ScoreNames { get; init; }

    /// <summary>The names of the coordinates, x1, x2, … where the file has none.</summary>
    public IReadOnlyList<string> CoordinateNames => Names ?? [.. Enumerable.Range(1, Columns).Select(column => $"x{column}")];

    /// <summary>The length of each chain, in the order of the samples; their sum is N.</summary>
    public IReadOnlyList<int> Chains { get; init; } = [Rows];

    /// <summary>The rows of the file in the order of the samples; null where it is the same.</summary>
    public IReadOnlyList<int>? Order { get; init; }

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
    {
        options ??= new();
        var reader = new SampleTableReader(source, options);
        if (TextInput.PlainStart(stream, out int lines) is { } start)
        {
            using var plain = new DelimitedRows(start, options.DecimalMark, source, stream);
            return reader.Read(plain, lines);
        }

        byte[] text = TextInput.Read(stream, source, out NumPyTable? numPy);
        if (numPy is not null)
            return reader.Read(numPy);
        using var rows = new DelimitedRows(text, options.DecimalMark, source);
        return reader.Read(rows);
    }

    /// <summary>Reads files with the same columns, one after the other, each of which is a chain or several.</summary>
    /// <param name="paths">At least one; <c>-</c> for standard input.</param>
    /// <exception cref="InvalidDataException">One cannot be read, or its columns are others than those of the first.</exception>
    public static SampleTable Read(IReadOnlyList<string> paths, SampleTableOptions options)
        => Join(paths, [.. paths.Select(path => Read(path, options))], options);

    /// <summary>Puts files with the same columns one after the other, and leaves out the samples that are not wanted.</summary>
    /// <param name="paths">The files, for messages.</param>
    /// <exception cref="InvalidDataException">Columns are others than those of the first, or no sample is left.</exception>
    public static SampleTable Join(IReadOnlyList<string> paths, IReadOnlyList<SampleTable> tables, SampleTableOptions options)
    {
        SampleTable first = tables[0];
        foreach ((int i, SampleTable table) in tables.Index())
        {
            if (table.Columns != first.Columns || !(table.Names ?? []).SequenceEqual(first.Names ?? []))
            {
                throw new InvalidDataException(
                    $"{paths[i]}: its columns are not those of {paths[0]}; files that belong together must have the same, in the same "
                    + "order. Choose them by --columns.");
            }
        }

        SampleTable all = tables.Count == 1 ? first : first with
        {
            Rows = tables.Sum(table => table.Rows),
            Values = [.. tables.SelectMany(table => table.Values)],
            Scores = first.Scores is null ? null : [.. tables.SelectMany(table => table.Scores!)],
            Weights = first.Weights is null ? null : [.. tables.SelectMany(table => table.Weights!)],
            Chains = [.. tables.SelectMany(table => table.Chains)],
            Notes = [.. tables.SelectMany(table => table.Notes).Distinct()],
        };
        return all.Thin(options.Skip, options.ThinInput);
    }

    /// <summary>Some of the samples, in an order of their own.</summary>
    /// <param name="rows">From 0.</param>
    /// <param name="chains">The lengths of the chains that they are of.</param>
    public SampleTable Take(IReadOnlyList<int> rows, IReadOnlyList<int> chains)
    {
        return this with
        {
            Rows = rows.Count,
            Chains = chains,
            Values = Of(Values, Columns)!,
            Scores = Of(Scores, Columns),
            Weights = Of(Weights, 1),
        };

        double[]? Of(double[]? all, int width)
        {
            if (all is null)
                return null;
            double[] taken = new double[rows.Count * width];
            for (int i = 0; i < rows.Count; i++)
                all.AsSpan(rows[i] * width, width).CopyTo(taken.AsSpan(i * width));
            return taken;
        }
    }

    /// <summary>These samples with scores of another file, row for row.</summary>
    /// <param name="negate">Whether the file has gradients of the negative log-density.</param>
    /// <exception cref="InvalidDataException">Rows or coordinates are not those of the samples.</exception>
    public SampleTable WithScores(SampleTable scores, bool negate)
    {
        // Rows are those of the files, before the samples of mixed chains were put in order.
        if (scores.Rows != Rows)
        {
            throw new InvalidDataException(
                $"it has {Count(scores.Rows, "row")}, and the samples have {Rows}; there must be a score for each sample.");
        }

        if (scores.Columns != Columns)
        {
            throw new InvalidDataException(
                $"it has {Count(scores.Columns, "column")} of scores, and the samples have {Columns}; there must be one for each "
                + "coordinate. Choose them by --columns and --score-columns. Gradients of Stan are those of the unconstrained parameters, "
                + "and samples of Stan are constrained: a simplex of three has two gradients. --cmdstan-diagnostic reads both from one "
                + "file.");
        }

        if (Names is not null && scores.Names is not null)
            ColumnSelection.RequireMatch(Names, scores.Names);
        double[] values = negate ? Array.ConvertAll(scores.Values, value => -value) : scores.Values;
        if (Order is not null)
            values = (scores with { Values = values }).Take(Order, Chains).Values;
        return this with { Scores = values, ScoreNames = scores.Names, Notes = [.. Notes, .. scores.Notes.Except(Notes)] };
    }

    private static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    private SampleTable Thin(int skip, int step)
    {
        if (skip == 0 && step == 1)
            return this;
        var rows = new List<int>();
        var lengths = new List<int>();
        int start = 0;
        foreach (int length in Chains)
        {
            int before = rows.Count;
            for (long row = (long)start + skip; row < start + length; row += step)
                rows.Add((int)row);
            if (rows.Count == before)
            {
                throw new InvalidDataException(
                    $"--skip {skip}: a chain has {length} samples, of which none is left. Skip fewer.");
            }

            lengths.Add(rows.Count - before);
            start += length;
        }

        return Take(rows, lengths) with { Notes = [.. Notes, $"{rows.Count} of {Rows} samples are used, after --skip and --thin-input."] };
    }

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
