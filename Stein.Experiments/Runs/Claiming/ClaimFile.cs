using System.Globalization;
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

    /// <summary>The process that works on the run of a folder, in words; null if there is none, or it is dead.</summary>
    /// <remarks>By this machine's clock, because asking the file system's means writing to it; the answer is for people only.</remarks>
    public static string? LiveOwner(string folder, ClaimTiming timing, ProcessTable processes)
        => Highest(folder)?.Read() is not { } found || IsVoid(found, () => DateTime.UtcNow, timing, processes) ? null
            : found.Owner?.ToString() ?? "a process that is just beginning";

    /// <summary>Whether the owner of a claim is gone, or has given no sign of life for so long that it must be.</summary>
    /// <param name="now">Tells the present time by the clock that gave the claim its time; asked only if that decides.</param>
    /// <param name="timing">How long is too long.</param>
    /// <param name="processes">The processes of this machine.</param>
    public static bool IsVoid(
        (ClaimOwner? Owner, DateTime LastSign) found, Func<DateTime> now, ClaimTiming timing, ProcessTable processes)
        => (found.Owner is { } owner && processes.IsRunning(owner) == false) || now() - found.LastSign > timing.Patience;

    /// <summary>Its owner and the time of its last sign of life; null if it is gone.</summary>
    public (ClaimOwner? Owner, DateTime LastSign)? Read()
    {
        try
        {
            // Through an open file: a network file system then asks its server instead of what it remembers.
            using SafeFileHandle handle = File.OpenHandle(
                Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[RandomAccess.GetLength(handle)];
            int length = RandomAccess.Read(handle, bytes, 0);
            return (ClaimOwner.Parse(bytes.AsSpan(0, length)), File.GetLastWriteTimeUtc(handle));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Windows denies access to a file that is deleted while another process has it open.
            return null;
        }
    }
}
