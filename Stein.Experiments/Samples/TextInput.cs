using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Unicode;

namespace Stein.Experiments.Samples;

/// <summary>
/// Reads a text from a file or a pipe, as its first bytes say: UTF-8, UTF-16 or UTF-32 with a byte order mark, or gzip of one of them.
/// </summary>
internal static class TextInput
{
    private static readonly SearchValues<byte> Controls =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Append(0x7F).Except(['\t', '\n', '\r']).Select(code => (byte)code)]);

    /// <summary>Smaller files are read whole.</summary>
    private const int PlainLength = 1 << 20;

    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(' ', 0x7F - ' ').Concat(['\t', '\n', '\r']).Select(code => (byte)code)]);

    private static readonly SearchValues<byte> PlainWithoutComments =
        SearchValues.Create([.. Enumerable.Range(' ', 0x7F - ' ').Concat(['\t', '\n', '\r']).Except(['#']).Select(code => (byte)code)]);

    private static readonly byte[] Mark = [0xEF, 0xBB, 0xBF];

    /// <summary>The longer marks come first: that of UTF-32 begins with that of UTF-16.</summary>
    private static readonly Encoding[] Marked =
    [
        new UTF32Encoding(bigEndian: false, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UTF32Encoding(bigEndian: true, byteOrderMark: true, throwOnInvalidCharacters: true),
        new UnicodeEncoding(bigEndian: false, byteOrderMark: true, throwOnInvalidBytes: true),
        new UnicodeEncoding(bigEndian: true, byteOrderMark: true, throwOnInvalidBytes: true),
    ];

    /// <summary>
    /// Is put behind a compressed text: where it does not come out at the end, the text was cut, which the decompressor does not report, or
    /// something else follows it.
    /// </summary>
    private static readonly byte[] Seal = "\n# the end of a compressed text\n"u8.ToArray();

    /// <summary>
    /// The beginning of a large file of plain ASCII, with comments at most there, which can be read row by row; null for others, which are
    /// read whole.
    /// </summary>
    /// <param name="stream">Stays where it is.</param>
    /// <param name="lines">The number of line feeds.</param>
    public static byte[]? PlainStart(Stream stream, out int lines)
    {
        lines = 0;
        if (!stream.CanSeek || stream.Length - stream.Position < PlainLength)
            return null;
        long position = stream.Position;
        byte[] buffer = new byte[PlainLength / 8];
        byte[]? start = null;
        bool isPlain = true;
        while (isPlain && stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and int length)
        {
            ReadOnlySpan<byte> bytes = buffer.AsSpan(0, length);
            isPlain = !bytes.ContainsAnyExcept(start is null ? Plain : PlainWithoutComments);
            start ??= bytes.ToArray();
            lines += bytes.Count((byte)'\n');
        }

        stream.Position = position;
        return isPlain && !start.AsSpan().StartsWith(DelimitedRows.SeparatorLine) && FileSignature.Find(start) is null ? start : null;
    }

    /// <inheritdoc cref="Read(Stream, string, out NumPyTable)"/>
    public static byte[] Read(Stream stream, string source)
    {
        byte[] text = Read(stream, source, out NumPyTable? table);
        return table is null ? text : throw new InvalidDataException($"{source}: it is a file of NumPy, not text. Give a text.");
    }

    /// <summary>The whole text, in UTF-8 without a mark and without control characters except tabs and line breaks.</summary>
    /// <param name="stream">Read to its end, and left open.</param>
    /// <param name="source">Its name in messages.</param>
    /// <param name="table">What a file of NumPy has, which is no text; null for a text.</param>
    /// <exception cref="InvalidDataException">It is not text; the message says what it is instead, or which line is at fault.</exception>
    public static byte[] Read(Stream stream, string source, out NumPyTable? table)
    {
        byte[] start = new byte[FileSignature.Length];
        int length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        // A large file that is something else is not read to its end, and an array is not held twice.
        bool isNumPy = IsNumPy(start);
        if (isNumPy && stream.CanSeek)
        {
            stream.Position -= length;
            table = NumPyFile.Read(stream, source);
            return [];
        }

        if (!isNumPy)
            RequireText(start.AsSpan(0, length), source);
        byte[] bytes = ReadAll(start.AsSpan(0, length), stream, source);
        if (IsGzip(bytes))
        {
            bytes = Unpack(bytes, source);
            if (IsGzip(bytes))
                throw new InvalidDataException($"{source}: it is compressed by gzip twice. Unpack it once: gzip -dc FILE > x.csv.gz");
            isNumPy = IsNumPy(bytes);
            if (!isNumPy)
                RequireText(bytes, source);
        }

        table = isNumPy ? NumPyFile.Read(new MemoryStream(bytes), source) : null;
        return isNumPy ? [] : Check(Decode(bytes, source), source);
    }

    private static bool IsNumPy(ReadOnlySpan<byte> bytes) => NumPyFile.IsArray(bytes) || NumPyFile.IsArchive(bytes);

    /// <summary>The bytes that were read already, and those that follow.</summary>
    private static byte[] ReadAll(ReadOnlySpan<byte> start, Stream stream, string source)
    {
        // With the length known, the bytes are not held twice.
        long length = stream.CanSeek ? stream.Length - stream.Position + start.Length : 0;
        using var all = new MemoryStream((int)Math.Min(length, Array.MaxLength));
        all.Write(start);
        Copy(stream, all, source);
        return all.Length == all.Capacity ? all.GetBuffer() : all.ToArray();
    }

    /// <summary>The line of a byte, from 1.</summary>
    public static int LineOf(ReadOnlySpan<byte> text, int position)
    {
        int line = 1;
        for (int i = 0; i < position; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                line++;
        }

        return line;
    }

    private static bool IsGzip(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B]);

    private static void RequireText(ReadOnlySpan<byte> start, string source)
    {
        if (FileSignature.Find(start) is { } signature)
            throw new InvalidDataException($"{source}: it is {signature.Kind}, not text. {signature.Cure}");
    }

    private static void Copy(Stream stream, MemoryStream all, string source)
    {
        try
        {
            stream.CopyTo(all);
        }
        catch (Exception exception) when (exception is OutOfMemoryException || (exception is IOException && all.Length > int.MaxValue / 2))
        {
            throw new InvalidDataException($"{source}: it is longer than the 2 GB that can be read. Give fewer samples.", exception);
        }
    }

    private static byte[] Unpack(byte[] packed, string source)
    {
        using var sealedText = new MemoryStream();
        sealedText.Write(packed);
        using (var seal = new GZipStream(sealedText, CompressionLevel.Fastest, leaveOpen: true))
            seal.Write(Seal);
        sealedText.Position = 0;
        using var unpacking = new GZipStream(sealedText, CompressionMode.Decompress);
        using var all = new MemoryStream();
        try
        {
            Copy(unpacking, all, source);
        }
        catch (InvalidDataException exception) when (exception.InnerException is null)
        {
            throw Broken(exception);
        }

        byte[] text = all.ToArray();
        return text.AsSpan().EndsWith(Seal) ? text[..^Seal.Length] : throw Broken(null);

        InvalidDataException Broken(Exception? cause) => new(
            $"{source}: it is compressed by gzip, and damaged or incomplete, or something follows it (gzip -t FILE says more). "
            + "Download or write it again.",
            cause);
    }

    private static byte[] Decode(byte[] bytes, string source)
    {
        if (bytes.AsSpan().StartsWith(Mark))
            return bytes[Mark.Length..];
        if (Array.Find(Marked, encoding => bytes.AsSpan().StartsWith(encoding.Preamble)) is not { } found)
            return bytes;
        try
        {
            int mark = found.Preamble.Length;
            return Encoding.UTF8.GetBytes(found.GetString(bytes, mark, bytes.Length - mark));
        }
        catch (DecoderFallbackException exception)
        {
            throw new InvalidDataException(
                $"{source}: it begins like {found.WebName.ToUpperInvariant()} text, but has bytes that are not. Save it as UTF-8.",
                exception);
        }
    }

    private static byte[] Check(byte[] text, string source)
    {
        int control = text.AsSpan().IndexOfAny(Controls);
        if (control >= 0)
            throw new InvalidDataException($"{source}, line {LineOf(text, control)}: {Describe(text.AsSpan(control))}");
        if (!Utf8.IsValid(text))
        {
            int bad = 0;
            while (Rune.DecodeFromUtf8(text.AsSpan(bad), out _, out int length) == OperationStatus.Done)
                bad += length;
            throw new InvalidDataException(
                $"{source}, line {LineOf(text, bad)}: it is not UTF-8, for it has the byte 0x{text[bad]:X2}, in "
                + $"{CellText.Show(LineAround(text, bad))}. Save it as UTF-8; if it is Latin-1: iconv -f ISO-8859-1 -t UTF-8 FILE");
        }

        int mark = text.AsSpan().IndexOf(Mark);
        return mark < 0 ? text : throw new InvalidDataException(
            $"{source}, line {LineOf(text, mark)}: it has a byte order mark (\\ufeff), which belongs at the start of a file: were two "
            + "files put together? Remove the mark, and a second header.");
    }

    private static string Describe(ReadOnlySpan<byte> rest) => rest[0] switch
    {
        0 when !rest.ContainsAnyExcept((ReadOnlySpan<byte>)[0, (byte)'\n', (byte)'\r']) =>
            $"from here on there are only {rest.Count((byte)0)} NUL bytes (\\x00), as after a crash or on a full disk, so that samples may "
            + "be missing. Write the file again, or remove them: tr -d '\\000'",
        0 => "it has a NUL byte (\\x00): the file is damaged or is not text. Write it again.",
        0x1A when !rest.ContainsAnyExcept((ReadOnlySpan<byte>)[0x1A, 0, (byte)'\n', (byte)'\r']) =>
            "it has Ctrl-Z (\\x1A), which ends files of old DOS programs. Remove it: tr -d '\\032'",
        _ => $"it has the control character \\x{rest[0]:X2}, so that it is damaged or is not text. Remove it.",
    };

    private static ReadOnlySpan<byte> LineAround(ReadOnlySpan<byte> text, int position)
    {
        int start = text[..position].LastIndexOfAny((byte)'\n', (byte)'\r') + 1;
        int length = text[position..].IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> line = length < 0 ? text[start..] : text[start..(position + length)];
        return position - start > 30 ? line[(position - start - 10)..] : line;
    }
}
