using System.Security.Cryptography;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Files;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>Samples in the plane from a CSV of two columns, with or without a line of names, and the checksum of what was read.</summary>
/// <param name="Path">As it was given.</param>
/// <param name="Points">N×2, row-major, finite.</param>
/// <param name="Sha256">Of the bytes of the file, in lower-case hexadecimal digits.</param>
internal sealed record SampleFile(string Path, double[] Points, string Sha256)
{
    /// <summary>N.</summary>
    public int Count => Points.Length / PlanarDensity.Dimension;

    /// <summary>Reads it once: the checksum is that of the samples.</summary>
    /// <exception cref="InvalidConfigException">It cannot be read, or is not such a file; the message says which line.</exception>
    public static SampleFile Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidConfigException(
                $"\"file\": {path} cannot be read: {exception.Message} Give the path of a CSV of two columns.", exception);
        }

        return new(path, Parse(path, bytes), Convert.ToHexStringLower(SHA256.HashData(bytes)));
    }

    /// <summary>Checks that there are enough samples, and not more than a Gram matrix can be made of.</summary>
    /// <param name="wanted">N; null for all.</param>
    /// <exception cref="InvalidConfigException">There are not.</exception>
    public void RequireCount(int? wanted)
    {
        int least = wanted ?? HeldOutSplit.MinSamples;
        if (Count < least)
            throw InvalidConfigException.Value("file", Path, $"a CSV of at least {least} samples; it has {Count}");
        if (wanted is null && Count > DaeDescentSettings.MaxSamples)
        {
            throw InvalidConfigException.Value(
                "file",
                Path,
                $"a CSV of at most {DaeDescentSettings.MaxSamples} samples; it has {Count}. Give \"samples\" to draw so many of them");
        }
    }

    private static double[] Parse(string path, byte[] bytes)
    {
        try
        {
            using var stream = new MemoryStream(bytes);
            NumericCsv table = NumericCsv.Read(stream, path);
            return table.Columns == PlanarDensity.Dimension
                ? table.Values
                : throw new InvalidDataException(
                    $"{path}: it has {table.Columns} columns; it must have {PlanarDensity.Dimension}, the coordinates of points in the "
                    + "plane.");
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidConfigException($"\"file\": {exception.Message}", exception);
        }
    }
}
