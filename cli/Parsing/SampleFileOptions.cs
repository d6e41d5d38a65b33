using System.CommandLine.Parsing;
using Stein.Experiments.Samples;

namespace Stein.Cli.Parsing;

/// <summary>The options of every command that reads samples from files: what the cells are, and which columns are coordinates.</summary>
internal sealed class SampleFileOptions
{
    private readonly Option<string> header =
        Values.Choice("--header", "whether files begin with a row of names", ["auto", "yes", "no"], "auto");

    private readonly Option<string> decimalMark = new("--decimal")
    {
        Description = "what is before the decimals of numbers: a point (.) or a comma (,)",
        HelpName = ".|,",
        CompletionSources = { (string[])[".", ","] },
        DefaultValueFactory = _ => ".",
    };

    private readonly Option<string[]> columns = Several(
        "--columns", "coordinates, in this order, by name (* and ? stand for any characters), or from 1 without a header");
    private readonly Option<string[]> drop = Several("--drop", "columns that are not coordinates, likewise");
    private readonly Option<string> weights = Values.Text("--weights", "column", "column with the weights of the samples, likewise");

    private readonly Option<int?> skip = Values.Number<int>("--skip", "samples at the start of each chain that are left out", 0);
    private readonly Option<int?> thin = Values.Number<int>("--thin-input", "every how many samples of a chain one is used", 1);

    /// <summary>All of them, to be added to a command.</summary>
    public IEnumerable<Option> All => [.. Unweighted, weights];

    /// <summary>Those of a command that does not weight samples.</summary>
    public IEnumerable<Option> Unweighted => [header, decimalMark, .. WhichColumns, skip, thin];

    /// <summary>Those that say which columns are coordinates.</summary>
    public IEnumerable<Option> WhichColumns => [columns, drop];

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public SampleTableOptions Read(ParseResult parsed)
    {
        string mark = parsed.GetRequiredValue(decimalMark);
        if (mark is not ("." or ","))
            throw new UsageException($"--decimal {mark}: it must be a point (.) or a comma (,)");
        string[] chosen = parsed.GetValue(columns) ?? [];
        string[] dropped = parsed.GetValue(drop) ?? [];
        if (chosen.Length > 0 && dropped.Length > 0)
            throw new UsageException("--drop: it has no effect with --columns, which names all coordinates. Leave one of them out.");
        int left = parsed.GetRequiredValue(skip)!.Value;
        int step = parsed.GetRequiredValue(thin)!.Value;
        if (left < 0)
            throw new UsageException($"--skip {left}: it must not be negative");
        if (step < 1)
            throw new UsageException($"--thin-input {step}: it must be at least 1");
        return new SampleTableOptions
        {
            Header = Enum.Parse<HeaderMode>(parsed.GetRequiredValue(header), ignoreCase: true),
            DecimalMark = mark[0],
            Columns = chosen,
            Drop = dropped,
            Weights = parsed.GetValue(weights),
            Skip = left,
            ThinInput = step,
        };
    }

    /// <summary>Reads a file.</summary>
    /// <param name="option">The option that names the file.</param>
    /// <param name="path">The file; - for standard input.</param>
    /// <exception cref="UsageException">It cannot be read; the message begins with the option.</exception>
    public static SampleTable Open(string option, string path, SampleTableOptions options) => Open(option, [path], options);

    /// <summary>Reads files with the same columns, one after the other.</summary>
    /// <inheritdoc cref="Open(string, string, SampleTableOptions)"/>
    /// <param name="paths">The files; - for standard input.</param>
    public static SampleTable Open(string option, IReadOnlyList<string> paths, SampleTableOptions options)
        => About(option, () => SampleTable.Read(paths, options));

    /// <summary>Reads, and begins messages about what was read with the option that it comes from.</summary>
    /// <exception cref="UsageException">A file cannot be read, or files do not belong together.</exception>
    public static SampleTable About(string option, Func<SampleTable> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{option} {exception.Message}", exception);
        }
    }

    /// <summary>What was read, such as "4 rows, 2 of 3 columns (x, y), header".</summary>
    public static string Describe(SampleTable table)
    {
        string columns = table.Columns == table.ColumnsOfFile ? $"{table.Columns}" : $"{table.Columns} of {table.ColumnsOfFile}";
        string names = table.Names is { } known ? $" ({List(known)}), header" : ", no header";
        string chains = table.Chains.Count == 1 ? "" : $", {table.Chains.Count} chains";
        string scores = table.ScoreNames is { } marks ? $", scores {List(marks)}" : "";
        return $"{table.Rows} {(table.Rows == 1 ? "row" : "rows")}, {columns} {(table.ColumnsOfFile == 1 ? "column" : "columns")}{names}"
            + chains + scores;

        static string List(IReadOnlyList<string> known) => $"{string.Join(", ", known.Take(8))}{(known.Count > 8 ? ", …" : "")}";
    }

    /// <summary>Writes what was read, and what the user should know about how.</summary>
    /// <param name="subject">The option with its files.</param>
    public static void WriteTo(TextWriter text, string subject, SampleTable table)
    {
        text.WriteLine($"{subject}: {Describe(table)}");
        foreach (string note in table.Notes)
            text.WriteLine($"{subject}: {note}");
    }

    /// <summary>What was read, for JSON.</summary>
    /// <param name="scores">What is said of the scores; null where there are none.</param>
    public static object Summary(string option, IReadOnlyList<string> paths, SampleTable table, object? scores = null) => new
    {
        Option = option,
        File = string.Join(' ', paths),
        table.Rows,
        table.Columns,
        table.ColumnsOfFile,
        Header = table.Names is not null,
        table.Names,
        table.Chains,
        Scores = scores,
        table.Notes,
    };

    /// <summary>An option for one file or several.</summary>
    public static Option<string[]> Paths(string name, string description) => Values.Texts(name, "file", description);

    /// <summary>An option for columns.</summary>
    public static Option<string[]> Several(string name, string description) => Values.Texts(name, "a,b", description);
}
