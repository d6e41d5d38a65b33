using System.Text;

namespace Stein.Experiments.Files;

/// <summary>
/// Writes a file whole or not at all: into a temporary file in the same folder, flushed to disk, then renamed over the target.
/// </summary>
/// <remarks>
/// A reader, and a run that resumes after a power cut, finds the old content or the new one, never a part. The temporary file has to
/// be in the same folder because a rename is atomic only within one file system. Missing folders are created.
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

    /// <summary>Writes whatever <paramref name="write"/> puts into the stream; if it throws, the target is left as it was.</summary>
    /// <param name="path">Target file; an existing one is replaced.</param>
    /// <param name="write">Fills the stream, and leaves it open.</param>
    /// <inheritdoc cref="WriteAllText" path="/exception"/>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string target = Path.GetFullPath(path);
        string folder = Path.GetDirectoryName(target)
            ?? throw new ArgumentException($"'{path}' is a folder, not a file; give the path of a file.", nameof(path));
        Directory.CreateDirectory(folder);
        // The random part keeps two processes that write the same target from sharing a temporary file.
        string temporary = Path.Combine(folder, $".{Path.GetFileName(target)}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, target, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
