using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>
/// <c>provenance.json</c> of a report: the program that wrote it, and of every run its identity, its settings, and the program, device,
/// machine and time of each session that computed it.
/// </summary>
internal static class ReportProvenance
{
    /// <summary>Writes it, and returns its path.</summary>
    public static string Write(ReportRequest request, Experiment experiment, IReadOnlyList<StoredRun> runs)
    {
        var content = new JsonObject
        {
            ["schema"] = "stein.provenance/1",
            ["experiment"] = experiment.Name,
            ["source"] = experiment.Source,
            ["protocol"] = experiment.ProtocolVersion,
            ["report_by"] = Node(BuildIdentity.Current),
            ["finished"] = runs.Count,
            ["expected"] = request.Plan.Count,
            ["runs"] = new JsonArray(
            [
                .. runs.Select(run => new JsonObject
                {
                    ["id"] = run.Run.Id,
                    ["precision"] = ConfigDocument.Name(run.Run.Precision),
                    ["config"] = run.Run.Canonical,
                    ["sessions"] = new JsonArray([.. run.Sessions.Select(Session)]),
                }),
            ]),
        };
        string path = Path.Combine(request.Folder, "provenance.json");
        AtomicFile.WriteAllText(path, content.ToJsonString(JsonFormat.Indented) + "\n");
        return path;
    }

    /// <summary>Without the name of the machine, which says nothing to the reader of a report.</summary>
    private static JsonNode Session(RunSession session)
    {
        JsonObject node = Node(session).AsObject();
        node.Remove("host");
        return node;
    }

    private static JsonNode Node<T>(T value) => JsonSerializer.SerializeToNode(value, JsonFormat.Line)!;
}
