using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;

namespace Stein.Experiments.Runs;

/// <summary>
/// <c>provenance.json</c> of a report: the program that wrote it; what all runs share of settings, program, device and machine; and for
/// every run its identity and the rest, with the time of each session that computed it.
/// </summary>
internal static class ReportProvenance
{
    /// <summary>Writes it, and returns its path.</summary>
    public static string Write(ReportRequest request, Experiment experiment, IReadOnlyList<StoredRun> runs)
    {
        JsonObject[] each =
        [
            .. runs.Select(run => new JsonObject
            {
                ["id"] = run.Run.Id,
                ["precision"] = ConfigDocument.Name(run.Run.Precision),
                ["config"] = run.Run.Canonical,
                ["sessions"] = new JsonArray([.. run.Sessions.Select(Session)]),
            }),
        ];
        var content = new JsonObject
        {
            ["schema"] = "stein.provenance/2",
            ["experiment"] = experiment.Name,
            ["source"] = experiment.Source,
            ["protocol"] = experiment.ProtocolVersion,
            ["report_by"] = Node(BuildIdentity.Current),
            ["finished"] = runs.Count,
            ["expected"] = request.Plan.Count,
            ["shared"] = new JsonObject
            {
                ["precision"] = TakeShared(each, "precision"),
                ["config"] = TakeAllShared([.. each.Select(run => run["config"]!.AsObject())]),
                ["sessions"] = TakeAllShared([.. each.SelectMany(run => run["sessions"]!.AsArray(), (_, session) => session!.AsObject())]),
            },
        };
        string path = Path.Combine(request.Folder, "provenance.json");
        AtomicFile.Write(path, stream => Write(stream, content, each));
        return path;
    }

    /// <summary>With one line per run: a thousand of them are to be read, compared and kept.</summary>
    private static void Write(Stream stream, JsonObject content, JsonObject[] runs)
    {
        JsonSerializerOptions format = JsonFormat.Indented;
        using var writer = new Utf8JsonWriter(
            stream, new() { Indented = true, IndentSize = format.IndentSize, NewLine = format.NewLine, Encoder = format.Encoder });
        writer.WriteStartObject();
        foreach ((string key, JsonNode? value) in content)
        {
            writer.WritePropertyName(key);
            value!.WriteTo(writer, format);
        }

        writer.WriteStartArray("runs");
        foreach (JsonObject run in runs)
            writer.WriteRawValue(run.ToJsonString(JsonFormat.Line));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>Takes the members out of some objects that are the same in all of them.</summary>
    private static JsonObject TakeAllShared(JsonObject[] objects) => objects.Length == 0 ? [] : new(
    [
        .. from key in objects[0].Select(member => member.Key).ToArray()
           let value = TakeShared(objects, key)
           where value is not null
           select KeyValuePair.Create(key, (JsonNode?)value),
    ]);

    private static JsonNode? TakeShared(JsonObject[] objects, string key)
    {
        JsonNode? first = objects[0][key];
        if (first is null || !objects.All(other => JsonNode.DeepEquals(other[key], first)))
            return null;
        foreach (JsonObject other in objects)
            other.Remove(key);
        return first.DeepClone();
    }

    /// <summary>Without the name of the machine, which says nothing to the reader of a report.</summary>
    private static JsonObject Session(RunSession session)
    {
        JsonObject node = Node(session).AsObject();
        node.Remove("host");
        return node;
    }

    private static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, JsonFormat.Line)!;
}
