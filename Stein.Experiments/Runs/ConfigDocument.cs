using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>Reads saved configs: <c>{"experiment": …, "protocol": …, "precision": …, "config": {…}}</c>.</summary>
internal static class ConfigDocument
{
    /// <summary>The word of a precision in JSON.</summary>
    public static string Name(Precision precision) => precision == Precision.Double ? "double" : "single";

    /// <summary>The content of <c>config.json</c>, for people as well.</summary>
    public static string Text(RunConfig run) => run.Document.ToJsonString(JsonFormat.Indented) + "\n";

    /// <summary>The run of a saved config. Only the experiment has to be there; the rest has its defaults.</summary>
    /// <param name="experiments">All there are.</param>
    /// <param name="precision">Where the document does not say.</param>
    /// <exception cref="InvalidConfigException">
    /// It is not such a document, names an unknown experiment or key, or was saved under another protocol version.
    /// </exception>
    public static RunConfig Read(string text, IReadOnlyList<Experiment> experiments, Precision precision = Precision.Single)
    {
        JsonObject document = Parse(text);
        Saved saved = ConfigJson.Read<Saved>(document);
        string name = saved.Experiment
            ?? throw new InvalidConfigException("the key \"experiment\" is missing: it says whose config this is");
        Experiment experiment = experiments.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw InvalidConfigException.Unknown("experiment", name, [.. experiments.Select(candidate => candidate.Name)]);
        if (saved.Protocol is { } version && version != experiment.ProtocolVersion)
        {
            throw new InvalidConfigException(
                $"saved under protocol {version} of {experiment.Name}, and this program has protocol {experiment.ProtocolVersion}, whose "
                + "numbers differ. Remove the key \"protocol\" to run it under the present one");
        }

        return experiment.Parse(document["config"]?.AsObject() ?? [], saved.Precision ?? precision);
    }

    private static JsonObject Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject
                ?? throw new InvalidConfigException("a config is a JSON object, { … }");
        }
        catch (JsonException exception)
        {
            throw new InvalidConfigException($"not valid JSON: {exception.Message}", exception);
        }
    }

    private sealed record Saved
    {
        public string? Experiment { get; init; }

        public int? Protocol { get; init; }

        public Precision? Precision { get; init; }

        public Dictionary<string, JsonNode?>? Config { get; init; }
    }
}
