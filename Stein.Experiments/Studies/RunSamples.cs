using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Studies;

/// <summary>Samples that a run leaves behind.</summary>
internal static class RunSamples
{
    /// <summary>A CSV file with the columns x1, x2, …</summary>
    /// <param name="name">Of the file.</param>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="dimension">D.</param>
    public static RunFile File(string name, double[] samples, int dimension)
        => new(name, new DataTable(
            "",
            [.. Enumerable.Range(1, dimension).Select(d => $"x{d}")],
            [.. samples.Chunk(dimension).Select(row => (IReadOnlyList<object?>)[.. row])]).WriteCsv);
}
