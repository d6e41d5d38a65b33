using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Stein.Experiments.Runs.Claiming;

/// <summary>A claim as it is found in the folder of a run.</summary>
/// <param name="Number">Its number; the highest of a folder is the one that counts.</param>
internal sealed record ClaimFile(string Path, int Number)
{
    /// <summary>The highest claim of a folder; null if there is none.</summary>
    public static ClaimFile? Highest(string folder) => In(folder).MaxBy(claim => claim.Number);

    /// <summary>All claims of a folder, in no order.</summary>
    public static IReadOnlyList<ClaimFile> In(string folder)
    {
        try
        {
            return
            [
                .. from path in Directory.GetFiles(folder, $"{RunFiles.ClaimStart}*{RunFiles.ClaimEnd}")
                   let digits = System.IO.Path.GetFileName(path)[RunFiles.ClaimStart.Length..^RunFiles.ClaimEnd.Length]
                   where int.TryParse(digits, NumberStyles.None, null, out _)
                   select new ClaimFile(path, int.Parse(digits)),
            ];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    public static string PathOf(string folder, int number)
        => System.IO.Path.Combine(folder, $"{RunFiles.ClaimStart}{number}{RunFiles.ClaimEnd}");

    /// <summary>The process that works on the run of a folder, in words; null if there is none, or it is or seems to be dead.</summary>
    public static string? LiveOwner(string folder, ClaimTiming timing, ProcessTable processes)
    {
        if (Highest(folder)?.Read() is not { } found)
            return null;
        string owner = found.Owner?.ToString() ?? "a process that is just beginning";
        return found.Seems(timing, processes) switch
        {
            ClaimStatus.Dead or ClaimStatus.Silent => null,
            ClaimStatus.Future => $"{owner}, whose claim is from the future",
            _ => owner,
        };
    }

    /// <summary>What the claim says; null if it is gone.</summary>
    public ClaimContent? Read()
    {
        try
        {
            // Through an open file: a network file system then asks its server instead of what it remembers.
            using SafeFileHandle handle = File.OpenHandle(
                Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[RandomAccess.GetLength(handle)];
            int length = RandomAccess.Read(handle, bytes, 0);
            return new(Encoding.UTF8.GetString(bytes.AsSpan(0, length)), File.GetLastWriteTimeUtc(handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Windows denies access to a file that is deleted while another process has it open.
            return null;
        }
    }
}

/// <summary>What a claim says. Two that differ are signs of life.</summary>
/// <param name="Time">When it was last written, by the clock of the file system.</param>
internal sealed record ClaimContent(string Text, DateTime Time)
{
    /// <summary>Null if it is incomplete: its owner is just writing it, or died while writing it.</summary>
    public ClaimOwner? Owner => ClaimOwner.Parse(Text);

    /// <summary>Whether its owner was a process of this machine, and is gone.</summary>
    public bool IsOfDead(ProcessTable processes) => Owner is { } owner && processes.IsRunning(owner) == false;

    /// <summary>How the claim looks at first sight, for people.</summary>
    /// <remarks>By this machine's clock, which need not be that of the file system. Nothing is taken over because of it.</remarks>
    public ClaimStatus Seems(ClaimTiming timing, ProcessTable processes)
    {
        if (IsOfDead(processes))
            return ClaimStatus.Dead;
        TimeSpan age = DateTime.UtcNow - Time;
        return age > timing.Patience ? ClaimStatus.Silent : age < -timing.Patience ? ClaimStatus.Future : ClaimStatus.Live;
    }
}

/// <summary>How a claim looks at first sight.</summary>
internal enum ClaimStatus
{
    Live,

    /// <summary>Its process was one of this machine, and is gone.</summary>
    Dead,

    /// <summary>Its time is long past.</summary>
    Silent,

    /// <summary>Its time is yet to come: a clock was, or is, wrong.</summary>
    Future,
}
