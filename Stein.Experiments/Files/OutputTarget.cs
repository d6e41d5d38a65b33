using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Stein.Experiments.Files;

/// <summary>Where a path leads: what is written when something is written to it.</summary>
/// <param name="Path">The full path without links, of a file that need not be there.</param>
/// <param name="IsReplaceable">
/// Whether it is a regular file, or none yet. A pipe, a socket, a device, and an open descriptor of this process (<c>/dev/fd/3</c>, as the
/// shell makes of <c>&gt;(…)</c>) are not: they can only be written to.
/// </param>
internal sealed record OutputTarget(string Path, bool IsReplaceable)
{
    private const int MaxLinks = 40;

    /// <summary>The folder of the descriptors of this process; null where the system has none.</summary>
    private static readonly string? Descriptors = Link("/proc/self") is { } process ? $"/proc/{process}/fd" : null;

    /// <summary>Follows all links in a path, also in its folders, as the system does.</summary>
    /// <exception cref="IOException">The links lead in a circle.</exception>
    public static OutputTarget Of(string path)
    {
        string resolved = System.IO.Path.GetPathRoot(System.IO.Path.GetFullPath(path))!;
        var left = new Stack<string>();
        // Not the full path: it would take ".." for the folder above a link instead of that above its target.
        Push(System.IO.Path.Combine(Environment.CurrentDirectory, path));
        int links = 0;
        while (left.TryPop(out string? part))
        {
            if (part == "..")
            {
                resolved = System.IO.Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            string next = System.IO.Path.Combine(resolved, part);
            if (resolved == Descriptors || Link(next) is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
                throw new IOException($"{path}: its symbolic links lead in a circle.");
            if (System.IO.Path.IsPathRooted(target))
                resolved = System.IO.Path.GetPathRoot(target)!;
            Push(target);
        }

        bool isDescriptor = System.IO.Path.GetDirectoryName(resolved) == Descriptors && Descriptors is not null;
        // Asked of the path as given: that of a pipe or of another process's descriptor cannot be told by its links.
        return OperatingSystem.IsWindows() || (!isDescriptor && UnixFile.Find(path) is null or { IsRegular: true })
            ? new(resolved, IsReplaceable: true)
            : new(isDescriptor ? resolved : path, IsReplaceable: false);

        void Push(string parts)
        {
            string[] names = parts[System.IO.Path.GetPathRoot(parts)!.Length..].Split(
                [System.IO.Path.DirectorySeparatorChar, System.IO.Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);
            foreach (string name in names.Where(name => name != ".").Reverse())
                left.Push(name);
        }
    }

    /// <summary>Opens what is not replaceable. Waits for a reader where it is a named pipe.</summary>
    /// <exception cref="IOException">It cannot be written to, as a descriptor that is not open, or a socket.</exception>
    public Stream Open()
    {
        if (System.IO.Path.GetDirectoryName(Path) != Descriptors)
            return new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        if (!int.TryParse(System.IO.Path.GetFileName(Path), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || UnixFile.Find(Path) is null)
        {
            throw new FileNotFoundException($"{Path}: there is no such open file.");
        }

        // The descriptor itself: opened anew, a regular file would be written from its beginning.
        return number switch
        {
            1 => Console.OpenStandardOutput(),
            2 => Console.OpenStandardError(),
            _ => new FileStream(new SafeFileHandle(number, ownsHandle: false), FileAccess.Write),
        };
    }

    /// <summary>The target of a link; null where it is not one.</summary>
    private static string? Link(string path) => new FileInfo(path).LinkTarget;
}
