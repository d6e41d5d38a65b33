using System.Security.Cryptography;

namespace Stein.Experiments.Files;

/// <summary>Reads files that another process may replace or delete at any time.</summary>
internal static class SharedFile
{
    /// <summary>The whole content; null if there is no such file.</summary>
    public static byte[]? Read(string path)
    {
        using FileStream? stream = Open(path);
        if (stream is null)
            return null;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The SHA-256 of the content, in hexadecimal digits; null if there is no such file.</summary>
    public static string? Checksum(string path)
    {
        using FileStream? stream = Open(path);
        return stream is null ? null : Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static FileStream? Open(string path)
    {
        // A plan asks for four files of every run, most of which have no folder yet, and a look is quicker than an exception.
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            return null;
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}
