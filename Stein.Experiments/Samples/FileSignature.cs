using System.Text;

namespace Stein.Experiments.Samples;

/// <summary>A kind of file that is not text, known by its first bytes.</summary>
/// <param name="Kind">What it is, as in "a zip archive".</param>
/// <param name="Cure">What to do instead.</param>
internal sealed record FileSignature(string Kind, string Cure)
{
    /// <summary>The number of bytes that <see cref="Find"/> looks at.</summary>
    public const int Length = 512;

    private const string Export = "Write its numbers as CSV with the program that made it.";
    private const string Unpack = "Unpack it first, or pack it with gzip, which is read.";

    private static readonly (byte[] Start, FileSignature Signature)[] Known =
    [
        (Bytes("PK\x03\x04"), new("a zip archive", "Unpack it, and give the CSV file in it.")),
        (Bytes("PK\x05\x06"), new("an empty zip archive", "Give a CSV file.")),
        (Bytes("\xFD" + "7zXZ\0"), new("compressed by xz", Unpack)),
        .. Enumerable.Range(1, 9).Select(level => (Bytes($"BZh{level}1AY&SY"), new FileSignature("compressed by bzip2", Unpack))),
        (Bytes("\x28\xB5\x2F\xFD"), new("compressed by zstd", Unpack)),
        (Bytes("\x04\x22\x4D\x18"), new("compressed by lz4", Unpack)),
        (Bytes("7z\xBC\xAF\x27\x1C"), new("a 7z archive", "Unpack it, and give the CSV file in it.")),
        (Bytes("PAR1\x15"), new("a Parquet file", "Write it as text: pd.read_parquet('x.parquet').to_csv('x.csv', index=False)")),
        (Bytes("ARROW1\0\0"), new("an Arrow (Feather) file", "Write it as text: pd.read_feather('x').to_csv('x.csv', index=False)")),
        (Bytes("\x89HDF\r\n\x1A\n"), new("an HDF5 file", "Write a data set of it as text with h5dump or h5py.")),
        (Bytes("CDF\x01"), new("a NetCDF file", Export)),
        (Bytes("CDF\x02"), new("a NetCDF file", Export)),
        (Bytes("CDF\x05"), new("a NetCDF file", Export)),
        (Bytes("MATLAB 5.0 MAT-file"), new("a MATLAB file", "Write its numbers as text: writematrix(x, 'x.csv')")),
        (Bytes("SIMPLE  ="), new("a FITS file", Export)),
        (Bytes("RDX2\nX\n"), new("R data", "Write it as text: write.csv(x, 'x.csv', row.names = FALSE)")),
        (Bytes("RDX3\nX\n"), new("R data", "Write it as text: write.csv(x, 'x.csv', row.names = FALSE)")),
        (Bytes("X\n\0\0\0"), new("R data", "Write it as text: write.csv(x, 'x.csv', row.names = FALSE)")),
        (Bytes("SQLite format 3\0"), new("an SQLite database", Export)),
        (Bytes("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), new("an old Excel or Office file", "Save the sheet as CSV UTF-8.")),
        (Bytes("\x89PNG"), new("a PNG picture", "Give a CSV file.")),
        (Bytes("\xFF\xD8\xFF"), new("a JPEG picture", "Give a CSV file.")),
        (Bytes("GIF89a"), new("a GIF picture", "Give a CSV file.")),
        (Bytes("%PDF-"), new("a PDF document", "Give a CSV file.")),
        (Bytes("{\\rtf"), new("a document (RTF)", "Save it as plain text.")),
        (Bytes("\x7F" + "ELF"), new("a program", "Give a CSV file.")),
    ];

    /// <summary>The kind of a file that begins with some bytes; null where they may be text.</summary>
    public static FileSignature? Find(ReadOnlySpan<byte> start)
    {
        start = start[..Math.Min(start.Length, Length)];
        foreach ((byte[] known, FileSignature signature) in Known)
        {
            if (start.StartsWith(known))
                return known[0] == 'P' && known[1] == 'K' ? Archive(start) ?? signature : signature;
        }

        if (start.Length > 2 && start[0] == 0x80 && start[1] is >= 2 and <= 5)
            return new("a Python pickle", "Write its numbers as text: np.savetxt('x.csv', x, delimiter=',')");
        if (start.Length > 262 && start[257..262].SequenceEqual("ustar"u8))
            return new("a tar archive", "Unpack it, and give the CSV file in it.");
        return Markup(start) ?? Encoded(start);
    }

    /// <summary>What else is packed by zip: sheets of Excel and OpenDocument.</summary>
    private static FileSignature? Archive(ReadOnlySpan<byte> start)
    {
        return start.IndexOf("[Content_Types].xml"u8) >= 0 || start.IndexOf("opendocument"u8) >= 0
            ? new("a sheet of Excel or OpenDocument", "Save the sheet as CSV UTF-8.")
            : null;
    }

    private static FileSignature? Markup(ReadOnlySpan<byte> start)
    {
        string text = Encoding.Latin1.GetString(start).TrimStart();
        if (text.StartsWith("<!doctype", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
        {
            return new("a web page (HTML)", "A download may have failed; give a CSV file.");
        }

        return text.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) ? new("an XML document", Export) : null;
    }

    /// <summary>Text in UTF-16 or UTF-32 without a mark: every second byte, or three of four, of ASCII text is zero.</summary>
    private static FileSignature? Encoded(ReadOnlySpan<byte> start)
    {
        foreach ((string name, int width, int used) in (ReadOnlySpan<(string, int, int)>)
            [("UTF-32LE", 4, 0), ("UTF-32BE", 4, 3), ("UTF-16LE", 2, 0), ("UTF-16BE", 2, 1)])
        {
            int whole = start.Length / width * width;
            bool fits = whole > 0;
            for (int i = 0; i < whole && fits; i++)
                fits = start[i] == 0 == (i % width != used);
            if (fits)
                return new($"{name[..6]} text without a byte order mark", $"Convert it to UTF-8: iconv -f {name} -t UTF-8 FILE");
        }

        return null;
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
