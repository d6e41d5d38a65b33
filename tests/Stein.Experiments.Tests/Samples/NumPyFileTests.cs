using System.IO.Compression;
using System.Text;
using Stein.Experiments.Samples;
using Xunit;

namespace Stein.Experiments.Tests.Samples;

/// <summary>Arrays of NumPy, several files, chains, and files with samples and scores.</summary>
public sealed class NumPyFileTests
{
    private static readonly double[] Six = [1, -2, 3.5, 4, 5, 6];

    [Theory]
    [InlineData("<f8", false)]
    [InlineData(">f8", true)]
    [InlineData("<f4", true)]
    [InlineData(">f4", false)]
    public void Arrays_are_read_in_either_order(string type, bool isFortran)
    {
        SampleTable table = BrokenInputTests.Read(Array(Six, 3, 2, type, isFortran));
        Assert.Equal((3, 2), (table.Rows, table.Columns));
        Assert.Equal(Six, table.Values);
        Assert.Null(table.Names);
        Assert.Equal(Six, BrokenInputTests.Read(BrokenInputTests.Pack(Array(Six, 3, 2, type, isFortran))).Values);
    }

    [Theory]
    [InlineData("'<f8'", "(3, 2, 1)", "it has 3 dimensions")]
    [InlineData("'<f8'", "()", "it has 0 dimensions")]
    [InlineData("'<f8'", "(0, 2)", "it has no numbers")]
    [InlineData("'<f8'", "(3, 3)", "needs 72")]
    [InlineData("'<f8'", "(2, 2)", "needs 32")]
    [InlineData("'<f8'", "(2000000000, 2000000000)", "needs 32000000000000000000")]
    [InlineData("'<f8'", "(-3, -2)", "is not that of plain numbers")]
    [InlineData("'|O'", "(3, 2)", "is not that of plain numbers")]
    [InlineData("'<c16'", "(3, 2)", "is not that of plain numbers")]
    public void Other_arrays_are_refused(string type, string shape, string message)
        => Assert.Contains(
            message,
            Assert.Throws<InvalidDataException>(() => BrokenInputTests.Read(Array(Six, type, shape))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Archives_give_samples_and_scores()
    {
        byte[] file = Archive(("theta", Array(Six, 3, 2, "<f8", true)), ("g", Array([9, 8, 7, 6, 5, 4], 3, 2, "<f4", false)));
        SampleTable table = BrokenInputTests.Read(
            file, new() { Columns = ["theta*"], ScoreColumns = ["g*"], NegateScores = true });
        Assert.Equal(["theta[1]", "theta[2]"], table.Names);
        Assert.Equal(Six, table.Values);
        Assert.Equal([-9, -8, -7, -6, -5, -4], table.Scores!);
    }

    /// <summary>As the manual says that samples of PyMC and NumPyro are written: an array per parameter.</summary>
    [Fact]
    public void Archives_of_parameters_are_read_in_the_order_wanted()
    {
        byte[] file = Archive(("theta", Array(Six, 3, 2, "<f8", false)), ("sigma", Array([0.5, 0.25, 2], "'<f8'", "(3,)")));
        Assert.Equal([1, -2, 0.5, 3.5, 4, 0.25, 5, 6, 2], BrokenInputTests.Read(file).Values);
        SampleTable table = BrokenInputTests.Read(file, new() { Columns = ["sigma", "theta*"] });
        Assert.Equal(["sigma", "theta[1]", "theta[2]"], table.Names);
        Assert.Equal([0.5, 1, -2, 0.25, 3.5, 4, 2, 5, 6], table.Values);
    }

    [Fact]
    public void A_diagnostic_file_of_CmdStan_has_both()
    {
        const string Text = "# model = m\nlp__,accept_stat__,theta,sigma,p_theta,p_sigma,g_theta,g_sigma\n# Adaptation\n"
            + "-1,1,0.5,0.25,9,9,2,3\n-2,1,1.5,1.25,9,9,-4,5\n# Elapsed Time: 0.1 seconds (Sampling)\n";
        SampleTable table = BrokenInputTests.Read(Encoding.UTF8.GetBytes(Text), new() { IsCmdStanDiagnostic = true });
        Assert.Equal(["theta", "sigma"], table.Names);
        Assert.Equal([0.5, 0.25, 1.5, 1.25], table.Values);
        Assert.Equal([-2, -3, 4, -5], table.Scores!);
        string wrong = Text.Replace("g_theta,g_sigma", "g_sigma,g_theta", StringComparison.Ordinal);
        Assert.Contains(
            "not a diagnostic file of CmdStan",
            Assert.Throws<InvalidDataException>(
                () => BrokenInputTests.Read(Encoding.UTF8.GetBytes(wrong), new() { IsCmdStanDiagnostic = true })).Message,
            StringComparison.Ordinal);
    }

    /// <summary>As a data frame of ArviZ has them, with an index column and the chains in a column.</summary>
    [Fact]
    public void Chains_of_a_column_are_put_one_after_the_other_and_thinned_each()
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("x.csv");
        File.WriteAllText(path, "chain,draw,a,b\n0,0,1,2\n1,0,10,20\n0,1,3,4\n1,1,30,40\n0,2,5,6\n1,2,50,60\n");
        var options = new SampleTableOptions { Chain = "chain", Drop = ["draw"] };
        SampleTable table = SampleTable.Read([path], options);
        Assert.Equal([3, 3], table.Chains);
        Assert.Equal([1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60], table.Values);
        string scores = folder.File("s.csv");
        File.WriteAllText(scores, "g_a,g_b\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n");
        SampleTable one = SampleTable.Read(path, options).WithScores(SampleTable.Read(scores), negate: false);
        SampleTable both = SampleTable.Join([path, path], [one, one], options with { Skip = 1, ThinInput = 2 });
        Assert.Equal([1, 1, 1, 1], both.Chains);
        Assert.Equal([3, 4, 30, 40, 3, 4, 30, 40], both.Values);
        Assert.Equal([3, 3, 4, 4, 3, 3, 4, 4], both.Scores!);
        File.WriteAllText(scores, "g_b,g_a\n1,1\n2,2\n3,3\n4,4\n5,5\n6,6\n");
        Assert.Contains(
            "Give both in the same order",
            Assert.Throws<InvalidDataException>(() => SampleTable.Read(path, options).WithScores(SampleTable.Read(scores), false)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "Skip fewer",
            Assert.Throws<InvalidDataException>(() => SampleTable.Read([path], options with { Skip = 3 })).Message,
            StringComparison.Ordinal);
    }

    internal static byte[] Array(double[] values, int rows, int columns, string type, bool isFortran)
    {
        double[] ordered = isFortran
            ? [.. Enumerable.Range(0, values.Length).Select(i => values[(i % rows * columns) + (i / rows)])] : values;
        IEnumerable<byte[]> words = ordered.Select(
            value => type[1..] == "f8" ? BitConverter.GetBytes(value) : BitConverter.GetBytes((float)value));
        return Array([.. words.SelectMany(word => type[0] == '>' ? word.Reverse() : word)], $"'{type}'", $"({rows}, {columns})", isFortran);
    }

    internal static byte[] Archive(params (string Name, byte[] Array)[] arrays)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] array) in arrays)
            {
                using Stream entry = archive.CreateEntry($"{name}.npy", CompressionLevel.NoCompression).Open();
                entry.Write(array);
            }
        }

        return stream.ToArray();
    }

    private static byte[] Array(double[] values, string type, string shape)
        => Array([.. values.SelectMany(BitConverter.GetBytes)], type, shape, false);

    private static byte[] Array(byte[] data, string type, string shape, bool isFortran)
    {
        string header = $"{{'descr': {type}, 'fortran_order': {(isFortran ? "True" : "False")}, 'shape': {shape}, }}";
        header = header.PadRight(117) + "\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
    }
}
