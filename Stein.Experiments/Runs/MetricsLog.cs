using CsvHelper;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>A row of <c>metrics.csv</c>.</summary>
/// <param name="Iteration">Iterations done; 0 is the start.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Value">NaN where there was none, in the file a blank.</param>
[CsvRecord]
internal sealed partial record MetricRow(
    [CsvColumn("iteration")] int Iteration, [CsvColumn("metric")] string Metric, [CsvColumn("value")] double Value);

/// <summary><c>metrics.csv</c> of a run under way: appended to, and handed to the operating system after every row.</summary>
internal sealed class MetricsLog : IDisposable
{
    private readonly Disk disk;
    private readonly MemoryStream content = new();
    private readonly FileStream file;

    /// <summary>
    /// Begins with what a checkpoint says there was. The file is made anew rather than cut off: another process that still appends to the
    /// old one then writes into a deleted file.
    /// </summary>
    public MetricsLog(Disk disk, string path, ReadOnlyMemory<byte>? former)
    {
        this.disk = disk;
        if (former is { } bytes)
            content.Write(bytes.Span);
        else
            CsvFile.WriteCells(content, [["iteration", "metric", "value"]]);
        disk.Write(path, Content);
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    /// <summary>All that is in the file.</summary>
    public ReadOnlyMemory<byte> Content => content.GetBuffer().AsMemory(0, (int)content.Length);

    public void Append(int iteration, IReadOnlyList<Metric> metrics)
    {
        long start = content.Length;
        CsvFile.WriteCells(content, metrics.Select(metric => (object?[])[iteration, metric.Name, metric.Value]));
        disk.Append(file, Content.Span[(int)start..]);
    }

    public void Dispose()
    {
        file.Dispose();
        content.Dispose();
    }
}
