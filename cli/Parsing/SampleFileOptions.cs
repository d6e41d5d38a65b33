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

    private readonly Option<string[]> columns = Several("--columns", "coordinates, in this order, by name, or from 1 without a header");
    private readonly Option<string[]> drop = Several("--drop", "columns that are not coordinates, likewise");
    private readonly Option<string> weights = Values.Text("--weights", "column", "column with the weights of the samples, likewise");

    /// <summary>All of them, to be added to a command.</summary>
    public IEnumerable<Option> All => [.. Columns, weights];

    /// <summary>Those of a command that does not weight samples.</summary>
    public IEnumerable<Option> Columns => [header, decimalMark, columns, drop];

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
        return new SampleTableOptions
        {
            Header = Enum.Parse<HeaderMode>(parsed.GetRequiredValue(header), ignoreCase: true),
            DecimalMark = mark[0],
            Columns = chosen,
            Drop = dropped,
            Weights = parsed.GetValue(weights),
        };
    }

    /// <summary>Reads a file.</summary>
    /// <param name="option">The option that names the file.</param>
    /// <param name="path">The file; - for standard input.</param>
    /// <exception cref="UsageException">It cannot be read; the message begins with the option.</exception>
    public static SampleTable Open(string option, string path, SampleTableOptions options)
    {
        try
        {
            return SampleTable.Read(path, options);
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
        string names = table.Names is { } known
            ? $" ({string.Join(", ", known.Take(8))}{(known.Count > 8 ? ", …" : "")}), header"
            : ", no header";
        return $"{table.Rows} {(table.Rows == 1 ? "row" : "rows")}, {columns} {(table.ColumnsOfFile == 1 ? "column" : "columns")}{names}";
    }

    private static Option<string[]> Several(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "a,b",
        AllowMultipleArgumentsPerToken = true,
    };
}
