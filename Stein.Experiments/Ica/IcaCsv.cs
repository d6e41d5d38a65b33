using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>Reads and writes <c>runs.csv</c> and <c>curves.csv</c>; doubles read back exactly.</summary>
internal static class IcaCsv
{
    /// <summary>Writes runs with the columns method, dim, seed, test_log_likelihood, oracle, amari_distance, seconds.</summary>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    public static void WriteRuns(string path, IEnumerable<IcaRun> runs) => CsvFile.Write(path, runs);

    /// <summary>Reads what <see cref="WriteRuns"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A column is missing or a cell is not of its type.</exception>
    public static IReadOnlyList<IcaRun> ReadRuns(string path) => Read<IcaRun>(path);

    /// <summary>Writes curves with the columns method, dim, seed, iteration, test_log_likelihood, loss, oracle.</summary>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    public static void WriteCurves(string path, IEnumerable<IcaCurvePoint> curves) => CsvFile.Write(path, curves);

    /// <summary>Reads what <see cref="WriteCurves"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A column is missing or a cell is not of its type.</exception>
    public static IReadOnlyList<IcaCurvePoint> ReadCurves(string path) => Read<IcaCurvePoint>(path);

    private static List<TRow> Read<TRow>(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return CsvFile.Read<TRow>(stream, path);
    }
}
