using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>Reads saved configs: <c>{"experiment": …, "protocol": …, "precision": …, "config": {…}}</c>.</summary>
internal static class ConfigDocument
{
    private static readonly string[] Keys = ["experiment", "protocol", "precision", "config"];

    /// <summary>The word of a precision in JSON.</summary>
    public static string Name(Precision precision) => precision == Precision.Double ? "double" : "single";

    /// <summary>The content of <c>config.json</c>, for people as well.</summary>
    public static string Text(RunConfig run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Document.ToJsonString(JsonFormat.Indented) + "\n";
    }

    /// <summary>The run of a saved config. Only the experiment has to be there; the rest has its defaults.</summary>
    /// <param name="experiments">All there are.</param>
    /// <param name="precision">Where the document does not say.</param>
    /// <exception cref="InvalidConfigException">
    /// It is not such a document, names an unknown experiment or key, or was saved under another protocol version.
    /// </exception>
    public static RunConfig Read(string text, IReadOnlyList<Experiment> experiments, Precision precision = Precision.Single)
    {
        ArgumentNullException.ThrowIfNull(experiments);
        JsonObject document = Parse(text);
        foreach ((string key, _) in document)
        {
            if (!Keys.Contains(key))
                throw InvalidConfigException.Unknown("key", key, Keys);
        }

        string name = Text(document, "experiment")
            ?? throw new InvalidConfigException("the key \"experiment\" is missing: it says whose config this is");
        Experiment experiment = experiments.FirstOrDefault(candidate => candidate.Name == name)
            ?? throw InvalidConfigException.Unknown("experiment", name, [.. experiments.Select(candidate => candidate.Name)]);
        if (document["protocol"] is { } protocol)
            RequireCurrent(protocol, experiment);
        Precision given = Text(document, "precision") switch
        {
            null => precision,
            "single" => Precision.Single,
            "double" => Precision.Double,
            { } other => throw InvalidConfigException.Unknown("precision", other, ["single", "double"]),
        };
        return document["config"] switch
        {
            null => experiment.Parse([], given),
            JsonObject config => experiment.Parse(config, given),
            { } other => throw InvalidConfigException.Value("config", other.ToJsonString(), "an object"),
        };
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

    private static string? Text(JsonObject document, string key) => document[key] switch
    {
        null => null,
        JsonValue value when value.TryGetValue(out string? text) => text,
        { } other => throw InvalidConfigException.Value(key, other.ToJsonString(), "a text in quotes"),
    };

    private static void RequireCurrent(JsonNode protocol, Experiment experiment)
    {
        if (protocol is not JsonValue value || !value.TryGetValue(out int version))
            throw InvalidConfigException.Value("protocol", protocol.ToJsonString(), "a whole number");
        if (version != experiment.ProtocolVersion)
        {
            throw new InvalidConfigException(
                $"saved under protocol {version} of {experiment.Name}, and this program has protocol {experiment.ProtocolVersion}, whose "
                + "numbers differ. Remove the key \"protocol\" to run it under the present one");
        }
    }
}
