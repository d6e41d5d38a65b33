using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>
/// <c>result.json</c>: the values of a finished run with checksums of them and of its other files, and its provenance.
/// </summary>
internal static class ResultFile
{
    private const string Schema = "stein.result/1";

    /// <summary>The text of the file.</summary>
    /// <param name="run">The run.</param>
    /// <param name="values">Its numbers.</param>
    /// <param name="metrics">The content of its metrics file.</param>
    /// <param name="files">Names and SHA-256 of its other files.</param>
    /// <param name="sessions">Its provenance.</param>
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
        string path = Path.Combine(folder, RunFiles.Result);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new ResultReading(null, null, null);
        }

        string mark = Convert.ToHexStringLower(SHA256.HashData(bytes));
        try
        {
            return new ResultReading(Parse(run, folder, bytes), mark, null);
        }
        catch (InvalidDataException exception)
        {
            return new ResultReading(null, mark, exception.Message);
        }
    }

    private static StoredRun Parse(RunConfig run, string folder, byte[] bytes)
    {
        JsonObject document;
        List<RunSession> sessions;
        Dictionary<string, string> files;
        JsonObject values;
        string metrics;
        try
        {
            document = JsonNode.Parse(Encoding.UTF8.GetString(bytes))!.AsObject();
            if (document["schema"]?.GetValue<string>() is var schema && schema != Schema)
                throw new InvalidDataException($"its schema is {schema ?? "missing"}, and this program reads {Schema}");
            if (document["checksum"]?.GetValue<string>() != Checksum(document))
                throw new InvalidDataException("its checksum is wrong");
            if (document["id"]!.GetValue<string>() != run.Id)
                throw new InvalidDataException("it is the result of another run");
            sessions = document["provenance"]!["sessions"].Deserialize<List<RunSession>>(JsonFormat.Line)!;
            files = document["files"].Deserialize<Dictionary<string, string>>(JsonFormat.Line)!;
            values = document["values"]!.AsObject();
            metrics = document["metrics_sha256"]!.GetValue<string>();
        }
        catch (Exception exception) when (exception
            is JsonException or InvalidOperationException or NullReferenceException or ArgumentException or FormatException)
        {
            throw new InvalidDataException($"it cannot be read: {exception.Message}", exception);
        }

        RequireSha256(Path.Combine(folder, RunFiles.Metrics), metrics);
        foreach ((string name, string sha256) in files)
            RequireSha256(Path.Combine(folder, name), sha256);
        return new StoredRun(run, folder, values, [.. files.Keys.Order(StringComparer.Ordinal)], sessions);
    }

    private static void RequireSha256(string path, string expected)
    {
        string name = Path.GetFileName(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (Convert.ToHexStringLower(SHA256.HashData(stream)) != expected)
                throw new InvalidDataException($"{name} beside it has another checksum");
        }
        catch (FileNotFoundException exception)
        {
            throw new InvalidDataException($"{name} beside it is missing", exception);
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
/// <param name="Damage">What is wrong with it.</param>
internal sealed record ResultReading(StoredRun? Run, string? Mark, string? Damage);
