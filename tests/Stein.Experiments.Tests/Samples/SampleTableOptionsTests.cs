using System.Globalization;
using System.Text;
using Stein.Engine.Random;
using Stein.Experiments.Samples;
using Xunit;

namespace Stein.Experiments.Tests.Samples;

/// <summary>What options make of a file: decimal commas, chosen columns, weights, standard deviations.</summary>
public sealed class SampleTableOptionsTests
{
    private static readonly string[] Separators = [",", ";", "\t", "|", " ", " ; "];
    private static readonly string[] LineEnds = ["\n", "\r\n", "\r"];
    private static readonly string[] Letters = ["x", "\u00B5", "beta[1]", "lp__", "T_0", "(a)", "Gr\u00F6\u00DFe", ".draw"];

    [Fact]
    public void Whatever_is_written_is_read_to_the_bit()
    {
        var stream = new PhiloxStream(14, StreamPurpose.TrainingData);
        for (int trial = 0; trial < 300; trial++)
        {
            int Draw(int count) => (int)(stream.NextUniform() * count);
            (int rows, int columns) = (2 + Draw(4), 1 + Draw(4));
            string separator = Separators[Draw(Separators.Length)];
            bool hasCommas = separator != "," && Draw(2) == 0;
            double[] values = [.. Enumerable.Range(0, rows * columns).Select(_ => stream.NextNormal() * Math.Pow(10, Draw(40) - 20))];
            string[]? names = Draw(2) == 0
                ? null
                : [.. Enumerable.Range(0, columns).Select(column => $"{Letters[Draw(Letters.Length)]}{column}")];
            IEnumerable<string> lines = values.Chunk(columns).Select(row => string.Join(separator, row.Select(Text)));
            string end = LineEnds[Draw(LineEnds.Length)];
            lines = names is null ? lines : lines.Prepend(string.Join(separator, names));
            string text = string.Join(end, lines) + (Draw(2) == 0 ? end : "");
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            bytes = Draw(3) switch { 0 => BrokenInputTests.Pack(bytes), 1 => [0xEF, 0xBB, 0xBF, .. bytes], _ => bytes };
            SampleTable table = BrokenInputTests.Read(bytes, new() { DecimalMark = hasCommas ? ',' : '.' });
            Assert.True(values.SequenceEqual(table.Values), text);
            Assert.Equal(names, table.Names);

            string Text(double value)
            {
                string written = value.ToString("R", CultureInfo.InvariantCulture);
                return hasCommas ? written.Replace('.', ',') : written;
            }
        }
    }

    [Theory]
    [InlineData("1.5D+00", 1.5)]
    [InlineData("-5.0d-1", -0.5)]
    [InlineData("1.5+100", 1.5e100)]
    [InlineData("1.5-100", 1.5e-100)]
    [InlineData("+.5e0", 0.5)]
    public void Exponents_of_Fortran_are_read(string cell, double number)
        => Assert.Equal([number], BrokenInputTests.Read(Encoding.UTF8.GetBytes(cell)).Values);

    [Theory]
    [InlineData("1,5\n-0,5\n", 1, new[] { 1.5, -0.5 })]
    [InlineData("x;y\n1,5;2\n-0,5;1e3\n", 2, new[] { 1.5, 2, -0.5, 1000 })]
    [InlineData("1,5 2\n-0,5 1,0\n", 2, new[] { 1.5, 2, -0.5, 1 })]
    public void Decimal_commas_are_read_when_asked_for(string text, int columns, double[] values)
    {
        SampleTable table = Read(text, new() { DecimalMark = ',' });
        Assert.Equal(columns, table.Columns);
        Assert.Equal(values, table.Values);
    }

    [Theory]
    [InlineData("1.234,5\n", "'1.234,5'; it must be a finite number with a decimal comma")]
    [InlineData("1.5\n2,5\n", "'1.5'")]
    public void With_decimal_commas_a_point_is_a_fault(string text, string message)
        => Assert.Contains(message, Message(text, new() { DecimalMark = ',' }), StringComparison.Ordinal);

