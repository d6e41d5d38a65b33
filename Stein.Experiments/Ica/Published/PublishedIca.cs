using System.Globalization;
using System.Reflection;
using CsvHelper;

namespace Stein.Experiments.Ica.Published;

/// <summary>The published ICA table: test log-likelihood per method and dimension, Laplace base density, higher is better.</summary>
internal static class PublishedIca
{
    /// <summary>Where the numbers come from.</summary>
    public const string Source =
        "W. Gong, Y. Li and J. M. Hernández-Lobato, \"Sliced Kernelized Stein Discrepancy\", ICLR 2021, "
        + "test log-likelihood on ICA, as shown in Y. Li's talk";

    /// <summary>Number of seeds behind each published value. No standard errors were published.</summary>
    public const int Seeds = 5;

    private const string Table = "ica.csv";

    // On demand: a shell that asks for completions waits for whatever the start of the program reads.
    private static readonly Lazy<Dictionary<(string Method, int Dim), double>> Values = new(Load);

    /// <summary>The dimensions of the table, ascending: the names of its columns.</summary>
    public static IReadOnlyList<int> Dimensions { get; } = ReadDimensions();

    /// <summary>The published mean test log-likelihood in nats, or NaN where the paper has none.</summary>
    /// <param name="method">The paper's name: KSD, LSD or maxSKSD-g.</param>
    public static double TestLogLikelihood(string method, int dim) => Values.Value.GetValueOrDefault((method, dim), double.NaN);

    /// <summary>Opens a table that is part of the program, by file name.</summary>
    internal static Stream OpenTable(string fileName)
    {
        string resource = $"Stein.Experiments.Ica.Published.{fileName}";
        return Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"The resource {resource} is missing from the build; rebuild Stein.Experiments.");
    }

    private static int[] ReadDimensions()
    {
        using var header = new StreamReader(OpenTable(Table));
        return [.. header.ReadLine()!.Split(',').Skip(1).Select(Dimension).Order()];
    }

    private static int Dimension(string column) => int.Parse(column.AsSpan(1), CultureInfo.InvariantCulture);

    private static Dictionary<(string, int), double> Load()
    {
        using Stream table = OpenTable(Table);
        using var csv = CsvReader.Create(table, CsvReaderOptions.Default);
        var values = new Dictionary<(string, int), double>();
        csv.ReadHeader();
        while (csv.Read())
        {
            for (int column = 1; column < csv.FieldCount; column++)
                values[(csv.GetString(0), Dimension(csv.Headers[column]))] = csv.Parse<double>(column);
        }

        return values;
    }
}
