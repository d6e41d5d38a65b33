using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>A finished run as it is in the store, its checksums verified.</summary>
internal class StoredRun(
    RunConfig run, string folder, JsonObject values, IReadOnlyList<string> files, IReadOnlyList<RunSession> sessions) : IFromRuns
{
    /// <summary>1 in the result of a training that diverged; absent from those of the others.</summary>
    public static readonly Quantity Diverged = new("diverged");

    private protected StoredRun(StoredRun other)
        : this(other.Run, other.Folder, other.Values(), other.Files, other.Sessions)
    {
        Checksum = other.Checksum;
    }

    public RunConfig Run => run;

    public IEnumerable<string> RunIds => [run.Id];

    public string Folder => folder;

    /// <summary>The names of the files it left besides its metrics, in <see cref="Folder"/>.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>Who computed it, when and on what.</summary>
    public IReadOnlyList<RunSession> Sessions => sessions;

    /// <summary>
    /// The SHA-256 of its config, its values and the checksums of its files: two runs that have it in common have all bits.
    /// </summary>
    public string Checksum { get; init; } = "";

    /// <summary>Time spent on it in all sessions, without what was lost when one was killed.</summary>
    public double Seconds => Sessions.Sum(session => session.Seconds);

    /// <summary>The part of <see cref="Seconds"/> spent in iterations; NaN where it was not recorded.</summary>
    public double IterationSeconds => Sessions.Sum(session => session.IterationSeconds ?? double.NaN);

    /// <summary>Whether its training diverged: its numbers are finite, but no mean includes them.</summary>
    public bool IsDiverged => this[Diverged] == 1;

    /// <summary>A number of the result; NaN where there is none.</summary>
    public double Number(string name) => values[name]?.GetValue<double>() ?? double.NaN;

    /// <summary>A number of the result; NaN where there is none.</summary>
    public double this[Quantity quantity] => Number(quantity.Name);

    /// <summary>All values of the result, as <see cref="RunResult.Values"/> gave them. A copy.</summary>
    public JsonObject Values() => values.DeepClone().AsObject();

    /// <summary>All that was measured while it trained, in order.</summary>
    /// <exception cref="InvalidDataException">The file was changed since its checksum was verified.</exception>
    public IReadOnlyList<MetricRow> Metrics()
    {
        string path = Path.Combine(Folder, RunFiles.Metrics);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return CsvFile.Read<MetricRow>(stream, path);
    }
}

/// <summary>A finished run of an experiment.</summary>
internal sealed class StoredRun<TConfig>(StoredRun run) : StoredRun(run)
    where TConfig : class
{
    private readonly JsonObject settings = run.Run.Canonical;

    public TConfig Config => (TConfig)Run.Config;

    /// <summary>The value of a setting, a number or a text; null where it has none, or has no effect.</summary>
    public object? Setting(string key)
    {
        Setting setting = Run.Experiment.Settings.Single(setting => setting.Key == key);
        return settings[key] is not JsonValue value || setting.IsIdle(settings) ? null
            : value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>()
            : value.ToString();
    }
}