    [Fact]
    public void A_hint_says_that_commas_may_be_decimal()
    {
        Assert.Contains("--decimal ,", Assert.Single(Read("1,5\n-0,5\n0,25\n", new()).Notes), StringComparison.Ordinal);
        Assert.Empty(Read("1,5\n-0,-5\n", new()).Notes);
        Assert.Contains("give --decimal ,", Message("1,5;2,5\n3,5;4,5\n", new()), StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_are_chosen_by_name_and_by_number()
    {
        const string Named = "id,\"beta[1,2]\",y,w\na,1,2,3\nb,4,5,6\n";
        SampleTable chosen = Read(Named, new() { Columns = ["y", "beta[1,2]"], Weights = "w" });
        Assert.Equal(["y", "beta[1,2]"], chosen.Names);
        Assert.Equal([2, 1, 5, 4], chosen.Values);
        Assert.Equal([3, 6], chosen.Weights!);
        Assert.Equal((2, 4), (chosen.Columns, chosen.ColumnsOfFile));
        Assert.Equal([1, 2, 4, 5], Read(Named, new() { Drop = ["id,w"] }).Values);
        Assert.Equal([3, 1, 6, 4], Read("1,2,3\n4,5,6\n", new() { Columns = ["3,1"], Header = HeaderMode.No }).Values);
        Assert.Equal([3, 4], Read(",x\n0,3\n1,4\n", new() { Drop = ["1"] }).Values);
        Assert.Contains("--columns y,x or --drop 1", Message(",y,x\n0,3,1\n", new()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--columns heigt: there is no such column. Did you mean 'height'?", "heigt", null, null)]
    [InlineData("--drop 1: there is no such column", null, "1", null)]
    [InlineData("--columns height: it is given twice", "height,height", null, null)]
    [InlineData("no column is left", null, "height,width", null)]
    [InlineData("--weights width: --columns has it too", "width", null, "width")]
    [InlineData("line 3, column 2 (width): the weight '-4'; it must be positive", null, null, "width")]
    public void A_choice_that_cannot_be_is_refused(string message, string? columns, string? drop, string? weights)
    {
        var options = new SampleTableOptions
        {
            Columns = columns is null ? [] : [columns],
            Drop = drop is null ? [] : [drop],
            Weights = weights,
        };
        Assert.Contains(message, Message("height,width\n1,2\n3,-4\n", options), StringComparison.Ordinal);
    }

    [Fact]
    public void Points_need_not_have_the_columns_that_samples_leave_out()
    {
        SampleTableOptions options = new() { Drop = ["id"], Weights = "w" };
        SampleTable samples = Read("id,x,w\n1,2,3\n2,3,4\n", options);
        Assert.Equal([7], Read("x\n7\n", options.For(samples)).Values);
        Assert.Equal([7], Read("7\n", new SampleTableOptions { Drop = ["1"] }.For(samples)).Values);
    }

    [Theory]
    [InlineData("1.5,2,\n-0.5,1,\n", "every line ends with a separator")]
    [InlineData("x,y,\n1.5,2,\n-0.5,1,\n", "every line ends with a separator")]
    [InlineData("lp__,a\n1.5,2\n-0.5,1\n", "give --drop lp__")]
    [InlineData("# stan\nx,a\n1.5,2\n-0.5,1\n\nElapsed Time: 0.01 seconds (Warm-up)\n", "line 6 is the timing")]
    public void What_is_remarkable_is_noted(string text, string note)
    {
        SampleTable table = Read(text, new());
        Assert.Equal([1.5, 2, -0.5, 1], table.Values);
        Assert.Contains(note, Assert.Single(table.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Standardising_divides_by_the_deviation_and_restores_scores()
    {
        var scales = Standardisation.Of(Read("1e-160,1\n2e-160,3\n3e-160,8\n", new()));
        double deviation = Math.Sqrt(13);
        double[] standardised = scales.Apply([1e-160, 1, 2e-160, 3]);
        Assert.Equal(1, standardised[0], 1e-14);
        Assert.Equal(3 / deviation, standardised[3], 1e-14);
        double[] scores = [1, 1];
        scales.Restore(scores);
        Assert.Equal(1 / deviation, scores[1], 1e-14);
        Assert.Contains(
            "coordinate 2 (y) is constant",
            Assert.Throws<InvalidDataException>(() => Standardisation.Of(Read("x,y\n1,0.1\n2,0.1\n3,0.1\n", new()))).Message,
            StringComparison.Ordinal);
    }

    private static SampleTable Read(string text, SampleTableOptions options)
        => BrokenInputTests.Read(Encoding.UTF8.GetBytes(text), options);

    private static string Message(string text, SampleTableOptions options)
        => Assert.Throws<InvalidDataException>(() => Read(text, options)).Message;
}
