using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;

namespace Stein.Experiments.Samples;

/// <summary>Numbers with named columns, as NumPy writes them.</summary>
/// <param name="Names">The names of the columns; null where there is one array only, whose columns have none.</param>
/// <param name="Rows">N, at least 1.</param>
/// <param name="Columns">C, at least 1.</param>
/// <param name="Values">N×C, row-major; not all of them need be finite.</param>
internal sealed record NumPyTable(IReadOnlyList<string>? Names, int Rows, int Columns, double[] Values);

/// <summary>
/// Reads arrays of NumPy (<c>.npy</c>, versions 1 to 3) and archives of them (<c>.npz</c>): numbers of either byte order and of either
/// memory order, with one dimension (a column) or two (samples × columns). The length of a file must be exactly that of its array.
/// </summary>
internal static partial class NumPyFile
{
    private const string ArrayKind = "it is a NumPy array (.npy)";
    private const string ArchiveKind = "it is an archive of NumPy arrays (.npz)";
    private const string Again = "Write it again: np.save('x.npy', x)";

    /// <summary>NumPy's own limit.</summary>
    private const int MaxHeader = 10_000;

    private const int BufferSize = 1 << 16;

    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8];

    /// <summary>Whether a file begins like an array.</summary>
    public static bool IsArray(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Magic);

    /// <summary>Whether a file begins like an archive of arrays.</summary>
    public static bool IsArchive(ReadOnlySpan<byte> bytes)
        => bytes.StartsWith("PK\x03\x04"u8) && bytes[..Math.Min(bytes.Length, FileSignature.Length)].IndexOf(".npy"u8) >= 0;

    /// <summary>Reads an array, or an archive, in which the columns of an array <c>x</c> are named <c>x[1]</c>, <c>x[2]</c>, ….</summary>
    /// <param name="file">From its first byte, and with a length.</param>
    /// <param name="source">Its name in messages.</param>
    /// <exception cref="InvalidDataException">It is damaged, or not numbers in one or two dimensions.</exception>
    public static NumPyTable Read(Stream file, string source)
    {
        byte[] start = new byte[Magic.Length];
        int length = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position -= length;
        return IsArray(start) ? ReadArray(file, file.Length - file.Position, source) : ReadArchive(file, source);
    }

    private static NumPyTable ReadArchive(Stream file, string source)
    {
        var arrays = new List<(string Name, NumPyTable Table)>();
        try
        {
            using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            foreach (ZipArchiveEntry entry in archive.Entries)
            {
                string name = entry.FullName;
                if (!name.EndsWith(".npy", StringComparison.Ordinal) || name.Length == 4)
                    throw Bad($"has {CellText.Show(name)}, which is not an array");
                name = name[..^4];
                if (arrays.Exists(array => array.Name == name))
                    throw Bad($"has two arrays named {CellText.Show(name)}");
                if (!IsWhole(entry))
                    throw Bad($"is damaged: the checksum of {CellText.Show(name)} is wrong");
                using Stream array = entry.Open();
                arrays.Add((name, ReadArray(array, entry.Length, $"{source}, array {CellText.Show(name)}")));
            }
        }
        catch (Exception exception) when (
            exception is IOException or InvalidDataException or NotSupportedException or ArgumentException or OutOfMemoryException
            && !exception.Message.StartsWith(source, StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"{source}: {ArchiveKind}, and damaged or incomplete. Write it again: np.savez('x.npz', samples=x)", exception);
        }

        if (arrays.Count == 0)
            throw Bad("has no array");
        if (arrays.Count == 1)
            return arrays[0].Table;
        int rows = arrays[0].Table.Rows;
        if (arrays.FirstOrDefault(array => array.Table.Rows != rows) is { Name: { } other } odd)
        {
            throw Bad(
                $"has arrays of different length: {CellText.Show(arrays[0].Name)} has {rows} rows, {CellText.Show(other)} has "
                + $"{odd.Table.Rows}");
        }

        string[] names =
        [
            .. arrays.SelectMany(array => array.Table.Columns == 1
                ? [array.Name]
                : Enumerable.Range(1, array.Table.Columns).Select(column => $"{array.Name}[{column}]")),
        ];
        if (names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw Bad($"has two columns named {CellText.Show(twice.Key)}");
        double[] values = new double[checked(rows * names.Length)];
        int offset = 0;
        foreach ((_, NumPyTable table) in arrays)
        {
            for (int row = 0; row < rows; row++)
                table.Values.AsSpan(row * table.Columns, table.Columns).CopyTo(values.AsSpan((row * names.Length) + offset));
            offset += table.Columns;
        }

        return new(names, rows, names.Length, values);

        InvalidDataException Bad(string what) => new(
            $"{source}: {ArchiveKind}, and {what}. Write one with arrays of as many rows: np.savez('x.npz', samples=x, scores=s)");
    }

    /// <summary>Whether the array is as it was written, which the platform's reader of archives does not check.</summary>
    private static bool IsWhole(ZipArchiveEntry entry)
    {
        var sum = new Crc32();
        using Stream array = entry.Open();
        sum.Append(array);
        return sum.GetCurrentHashAsUInt32() == entry.Crc32;
    }

    private static NumPyTable ReadArray(Stream stream, long length, string source)
    {
        byte[] start = new byte[12];
        int got = stream.ReadAtLeast(start.AsSpan(0, 10), 10, throwOnEndOfStream: false);
        int version = start[6];
        if (got < 10 || !IsArray(start) || version is < 1 or > 3 || start[7] != 0)
            throw Bad("damaged or incomplete, for its first bytes are not those of version 1, 2 or 3", Again);
        if (version > 1)
            got += stream.ReadAtLeast(start.AsSpan(10), 2, throwOnEndOfStream: false);
        uint headerLength = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(start.AsSpan(8)) : BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        if (headerLength > length - got)
            throw Bad("incomplete, for it ends within its header", Again);
        if (headerLength > MaxHeader)
            throw Bad($"its header has {headerLength} bytes, more than that of plain numbers", "Convert it: x.astype(float)");
        byte[] headerBytes = new byte[headerLength];
        stream.ReadExactly(headerBytes);
        string header = Encoding.Latin1.GetString(headerBytes);
        if (Header().Match(header) is not { Success: true } match)
            throw Bad($"its header {CellText.Show(header)} is not that of plain numbers", "Convert it: x.astype(float)");
        string type = match.Groups["type"].Value;
        bool isBig = match.Groups["order"].Value == ">";
        int size = type[1] - '0';
        if (type is "f1" || (match.Groups["order"].Value == "|" && size > 1))
            throw Bad($"its numbers are of an unknown kind ({type})", "Convert them: x.astype(float)");
        string[] lengths = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (lengths.Length is 0 or > 2)
        {
            throw Bad(
                $"it has {lengths.Length} dimensions",
                "It must have one or two: samples × coordinates. Write one file per chain, with x.reshape(-1, d)");
        }

        long bytes = length - got - headerLength;
        int[] shape = new int[2] { 0, 1 };
        for (int i = 0; i < lengths.Length; i++)
        {
            if (!int.TryParse(lengths[i], NumberStyles.None, CultureInfo.InvariantCulture, out shape[i]))
                throw Bad($"its shape ({match.Groups["shape"].Value}) is too large", "Give fewer samples.");
        }

        (int rows, int columns) = (shape[0], shape[1]);
        if (rows == 0 || columns == 0)
            throw Bad("it has no numbers", "Give at least one sample.");
        if ((Int128)rows * columns * size != bytes)
            throw Bad($"it has {bytes} bytes of numbers; its shape, {rows}×{columns}, needs {(Int128)rows * columns * size}", Again);
        double[] values = new double[checked(rows * columns)];
        bool isFortran = match.Groups["fortran"].Value == "True";
        byte[] buffer = new byte[BufferSize];
        for (int first = 0; first < values.Length; first += BufferSize / size)
        {
            Span<byte> data = buffer.AsSpan(0, Math.Min(BufferSize, (values.Length - first) * size));
            stream.ReadExactly(data);
            for (int i = 0; i < data.Length / size; i++)
            {
                int to = isFortran ? ((first + i) % rows * columns) + ((first + i) / rows) : first + i;
                values[to] = Number(data.Slice(i * size, size), type, isBig)
                    ?? throw Bad($"row {(to / columns) + 1}, column {(to % columns) + 1} is beyond 2⁵³", "Convert it: x.astype(float)");
            }
        }

        return new(null, rows, columns, values);

        InvalidDataException Bad(string what, string cure) => new($"{source}: {ArrayKind}, and {what}. {cure}");
    }

    /// <summary>Null for a whole number that double precision cannot be sure to hold.</summary>
    private static double? Number(ReadOnlySpan<byte> bytes, string type, bool isBig)
    {
        ulong bits = 0;
        for (int i = 0; i < bytes.Length; i++)
            bits |= (ulong)bytes[isBig ? bytes.Length - 1 - i : i] << (8 * i);
        int unused = 64 - (8 * bytes.Length);
        switch (type)
        {
            case "f2":
                return (double)BitConverter.UInt16BitsToHalf((ushort)bits);
            case "f4":
                return BitConverter.UInt32BitsToSingle((uint)bits);
            case "f8":
                return BitConverter.UInt64BitsToDouble(bits);
            case ['u', _]:
                return bits <= 1UL << 53 ? bits : null;
            default:
                long whole = (long)(bits << unused) >> unused;
                return whole is >= -(1L << 53) and <= 1L << 53 ? whole : null;
        }
    }

    [GeneratedRegex(
        @"^\{\s*'descr':\s*'(?<order>[<>|])(?<type>[fiu][1248])',\s*'fortran_order':\s*(?<fortran>True|False),"
        + @"\s*'shape':\s*\((?<shape>[0-9]+,|[0-9]+(,\s*[0-9]+)*,?|)\)\s*,?\s*\}\s*$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Header();
}
