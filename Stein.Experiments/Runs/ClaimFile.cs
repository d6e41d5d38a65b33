using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Stein.Experiments.Runs;

/// <summary>A claim as it is found in the folder of a run.</summary>
/// <param name="Number">Its number; the highest of a folder is the one that counts.</param>
internal sealed record ClaimFile(string Path, int Number)
{
    /// <summary>The highest claim of a folder; null if there is none.</summary>
    public static ClaimFile? Highest(string folder) => In(folder).MaxBy(claim => claim.Number);

    /// <summary>All claims of a folder, in no order.</summary>
    public static IReadOnlyList<ClaimFile> In(string folder)
    {
        string[] paths;
        try
        {
            paths = Directory.GetFiles(folder, $"{RunFiles.ClaimStart}*{RunFiles.ClaimEnd}");
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }

        var claims = new List<ClaimFile>();
        foreach (string path in paths)
        {
            string name = System.IO.Path.GetFileName(path);
            if (int.TryParse(
                name.AsSpan()[RunFiles.ClaimStart.Length..^RunFiles.ClaimEnd.Length],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out int number))
            {
                claims.Add(new ClaimFile(path, number));
            }
        }

        return claims;
    }

    public static string PathOf(string folder, int number)
        => System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{RunFiles.ClaimStart}{number}{RunFiles.ClaimEnd}"));

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
            // Windows denies access to a file that is deleted while somebody has it open.
            return null;
        }
    }
}
