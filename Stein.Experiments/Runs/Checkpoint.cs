using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>The state that a run resumes from: one file, <c>checkpoint.bin</c>.</summary>
/// <param name="Iterations">Iterations the run has.</param>
/// <param name="Sessions">The sessions that computed them.</param>
/// <param name="Metrics">The content of the metrics file at this iteration.</param>
/// <param name="State">What <see cref="IRun.Save"/> wrote.</param>
/// <remarks>
/// It holds the metrics themselves, not only their length: a metrics file that lost its end in a power cut, or has a changed byte, is
/// restored.
/// </remarks>
internal sealed record Checkpoint(
    int Iteration, int Iterations, IReadOnlyList<RunSession> Sessions, ReadOnlyMemory<byte> Metrics, ReadOnlyMemory<byte> State)
{
    /// <summary>Increased when the state of some experiment is saved in another form; an older checkpoint is set aside.</summary>
    private const int FormatVersion = 2;

    private static ReadOnlySpan<byte> Magic => "STEINRUN"u8;

    /// <summary>Magic, format version, run id, iteration, iterations, sessions, metrics, state, and the SHA-256 of all that.</summary>
    public byte[] ToBytes(string runId)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(FormatVersion);
            writer.Write(runId);
            writer.Write(Iteration);
            writer.Write(Iterations);
            WriteBlock(JsonSerializer.SerializeToUtf8Bytes(Sessions, JsonFormat.Line));
            WriteBlock(Metrics.Span);
            WriteBlock(State.Span);

            void WriteBlock(ReadOnlySpan<byte> block)
            {
                writer.Write(block.Length);
                writer.Write(block);
            }
        }

        stream.Write(SHA256.HashData(stream.GetBuffer().AsSpan(0, (int)stream.Length)));
        return stream.ToArray();
    }

    /// <summary>The newest checkpoint in the folder of a run that can be used; null if there is none.</summary>
    /// <param name="use">Puts its state back; throws <see cref="InvalidDataException"/> if that is not a state of the run.</param>
    /// <param name="damaged">Receives the path of each file that cannot be used, and the reason.</param>
    public static Checkpoint? Newest(string folder, string runId, Action<Checkpoint>? use = null, Action<string, string>? damaged = null)
    {
        foreach (string name in (string[])[RunFiles.Checkpoint, RunFiles.PreviousCheckpoint])
        {
            string path = Path.Combine(folder, name);
            try
            {
                if (Read(path, runId) is { } checkpoint)
                {
                    use?.Invoke(checkpoint);
                    return checkpoint;
                }
            }
            catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
            {
                damaged?.Invoke(path, exception.Message);
            }
        }

        return null;
    }

    /// <summary>Reads a checkpoint of a run.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="InvalidDataException">It is damaged, of another run or of another format; the message says which.</exception>
    public static Checkpoint? Read(string path, string runId)
    {
        if (SharedFile.Read(path) is not { } bytes)
            return null;
        int length = bytes.Length - SHA256.HashSizeInBytes;
        if (length < 0 || !SHA256.HashData(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
            throw new InvalidDataException("its checksum is wrong");
        if (!bytes.AsSpan().StartsWith(Magic))
            throw new InvalidDataException("not a checkpoint file");
        using var reader = new BinaryReader(new MemoryStream(bytes, Magic.Length, length - Magic.Length));
        int version = reader.ReadInt32();
        if (version != FormatVersion)
            throw new InvalidDataException($"its format is {version}, and this program reads {FormatVersion}");
        if (reader.ReadString() != runId)
            throw new InvalidDataException("it belongs to another run");
        int iteration = reader.ReadInt32();
        int iterations = reader.ReadInt32();
        return new Checkpoint(
            iteration,
            iterations,
            JsonSerializer.Deserialize<List<RunSession>>(ReadBlock(), JsonFormat.Line)!,
            ReadBlock(),
            ReadBlock());

        byte[] ReadBlock() => reader.ReadBytes(reader.ReadInt32());
    }
}
