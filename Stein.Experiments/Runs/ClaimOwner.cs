using System.Text.Json;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>Who is at a run: the content of a claim.</summary>
/// <param name="Owner">Unique to an executor, however often process numbers are used again.</param>
/// <param name="Host">The machine's name.</param>
/// <param name="Boot">Which start of its kernel; null where the system has no name for that.</param>
/// <param name="ProcessNamespace">Within what the process number means something; null where there is only one.</param>
/// <param name="ProcessStart">When the process began, in whatever form the system keeps; null if unknown.</param>
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

    /// <summary>Null if it is not whole: its owner is just writing it, or died over it.</summary>
    internal static ClaimOwner? Parse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<ClaimOwner>(bytes, JsonFormat.Line);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
