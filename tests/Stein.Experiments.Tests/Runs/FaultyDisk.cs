using Microsoft.Win32.SafeHandles;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Tests.Runs;

/// <summary>A process that was killed: nothing after it happens.</summary>
internal sealed class KilledException : Exception
{
}

/// <summary>
/// A disk whose process is killed before, within or after one of its changes: from then on nothing changes any more, clean-up included.
/// </summary>
internal sealed class KillingDisk(int changesBefore) : Disk
{
    private readonly Lock gate = new();
    private int left = changesBefore;

    public bool IsDead { get; private set; }

    public override void CreateFolder(string path) => Do(() => base.CreateFolder(path));

    public override void Write(string path, Action<Stream> write)
    {
        using var content = new MemoryStream();
        write(content);
        byte[] bytes = content.ToArray();
        Do(
            () => base.Write(path, stream => stream.Write(bytes)),
            () => File.WriteAllBytes(
                Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp"),
                bytes[..(bytes.Length / 2)]));
    }

    public override void Append(FileStream stream, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Do(() => base.Append(stream, copy), () => base.Append(stream, copy.AsSpan(0, copy.Length / 2)));
    }

    public override SafeFileHandle? CreateNew(string path, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        SafeFileHandle? handle = null;
        // Of an owner who died before the first byte nothing is known.
        Do(() => handle = base.CreateNew(path, copy), () => base.CreateNew(path, [])?.Dispose());
        return handle;
    }

    public override void Touch(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        if (IsDead)
            throw new IOException("killed");
        base.Touch(handle, bytes);
    }

    public override void Move(string source, string target) => Do(() => base.Move(source, target));

    public override void MoveFolder(string source, string target) => Do(() => base.MoveFolder(source, target));

    public override void Delete(string path)
    {
        // What changes nothing is no place to be killed at.
        if (File.Exists(path) || IsDead)
            Do(() => base.Delete(path));
    }

    public override void DeleteFolder(string path)
        => Do(() => base.DeleteFolder(path), () => Directory.EnumerateFiles(path).Take(1).ToList().ForEach(File.Delete));

    private void Do(Action change, Action? half = null)
    {
        lock (gate)
        {
            DieIfDue();
            if (half is not null && left-- == 0)
            {
                half();
                IsDead = true;
            }

            DieIfDue();
            change();
            DieIfDue();
        }
    }

    private void DieIfDue()
    {
        IsDead |= left-- == 0;
        if (IsDead)
            throw new KilledException();
    }
}

/// <summary>A disk with room for so many bytes.</summary>
internal sealed class FullDisk(long room) : Disk
{
    public long Room { get; set; } = room;

    public override void Write(string path, Action<Stream> write)
        => base.Write(path, stream =>
        {
            using var content = new MemoryStream();
            write(content);
            Use(content.Length);
            content.WriteTo(stream);
        });

    public override void Append(FileStream stream, ReadOnlySpan<byte> bytes)
    {
        Use(bytes.Length);
        base.Append(stream, bytes);
    }

    public override SafeFileHandle? CreateNew(string path, ReadOnlySpan<byte> bytes)
    {
        Use(bytes.Length);
        return base.CreateNew(path, bytes);
    }

    private void Use(long bytes)
    {
        if (bytes > Room)
            throw new IOException("No space left on device.");
        Room -= bytes;
    }
}
