using System.IO.Compression;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>All measurements of an experiment in one compressed table: one row per run, iteration and metric.</summary>
internal static class TidyCsv
{
    /// <summary>64 bits: two runs of a store never share them.</summary>
    private const int IdDigits = 16;

    /// <summary>
    /// Writes the columns <c>run</c> (the first digits of its id), the keys of the config that differ between the runs, <c>iteration</c>,
    /// <c>metric</c> and <c>value</c>, without holding the metrics of more than one run in memory. A key without a value is a blank.
    /// </summary>
    /// <param name="path">Target file; an existing one is replaced.</param>
    /// <param name="experiment">Whose config the columns are of.</param>
    /// <param name="runs">Finished runs of it, in the order they are to have.</param>
    /// <exception cref="IOException">The file cannot be written; an existing one is unchanged.</exception>
    public static void Write(string path, Experiment experiment, IEnumerable<StoredRun> runs)
    {
        (StoredRun Run, JsonObject Config)[] all = [.. runs.Select(run => (run, run.Run.Canonical))];
        string[] keys =
        [
            .. from setting in experiment.Settings
               where all.Select(run => Cell(run.Config[setting.Key])).Distinct().Count() > 1
               select setting.Key,
        ];
        AtomicFile.Write(path, stream =>
        {
            using var compressed = new GZipStream(stream, CompressionLevel.SmallestSize, leaveOpen: true);
            CsvFile.WriteCells(compressed, all.SelectMany(Rows).Prepend(["run", .. keys, "iteration", "metric", "value"]));
        });

        IEnumerable<object?[]> Rows((StoredRun Run, JsonObject Config) stored)
        {
            string[] shared = [stored.Run.Run.Id[..IdDigits], .. keys.Select(key => Cell(stored.Config[key]))];
            return stored.Run.Metrics().Select(row => (object?[])[.. shared, row.Iteration, row.Metric, row.Value]);
        }
    }

    private static string Cell(JsonNode? value) => value switch
    {
        null => "",
        JsonValue text when text.TryGetValue(out string? word) => word,
        _ => CanonicalJson.Text(value),
    };
}
