using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;

namespace Stein.Experiments.Runs;

/// <summary>The runs of a store that were begun under other protocol versions than the present ones.</summary>
internal sealed class OlderProtocols(RunStore store)
{
    private readonly Dictionary<Experiment, IReadOnlyList<Entry>> entries = [];

    /// <summary>The highest other protocol version under which there is something of the same config; null if there is none.</summary>
    public int? VersionOf(RunConfig run)
        => Of(run.Experiment).Where(entry => run.Equals(entry.Today)).Max(entry => (int?)entry.Version);

    /// <summary>All of an experiment.</summary>
    public IReadOnlyList<Entry> Of(Experiment experiment)
    {
        if (!entries.TryGetValue(experiment, out IReadOnlyList<Entry>? found))
        {
            found = [.. store.FoldersOf(experiment).Select(folder => Read(folder, experiment)).OfType<Entry>()];
            entries[experiment] = found;
        }

        return found;
    }

    private static Entry? Read(string folder, Experiment experiment)
    {
        try
        {
            JsonNode? document = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, RunFiles.Config)));
            return document?["protocol"]?.GetValue<int>() is { } version && version != experiment.ProtocolVersion
                ? new Entry(folder, version, Today(document.AsObject(), experiment))
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException
            or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static RunConfig? Today(JsonObject document, Experiment experiment)
    {
        document.Remove("protocol");
        try
        {
            return ConfigDocument.Read(document.ToJsonString(), [experiment]);
        }
        catch (InvalidConfigException)
        {
            return null;
        }
    }

    /// <param name="Today">The run of the same config under the present protocol version; null if its keys are not those of today.</param>
    internal sealed record Entry(string Folder, int Version, RunConfig? Today);
}
