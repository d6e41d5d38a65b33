using System.Text;
using Stein.Experiments.Samples;
using Xunit;

namespace Stein.Experiments.Tests.Samples;

/// <summary>What people bring as CSV: read as they mean it, or refused with the place and the cure.</summary>
public sealed class SampleTableTests
{
    /// <summary>Files that all hold the rows (1.5, −2) and (300, 4), and the names that they give to the columns.</summary>
    public static TheoryData<string, string?> Dialects => new()
    {
        { "1.5,-2\n300,4\n", null },
        { "1.5,-2\r\n300,4", null },
        { "\uFEFF1.5,-2\n300,4\n", null },
        { "x,y\n1.5,-2\n3e2,4\n", "x|y" },
        { "x, y\n 1.5, -2\n3E+2 ,4\n", "x|y" },
        { "\"a, b\",y\n\"1.5\",-2\n300,4\n", "a, b|y" },
        { "x;y\n1.5;-2\n300;4\n", "x|y" },
        { "1.5\t-2\n300\t4\n", null },
        { "x|y\n1.5|-2\n300|4\n", "x|y" },
        { "1.5 -2\n300 4\n", null },
        { "  1.5   -2\n300     4  \n", null },
        { "x y\n1.5 -2\n300 4\n", "x|y" },
        { "# made by hand\n1.5 -2\n300 4\n", null },
        { "x,y\n\n1.5,-2\n\n300,4\n\n", "x|y" },
    };

    /// <summary>A file, and what the message has to say of it.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "", "it has no rows of numbers" },
        { "\n\n", "it has no rows of numbers" },
        { "x,y\n", "it has no rows of numbers" },
        { "x,y\n1,2\n3,abc\n", "line 3, column 2 (y): 'abc'; it must be a finite number" },
        { "1,2\n3,abc\n", "line 2, column 2: 'abc'; it must be a finite number" },
        { "1,2\n3,\n", "line 2, column 2: it is empty" },
        { "0.5,\n3,4\n", "line 1, column 2: it is empty" },
        { "1,2\n\n3,NaN\n", "line 3, column 2: 'NaN'" },
        { "1,2\ninf,4\n", "line 2, column 1: 'inf'" },
        { "1,2\n-Infinity,4\n", "line 2, column 1: '-Infinity'" },
        { "1,2\n1e999,4\n", "line 2, column 1: '1e999'" },
        { "1;2\n1,5;4\n", "line 2, column 1: '1,5'; it must be a finite number with a decimal point" },
        { "1,2\n3\n", "line 2: it has 1 cell, and the first row of numbers has 2" },
        { "1,2\n3,4,5\n", "line 2: it has 3 cells, and the first row of numbers has 2" },
        { "1 2\n3 4 5\n", "line 2: it has 3 cells, and the first row of numbers has 2" },
        { "x,y,z\n1,2\n", "line 1: it has 3 cells, and the first row of numbers has 2" },
        { "x,y\n1,2\n3,\"4\n", "line 3: its quotes do not match" },
        { ",x,y\n0,1,2\n1,3,4\n", "line 1, column 1: it has no name" },
    };

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Reads_what_people_write(string text, string? names)
    {
        SampleTable table = Read(text);
        Assert.Equal(names?.Split('|'), table.Names);
        Assert.Equal((2, 2), (table.Rows, table.Columns));
        Assert.Equal([1.5, -2, 300, 4], table.Values);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Says_where_a_fault_is(string text, string message)
    {
        string said = Assert.Throws<InvalidDataException>(() => Read(text)).Message;
        Assert.StartsWith("table.csv", said, StringComparison.Ordinal);
        Assert.Contains(message, said, StringComparison.Ordinal);
    }

    /// <summary>Else the sample would be lost, and its numbers would be names.</summary>
    [Theory]
    [InlineData("0.5,1.2O\n3,4\n", "line 1, column 2: '1.2O'")]
    [InlineData("inf,2\n3,4\n", "line 1, column 1: 'inf'")]
    [InlineData("nan,-inf\n3,4\n", "line 1, column 1: 'nan'")]
    [InlineData("1,5;2,5\n3,5;4,5\n", "line 1, column 1: '1,5'")]
    public void A_first_row_with_a_number_is_no_header(string text, string message)
    {
        string said = Assert.Throws<InvalidDataException>(() => Read(text)).Message;
        Assert.Contains(message, said, StringComparison.Ordinal);
        Assert.Contains("A header has names only", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1\n2\n", null)]
    [InlineData("height\n1\n2\n", "height")]
    [InlineData("height in m\n1\n2\n", "height in m")]
    public void One_column_is_a_table_too(string text, string? name)
    {
        SampleTable table = Read(text);
        Assert.Equal(name is null ? null : [name], table.Names);
        Assert.Equal((2, 1), (table.Rows, table.Columns));
        Assert.Equal([1.0, 2], table.Values);
    }

    [Fact]
    public void Numbers_are_read_to_the_last_bit()
    {
        double[] numbers = [Math.PI, -1 / 3.0, double.Epsilon, double.MaxValue, 0.1, -0.0];
        SampleTable table = Read(string.Join('\n', numbers.Select(number => number.ToString("R", null))));
        Assert.Equal(numbers.Select(BitConverter.DoubleToInt64Bits), table.Values.Select(BitConverter.DoubleToInt64Bits));
    }

    [Fact]
    public void A_long_file_is_read_to_its_end()
    {
        // Several times the reader's buffer of 64 KiB.
        SampleTable table = Read("x,y\n" + string.Concat(Enumerable.Range(0, 50_000).Select(row => $"{row},{-row}\n")));
        Assert.Equal(50_000, table.Rows);
        Assert.Equal(Enumerable.Range(0, 50_000).SelectMany(row => (double[])[row, -row]), table.Values);
    }

    [Fact]
    public void Files_that_cannot_be_read_are_named()
    {
        using var folder = new TemporaryFolder();
        string missing = folder.File("missing.csv");
        Assert.Equal(
            $"'{missing}': there is no such file. Give a CSV file, or - for standard input.",
            Assert.Throws<InvalidDataException>(() => SampleTable.Read(missing)).Message);
        string ofFolder = Assert.Throws<InvalidDataException>(() => SampleTable.Read(folder.Path)).Message;
        Assert.Contains("it is a folder", ofFolder, StringComparison.Ordinal);
        string path = folder.File("table.csv");
        File.WriteAllText(path, "1,2\n3,x\n");
        string ofCell = Assert.Throws<InvalidDataException>(() => SampleTable.Read(path)).Message;
        Assert.StartsWith($"{path}, line 2", ofCell, StringComparison.Ordinal);
    }

    private static SampleTable Read(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return SampleTable.Read(stream, "table.csv");
    }
}
