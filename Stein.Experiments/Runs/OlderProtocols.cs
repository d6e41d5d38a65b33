using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>The runs of a store that were begun under other protocol versions than the present ones.</summary>
internal sealed class OlderProtocols(RunStore store)
{
    private readonly Dictionary<Experiment, IReadOnlyList<Entry>> entries = [];

    /// <summary>The highest other protocol version under which there is something of the same config; null if there is none.</summary>
    public int? VersionOf(RunConfig run)
    {
        string config = CanonicalJson.Text(run.Canonical);
        return Of(run.Experiment)
            .Where(entry => entry.Precision == run.Precision && entry.Config == config)
            .Max(entry => (int?)entry.Version);
    }

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
            if (JsonNode.Parse(File.ReadAllText(Path.Combine(folder, RunFiles.Config))) is not JsonObject document
                || document["protocol"]?.GetValue<int>() is not { } version
                || version == experiment.ProtocolVersion)
            {
                return null;
            }

            return new Entry(folder, version, Canonical(document, experiment), PrecisionOf(document));
        }
        catch (Exception exception) when (exception is IOException or JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static Precision PrecisionOf(JsonObject document)
        => document["precision"]?.GetValue<string>() == ConfigDocument.Name(Precision.Double) ? Precision.Double : Precision.Single;

    /// <summary>As it would be written today; null if its keys are not those of today.</summary>
    private static string? Canonical(JsonObject document, Experiment experiment)
    {
        try
        {
            return CanonicalJson.Text(experiment.Parse(document["config"]!.AsObject()).Canonical);
        }
        catch (InvalidConfigException)
        {
            return null;
        }
    }

    internal sealed record Entry(string Folder, int Version, string? Config, Precision Precision);
}
