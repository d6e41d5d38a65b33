using System.Text.Json;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>Why a run failed, <c>failure.json</c> in its folder; there until it is begun again.</summary>
/// <param name="Iteration">The iteration that could not be done, from 1; 0 if the run could not begin.</param>
/// <param name="Stack">Where in the program; null where the message says all.</param>
/// <param name="Files">The names of the files with its last good state.</param>
internal sealed record RunFailure(
    string Message, int Iteration, string? Stack, IReadOnlyList<string> Files, DateTimeOffset FailedAt, string Host)
{
    /// <summary>The failure in a folder; null if there is none, or it cannot be read.</summary>
    internal static RunFailure? Read(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, RunFiles.Failure));
            return JsonSerializer.Deserialize<RunFailure>(text, JsonFormat.Line) is { } failure
                ? failure with { Files = [.. (failure.Files ?? []).Where(name => File.Exists(Path.Combine(folder, name)))] }
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>By which one failure is told from the next; null if there is none.</summary>
    internal static string? MarkIn(string folder) => SharedFile.Checksum(Path.Combine(folder, RunFiles.Failure));
}
