using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Runs;

/// <summary>All that a run goes on from: one file, <c>checkpoint.bin</c>.</summary>
/// <param name="Iterations">Iterations the run has.</param>
/// <param name="Sessions">Who did them.</param>
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

    /// <summary>Reads a checkpoint of a run.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="InvalidDataException">It is damaged, of another run or of another format; says which.</exception>
    public static Checkpoint? Read(string path, string runId)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

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
            throw new InvalidDataException("it is of another run");
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
