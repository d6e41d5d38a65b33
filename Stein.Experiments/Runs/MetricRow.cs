using CsvHelper;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>A row of <c>metrics.csv</c>.</summary>
/// <param name="Iteration">Iterations done; 0 is the start.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">NaN where there was none, in the file a blank.</param>
[CsvRecord]
internal sealed partial record MetricRow(
    [CsvColumn("iteration")] int Iteration, [CsvColumn("metric")] string Metric, [CsvColumn("value")] double Value)
{
    /// <exception cref="InvalidDataException">A column is missing or a cell is not of its type.</exception>
    internal static List<MetricRow> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return CsvFile.Read<MetricRow>(stream, path);
    }
}
