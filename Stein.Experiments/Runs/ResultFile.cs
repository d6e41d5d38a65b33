using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>
/// <c>result.json</c>: the values of a finished run with checksums of them and of its other files, and its provenance.
/// </summary>
internal static class ResultFile
{
    private const string Schema = "stein.result/1";

    /// <summary>The text of the file.</summary>
    /// <param name="metrics">The content of its metrics file.</param>
    /// <param name="files">Names and SHA-256 of its other files.</param>
    public static string Text(
        RunConfig run,
        JsonObject values,
        ReadOnlySpan<byte> metrics,
        IReadOnlyDictionary<string, string> files,
        IReadOnlyList<RunSession> sessions)
    {
        var document = new JsonObject { ["schema"] = Schema, ["id"] = run.Id };
        foreach ((string key, JsonNode? value) in run.Document)
            document[key] = value?.DeepClone();
        document["values"] = CanonicalJson.Finite(values);
        document["metrics_sha256"] = Convert.ToHexStringLower(SHA256.HashData(metrics));
        document["files"] = JsonSerializer.SerializeToNode(files, JsonFormat.Line);
        document["checksum"] = Checksum(document);
        document["provenance"] = new JsonObject { ["sessions"] = JsonSerializer.SerializeToNode(sessions, JsonFormat.Line) };
        return document.ToJsonString(JsonFormat.Indented) + "\n";
    }

    /// <summary>Reads the result of a run and verifies every checksum. Changes nothing.</summary>
    public static ResultReading Read(RunConfig run, string folder)
    {
        try
        {
            return ReadFiles(run, folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return new ResultReading(null, "", $"it cannot be read ({exception.Message.TrimEnd('.')})", [RunFiles.Result]);
        }
    }

    private static ResultReading ReadFiles(RunConfig run, string folder)
    {
        if (SharedFile.Read(Path.Combine(folder, RunFiles.Result)) is not { } bytes)
            return new ResultReading(null, null, null, []);
        string mark = Convert.ToHexStringLower(SHA256.HashData(bytes));
        (JsonObject? document, string? damage) = Parse(run, bytes);
        if (document is null)
            return new ResultReading(null, mark, damage, [RunFiles.Result]);
        Dictionary<string, string> files = document["files"].Deserialize<Dictionary<string, string>>(JsonFormat.Line)!;
        string[] names = [.. files.Keys.Order(StringComparer.Ordinal)];
        files.Add(RunFiles.Metrics, document["metrics_sha256"]!.GetValue<string>());
        foreach ((string name, string sha256) in files)
        {
            switch (SharedFile.Checksum(Path.Combine(folder, name)))
            {
                case null:
                    return new ResultReading(null, mark, $"{name} is missing", [RunFiles.Result]);
                case { } found when found != sha256:
                    return new ResultReading(null, mark, $"the checksum of {name} is wrong", [RunFiles.Result, name]);
            }
        }

        return new ResultReading(
            new StoredRun(run, folder, document["values"]!.AsObject(), names, SessionsOf(document))
            {
                Checksum = document["checksum"]!.GetValue<string>(),
            },
            mark,
            null,
            []);
    }

    /// <summary>By which one result is told from the next; null if there is none.</summary>
    public static string? MarkIn(string folder) => SharedFile.Checksum(Path.Combine(folder, RunFiles.Result));

    private static (JsonObject? Document, string? Damage) Parse(RunConfig run, byte[] bytes)
    {
        try
        {
            if (JsonNode.Parse(bytes) is not JsonObject document)
                return (null, "it is not an object");
            string? schema = document["schema"]?.GetValue<string>();
            if (schema != Schema)
                return (null, $"its schema is {schema ?? "missing"}, and this program reads {Schema}");
            if (document["checksum"]?.GetValue<string>() != Checksum(document))
                return (null, "its checksum is wrong");
            return document["id"]?.GetValue<string>() == run.Id ? (document, null) : (null, "it is the result of another run");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or ArgumentException)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>Provenance has no checksum: a part of it that cannot be read is left out, and the numbers stand.</summary>
    private static List<RunSession> SessionsOf(JsonObject document)
    {
        try
        {
            return document["provenance"]?["sessions"].Deserialize<List<RunSession>>(JsonFormat.Line) ?? [];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>Over everything that was known before the checksum itself; provenance is not part of it.</summary>
    private static string Checksum(JsonObject document)
    {
        // Through text, so that it is the same for the document as it was made and as it is read.
        JsonObject copy = JsonNode.Parse(document.ToJsonString(JsonFormat.Line))!.AsObject();
        copy.Remove("checksum");
        copy.Remove("provenance");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalJson.Text(copy))));
    }
}

/// <summary>What was found where a result would be.</summary>
/// <param name="Run">The result; null if there is none that can be trusted.</param>
/// <param name="Mark">The SHA-256 of <c>result.json</c>, by which one result is told from the next; null if there is none.</param>
/// <param name="Damage">What is wrong with it; null where nothing is.</param>
/// <param name="DamagedFiles">The files that are then to be set aside.</param>
internal sealed record ResultReading(StoredRun? Run, string? Mark, string? Damage, IReadOnlyList<string> DamagedFiles);
