using System.IO.Compression;
using System.Text;
using Stein.Experiments.Samples;
using Xunit;

namespace Stein.Experiments.Tests.Samples;

/// <summary>What is not a table of numbers is named, and a sample is never taken for a header.</summary>
public sealed class BrokenInputTests
{
    private const string Rows = "1.5,2.5\n-0.5,1\n0.25,-3\n2,0.125\n";

    /// <summary>What numbers become when a program writes them wrongly; and how messages show it.</summary>
    public static TheoryData<string, string> NotNumbers => new()
    {
        { "NA", "NA" }, { "n/a", "n/a" }, { "<NA>", "<NA>" }, { "NULL", "NULL" }, { "(null)", "(null)" }, { "None", "None" },
        { "nan", "nan" }, { "-nan(ind)", "-nan(ind)" }, { "inf", "inf" }, { "-Infinity", "-Infinity" }, { "\\N", "\\\\N" },
        { "\u22121.5", "\\u22121.5" }, { "1.#INF", "1.#INF" }, { "-1.#IND", "-1.#IND" }, { "1.#QNAN", "1.#QNAN" },
        { "0x1.8p0", "0x1.8p0" }, { "0b101", "0b101" }, { "1_000", "1_000" }, { "1e", "1e" }, { "1.5.2", "1.5.2" }, { "1e999", "1e999" },
        { "?", "?" }, { ".", "." }, { "-", "-" }, { "--", "--" }, { "*****", "*****" }, { "", "it is empty" },
        { "True", "True" }, { "FALSE", "FALSE" }, { "\"1,234.5\"", "1,234.5" }, { "1 234", "1 234" }, { "1\u00A0234", "1\\u00a0234" },
        { "12%", "12%" }, { "$1.50", "$1.50" }, { "\u20AC5", "\\u20ac5" }, { "EUR 1.50", "EUR 1.50" }, { "12 cm", "12 cm" },
        { "2024-01-02", "2024-01-02" }, { "12:30", "12:30" }, { "\u221E", "\\u221e" }, { "\uFF11", "\\uff11" }, { "\u0663", "\\u0663" },
        { "\u2163", "\\u2163" }, { "#N/A", "#N/A" }, { "#DIV/0!", "#DIV/0!" }, { "#NAME?", "#NAME?" },
    };

    public static TheoryData<string> Names =>
    [
        "x", "x1", "beta[1]", "theta.2", "Sepal Length (cm)", "Gr\u00F6\u00DFe", "lp__", "\u00B5", "log p", "T_0", "x\u00B2", "_id",
        ".chain", "(Intercept)", "%fat", "-log10(p)", "Na", "T", "F", "value", "name", "\u2202f/\u2202x", "n",
    ];

    /// <summary>The first bytes of files that are not text, and their kind.</summary>
    public static TheoryData<byte[], string> Binaries => new()
    {
        { Latin("PK\x03\x04rest of it"), "a zip archive" },
        { Latin("PK\x03\x04................x.npy"), "an archive of NumPy arrays (.npz)" },
        { Latin("\x93NUMPY\x01\0v\0"), "a NumPy array (.npy)" },
        { Latin("\u00FD7zXZ\0"), "compressed by xz" },
        { Latin("BZh91AY&SY"), "compressed by bzip2" },
        { Latin("\x28\xB5\x2F\xFD..."), "compressed by zstd" },
        { Latin("PAR1\x15\0"), "a Parquet file" },
        { Latin("\x89HDF\r\n\x1A\n"), "an HDF5 file" },
        { Latin("\x89PNG\r\n\x1A\n"), "a PNG picture" },
        { Latin("%PDF-1.4"), "a PDF document" },
        { Latin("<!DOCTYPE html><html>"), "a web page (HTML)" },
        { Encoding.Unicode.GetBytes(Rows), "UTF-16 text without a byte order mark" },
        { Encoding.BigEndianUnicode.GetBytes(Rows), "UTF-16 text without a byte order mark" },
        { Encoding.UTF32.GetBytes(Rows), "UTF-32 text without a byte order mark" },
        { Pack(Pack(Latin(Rows))), "compressed by gzip twice" },
        { Pack(Latin("\x93NUMPY\x01\0v\0")), "a NumPy array (.npy)" },
        { Pack(Latin(Rows))[..^1], "damaged or incomplete" },
        { Pack(Latin(Rows))[..^8], "damaged or incomplete" },
        { Pack(Latin(Rows))[..20], "damaged or incomplete" },
        { [.. Pack(Latin(Rows)), .. Latin(Rows)], "something follows it" },
        { Latin(Rows + "\0\0\0"), "line 5: from here on there are only 3 NUL bytes" },
        { Latin("1,2\n3,\0" + "4\n"), "line 2: it has a NUL byte" },
        { Latin(Rows + "\x1A"), "line 5: it has Ctrl-Z" },
        { Latin("Gr\xF6\xDF" + "e,y\n1,2\n"), "line 1: it is not UTF-8, for it has the byte 0xF6, in 'Gr\\xF6\\xDFe,y'" },
        { Encoding.UTF8.GetBytes(Rows + "\uFEFF" + Rows), "line 5: it has a byte order mark" },
        { Latin("[1.5,2.5]\n[1,2]\n"), "it is JSON" },
        { Latin("{\"x\": 1}\n"), "it is JSON" },
        { Latin("| x | y |\n|---|---|\n| 1 | 2 |\n"), "it is a table for people" },
        { Latin("x,y\n" + Rows + "x,y\n" + Rows), "line 6: it is the header of line 1 again" },
        { Latin("x,x\n" + Rows), "line 1: columns 1 and 2 are all named 'x'" },
        { Latin("# counts\n0,1\n" + Rows), "line 2: '0,1' may be a header without names" },
        { Latin(",0,1\n0,1.5,2.5\n"), "',0,1' may be a header without names" },
        { Latin("\"x\" \"y\"\n\"1\" 1.5 2.5\n"), "write the file without them (in R: row.names = FALSE)" },
    };

