using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>A finished run as it is in the store, its checksums verified.</summary>
internal class StoredRun
{
    private readonly JsonObject values;

    internal StoredRun(RunConfig run, string folder, JsonObject values, IReadOnlyList<string> files, IReadOnlyList<RunSession> sessions)
    {
        Run = run;
        Folder = folder;
        this.values = values;
        Files = files;
        Sessions = sessions;
    }

    private protected StoredRun(StoredRun other)
        : this(other.Run, other.Folder, other.values, other.Files, other.Sessions)
    {
    }

    /// <summary>Which run it is.</summary>
    public RunConfig Run { get; }

    /// <summary>Its folder.</summary>
    public string Folder { get; }

    /// <summary>The names of the files it left besides its metrics, in <see cref="Folder"/>.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Who computed it, when and on what.</summary>
    public IReadOnlyList<RunSession> Sessions { get; }

    /// <summary>Time spent on it in all sessions, without what was lost when one was killed.</summary>
    public double Seconds => Sessions.Sum(session => session.Seconds);

    /// <summary>A number of the result; NaN where there is none.</summary>
    public double Number(string name) => values[name]?.GetValue<double>() ?? double.NaN;

    /// <summary>A number of the result; NaN where there is none.</summary>
    public double this[Quantity quantity] => Number(quantity.Name);

    /// <summary>All values of the result, as <see cref="RunResult.Values"/> gave them. A copy.</summary>
    public JsonObject Values() => values.DeepClone().AsObject();

    /// <summary>The values as a record, names as in every JSON of this project; what is missing is null, or NaN for a number.</summary>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    public T Values<T>()
    {
        try
        {
            return values.Deserialize<T>(JsonFormat.Line)!;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The values of {Run} in {Folder} do not fit: {exception.Message}", exception);
        }
    }

    /// <summary>All that was measured while it trained, in order.</summary>
    /// <exception cref="InvalidDataException">The file was changed since its checksum was verified.</exception>
    public IReadOnlyList<MetricRow> Metrics() => MetricRow.Read(Path.Combine(Folder, RunFiles.Metrics));
}

/// <summary>A finished run of an experiment.</summary>
internal sealed class StoredRun<TConfig> : StoredRun
    where TConfig : class
{
    internal StoredRun(StoredRun run)
        : base(run)
    {
    }

    /// <summary>Its config.</summary>
    public TConfig Config => (TConfig)Run.Config;
}
