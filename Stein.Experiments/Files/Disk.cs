using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Stein.Experiments.Files;

/// <summary>
/// Everything the runner changes on disk goes through here, so that tests can let a disk fill up or a process die at any change.
/// </summary>
internal class Disk
{
    public virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Writes a file whole or not at all, and to the disk itself.</summary>
    public virtual void Write(string path, Action<Stream> write) => AtomicFile.Write(path, write);

    public void Write(string path, ReadOnlyMemory<byte> bytes) => Write(path, stream => stream.Write(bytes.Span));

    public void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    /// <summary>Writes at the end of an open file, and hands it to the operating system.</summary>
    public virtual void Append(FileStream stream, ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        stream.Flush();
    }

    /// <summary>Creates a file that is not there yet.</summary>
    /// <returns>An open handle; null if there is such a file.</returns>
    public virtual SafeFileHandle? CreateNew(string path, ReadOnlySpan<byte> bytes)
    {
        SafeFileHandle handle;
        try
        {
            // No lock of any kind: others read the file, and delete it, while it is open.
            handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }

        try
        {
            RandomAccess.Write(handle, bytes, 0);
            RandomAccess.FlushToDisk(handle);
            return handle;
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Gives a file the time of the file system's own clock, by writing what is in it again.</summary>
    public virtual void Touch(SafeFileHandle handle, ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(handle, bytes, 0);
        RandomAccess.FlushToDisk(handle);
    }

    /// <summary>Renames a file over another, if there is one.</summary>
    public virtual void Move(string source, string target) => File.Move(source, target, overwrite: true);

    /// <summary>Renames a folder.</summary>
    public virtual void MoveFolder(string source, string target) => Directory.Move(source, target);

    /// <summary>Deletes a file; one that is not there is deleted already.</summary>
    public virtual void Delete(string path) => File.Delete(path);

    /// <summary>Deletes a folder with all that is in it; one that is not there is deleted already.</summary>
    public virtual void DeleteFolder(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }
}
