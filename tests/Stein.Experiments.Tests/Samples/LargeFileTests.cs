using System.Globalization;
using System.Text;
using Stein.Experiments.Samples;
using Xunit;

namespace Stein.Experiments.Tests.Samples;

/// <summary>Large files are read row by row where they are plain, with the same result as when they are read whole.</summary>
public sealed class LargeFileTests
{
    private const int Rows = 40_000;

    public static TheoryData<string, string, string, string> Layouts => new()
    {
        { "x,y,z\n", ",", "\n", "" },
        { "", ",", "\r\n", "" },
        { "# a remark\nx;y;z\n", ";", "\n", "\n\n" },
        { "x\ty\tz\n", "\t", "\n", "" },
        { "", "  ", "\n", "" },
    };

    /// <summary>Through a pipe, which cannot be read twice, a file is read whole.</summary>
    [Theory]
    [MemberData(nameof(Layouts))]
    public void Both_ways_give_the_same(string header, string separator, string end, string last)
    {
        byte[] file = Encoding.ASCII.GetBytes(
            header + string.Concat(Enumerable.Range(0, Rows).Select(row => string.Join(separator, Numbers(row)) + end)) + last);
        Assert.NotNull(TextInput.PlainStart(new MemoryStream(file), out _));
        SampleTable plain = SampleTable.Read(new MemoryStream(file), "x.csv");
        SampleTable whole = SampleTable.Read(new Pipe(file), "x.csv");
        Assert.Equal((Rows, 3), (plain.Rows, plain.Columns));
        Assert.Equal(whole.Names, plain.Names);
        Assert.Equal(whole.Notes, plain.Notes);
        Assert.Equal(whole.Values, plain.Values);
        Assert.Equal(Numbers(Rows - 1), plain.Values[^3..].Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("1,2,q\n", "x.csv, line 40001, column 3: 'q'")]
    [InlineData("1,2\n", "x.csv, line 40001: it has 2 cells")]
    [InlineData("1,2,\u00e9\n", "x.csv, line 40001, column 3: '\\u00e9'")]
    [InlineData("#N/A,2,3\n", "x.csv, line 40001, column 1: '#N/A' is an error of a spreadsheet")]
    [InlineData("1,2,3\0,4\n", "x.csv, line 40001: it has a NUL byte")]
    [InlineData("1,2,\"3\n", "x.csv, line 40001: its quotes do not match")]
    public void Errors_near_the_end_are_found(string line, string message)
    {
        string text = string.Concat(Enumerable.Range(0, Rows).Select(row => string.Join(',', Numbers(row)) + "\n"));
        byte[] file = Encoding.UTF8.GetBytes(text + line);
        foreach (Stream stream in (Stream[])[new MemoryStream(file), new Pipe(file)])
        {
            Assert.Contains(
                message, Assert.Throws<InvalidDataException>(() => SampleTable.Read(stream, "x.csv")).Message, StringComparison.Ordinal);
        }
    }

    private static string[] Numbers(int row)
        => [.. Enumerable.Range(0, 3).Select(column => (Math.Sin(row + column) * 100).ToString("R", CultureInfo.InvariantCulture))];

    private sealed class Pipe(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
