using System.Text;
using CsvHelper;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

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
        content.Write(former is { } bytes ? bytes.Span : Encoding.UTF8.GetBytes(Header()));
        disk.Write(path, Content);
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    /// <summary>All that is in the file.</summary>
    public ReadOnlyMemory<byte> Content => content.GetBuffer().AsMemory(0, (int)content.Length);

    public void Append(int iteration, IReadOnlyList<Metric> metrics)
    {
        long start = content.Length;
        using (var csv = CsvWriter.Create(content, CsvFile.Format with { HasHeader = false }, leaveOpen: true))
            csv.WriteRecords(metrics.Select(metric => new MetricRow(iteration, metric.Name, metric.Value)));
        disk.Append(file, Content.Span[(int)start..]);
    }

    public void Dispose()
    {
        file.Dispose();
        content.Dispose();
    }

    private static string Header()
    {
        using var text = new MemoryStream();
        using (var csv = CsvWriter.Create(text, CsvFile.Format, leaveOpen: true))
            csv.WriteRecords(Array.Empty<MetricRow>());
        return Encoding.UTF8.GetString(text.ToArray());
    }
}
