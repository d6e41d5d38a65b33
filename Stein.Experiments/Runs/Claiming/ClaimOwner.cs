using System.Text.Json;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs.Claiming;

/// <summary>The process that works on a run: the content of a claim.</summary>
/// <param name="Owner">Unique to an executor, even when process numbers are reused.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Boot">Identifies the start of the machine's kernel; null where the system has no name for it.</param>
/// <param name="ProcessNamespace">The namespace in which the process number is valid; null where there is only one.</param>
/// <param name="ProcessStart">When the process started, in the system's own form; null if unknown.</param>
/// <param name="Acquired">When it made the claim.</param>
internal sealed record ClaimOwner(
    string Owner,
    string Host,
    string? Boot,
    string? ProcessNamespace,
    int ProcessId,
    string? ProcessStart,
    DateTimeOffset Acquired)
{
    /// <summary>For people: <c>process 1234 on host</c>.</summary>
    public override string ToString() => $"process {ProcessId} on {Host}";

    internal byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JsonFormat.Line);

    /// <summary>Null if it is incomplete: its owner is just writing it, or died while writing it.</summary>
    internal static ClaimOwner? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<ClaimOwner>(text, JsonFormat.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
