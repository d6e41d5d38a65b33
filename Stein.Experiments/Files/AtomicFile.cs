using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Stein.Experiments.Files;

/// <summary>
/// Writes a file whole or not at all: into a temporary file in the same folder, flushed to disk, then renamed over the target. The one
/// writer of the program: whatever else is there keeps its nature.
/// </summary>
/// <remarks>
/// <para>A reader, and a run that resumes after a power cut, finds the old content or the new one, never a part. The temporary file has to
/// be in the same folder because a rename is atomic only within one file system. Missing folders are created.</para>
/// <para>A link stays a link: its target is written, which need not be there. A file keeps its mode and, where that is permitted, its owner
/// and group; access lists and extended attributes are not kept. One that may not be written is not replaced either. Of several hard links
/// to a file, the one that is written becomes a file of its own; the others keep the old content.</para>
/// <para>A pipe, a socket, a device and an open descriptor cannot be replaced: they are written to, in order and not atomically.</para>
/// </remarks>
internal static class AtomicFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes <paramref name="text"/> as UTF-8 without a byte order mark.</summary>
    /// <param name="path">Target file; an existing one is replaced.</param>
    /// <param name="text">The whole content.</param>
    /// <exception cref="IOException">The folder or file cannot be written; nothing was changed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or file may not be written; nothing was changed.</exception>
    public static void WriteAllText(string path, string text)
    {
        WriteAllBytes(path, Utf8.GetBytes(text));
    }

    /// <summary>Writes <paramref name="bytes"/>.</summary>
    /// <inheritdoc cref="WriteAllText" path="/exception"/>
    public static void WriteAllBytes(string path, byte[] bytes)
    {
        Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Writes whatever <paramref name="write"/> puts into the stream; if it throws, a file is left as it was.</summary>
    /// <param name="path">Target; an existing file is replaced.</param>
    /// <param name="write">Fills the stream, and leaves it open.</param>
    /// <inheritdoc cref="WriteAllText" path="/exception"/>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        var target = OutputTarget.Of(path);
        try
        {
            if (target.IsReplaceable)
                Replace(target.Path, write);
            else
                WriteThrough(target, write);
        }
        catch (ArgumentOutOfRangeException exception) when (exception.TargetSite?.DeclaringType == typeof(RandomAccess))
        {
            // What .NET makes of a file that would grow beyond what the file system or the user's limit (ulimit -f) permits.
            throw new IOException($"{target.Path} would be too large: a limit of the file system or of the shell is reached.", exception);
        }
    }

    private static void WriteThrough(OutputTarget target, Action<Stream> write)
    {
        using Stream stream = target.Open();
        write(stream);
        stream.Flush();
        // A shell goes on where this ends: .NET counts positions itself, and tells the system when it is asked for the handle.
        _ = (stream as FileStream)?.SafeFileHandle;
    }

    private static void Replace(string target, Action<Stream> write)
    {
        string folder = Path.GetDirectoryName(target)
            ?? throw new ArgumentException($"'{target}' is a folder, not a file; give the path of a file.", nameof(target));
        Directory.CreateDirectory(folder);
        UnixFile? former = null;
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows() && (former = UnixFile.Find(target)) is not null)
        {
            RequireWritable(target);

            // What is private is private from the beginning.
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        // The random part keeps two processes that write the same target from sharing a temporary file.
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, options))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            former?.ApplyTo(temporary);
            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static void RequireWritable(string path)
    {
        using SafeFileHandle handle = File.OpenHandle(
            path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }
}
