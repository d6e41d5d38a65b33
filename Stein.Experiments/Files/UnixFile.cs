using System.Runtime.InteropServices;

namespace Stein.Experiments.Files;

/// <summary>What Unix knows of a file and .NET does not tell.</summary>
/// <param name="IsRegular">False for a folder, a pipe, a socket and a device.</param>
/// <param name="Mode">Who may do what with it.</param>
internal sealed partial record UnixFile(bool IsRegular, UnixFileMode Mode, uint User, uint Group)
{
    private const int KindMask = 0xF000;
    private const int RegularKind = 0x8000;
    private const int ModeMask = 0xFFF;

    /// <summary>Leaves the user as it is.</summary>
    private const uint Unchanged = uint.MaxValue;

    /// <summary>The file that a path leads to; null if there is none.</summary>
    public static UnixFile? Find(string path)
    {
        // Flags, mode, user and group come first; there is room for all that follows.
        Span<uint> status = stackalloc uint[64];
        if (Stat(path, ref status[0]) != 0)
            return null;
        int mode = (int)status[1];
        return new((mode & KindMask) == RegularKind, (UnixFileMode)(mode & ModeMask), status[2], status[3]);
    }

    /// <summary>Gives another file the owner, if that is permitted, and the mode of this one.</summary>
    /// <remarks>Only root may give a file to another user, but a member of a group may give it to the group.</remarks>
    /// <exception cref="IOException">The mode cannot be set.</exception>
    public void ApplyTo(string path)
    {
        if (ChangeOwner(path, User, Group) != 0)
            _ = ChangeOwner(path, Unchanged, Group);
        // Last: a change of the owner takes away some bits of the mode.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Mode);
    }

    /// <summary>The runtime's own function: its layout is the same on every Unix and processor, unlike that of the C library.</summary>
    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Stat(string path, ref uint status);

    [LibraryImport("libc", EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