    [Theory]
    [MemberData(nameof(NotNumbers))]
    public void A_cell_that_is_not_a_number_is_named_wherever_it_is(string cell, string shown)
    {
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 2; column++)
            {
                string[][] cells = [["1.5", "2.5"], ["-0.5", "1"], ["0.25", "-3"]];
                cells[row][column] = cell;
                string said = Message(Encoding.UTF8.GetBytes(string.Concat(cells.Select(line => string.Join(',', line) + "\n"))));
                Assert.Contains($"line {row + 1}, column {column + 1}: ", said, StringComparison.Ordinal);
                Assert.Contains(shown, said, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(NotNumbers))]
    public void A_first_row_without_a_number_is_not_a_header_for_that(string cell, string shown)
    {
        string said = Message(Encoding.UTF8.GetBytes($"{cell},{cell}\n{Rows}"));
        Assert.Contains("line 1, column 1: ", said, StringComparison.Ordinal);
        Assert.Contains(shown, said, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_of_real_files_are_names(string name)
    {
        Assert.True(ColumnName.IsName(name));
        Assert.Equal([name, "other"], Read(Encoding.UTF8.GetBytes($"{name},other\n{Rows}")).Names);
    }

    [Theory]
    [MemberData(nameof(Binaries))]
    public void What_is_not_a_table_is_named(byte[] bytes, string message)
        => Assert.Contains(message, Message(bytes), StringComparison.Ordinal);

    [Fact]
    public void Lines_are_those_of_the_file()
    {
        Assert.Contains(
            "line 5, column 2 (b): 'x'", Message(Latin("# said \"so\n\"a\n(cm)\",b\r\n\r\n1,x\n")), StringComparison.Ordinal);
        Assert.Contains("line 4, column 1 (a): 'x'", Message(Latin("a,b\r1,2\r\rx,3\r")), StringComparison.Ordinal);
    }

    [Fact]
    public void Counts_are_samples_and_a_question_only_over_other_numbers()
    {
        Assert.Equal(3, Read(Latin("0,1\n3,4\n2,0\n")).Rows);
        Assert.Equal(5, Read(Latin("0,1\n" + Rows), new() { Header = HeaderMode.No }).Rows);
        Assert.Equal(["0", "1"], Read(Latin("0,1\n" + Rows), new() { Header = HeaderMode.Yes }).Names);
    }

    internal static byte[] Pack(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(bytes);
        return packed.ToArray();
    }

    internal static SampleTable Read(byte[] bytes, SampleTableOptions? options = null)
        => SampleTable.Read(new MemoryStream(bytes), "table.csv", options);

    private static string Message(byte[] bytes) => Assert.Throws<InvalidDataException>(() => Read(bytes)).Message;

    private static byte[] Latin(string text) => Encoding.Latin1.GetBytes(text);
}
