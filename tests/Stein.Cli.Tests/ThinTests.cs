using System.Text.Json;
using Stein.Engine.Thinning;

namespace Stein.Cli.Tests;

/// <summary><c>stein thin</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ThinTests
{
    private const string Samples = "0.2,0.1\n3,3\n-1,0.5\n0.9,-0.8\n-0.4,-1.3\n1.6,0.7\n-2.2,-0.3\n0.2,0.1\n";
    private const string Scores = "-0.2,-0.1\n-3,-3\n1,-0.5\n-0.9,0.8\n0.4,1.3\n-1.6,-0.7\n2.2,0.3\n-0.2,-0.1\n";

    private static readonly double[] Normal = ScoreSamples.Normal(300, 2, 1);
    private static readonly double[] NormalScores = [.. Normal.Select(x => -x)];

    /// <summary>What is wrong with files or options, and what the message has to say.</summary>
    public static TheoryData<string, string, string, string> Faults => new()
    {
        { Samples, Scores, "--points 0", "--points 0: it must be at least 1" },
        { Samples, Scores, "--points -3", "--points -3: it must be at least 1" },
        { Samples, Scores, "--points 2.5", "--points 2.5: it must be a whole number" },
        { Samples, Scores, "", "--points" },
        { Samples, Scores, "--points 9", "x.csv has 8 rows, of which no more can be selected" },
        { Samples, "1,2\n3,4\n", "--points 2", "--scores s.csv: it has 2 rows, and the samples have 8" },
        { Samples, "1\n2\n3\n4\n5\n6\n7\n8\n", "--points 2", "--scores s.csv: it has 1 column of scores, and the samples have 2" },
        { "1,2\n3,nan\n", "1,2\n3,4\n", "--points 2", "--samples x.csv, line 2, column 2: 'nan'" },
        { "1,2\n3,4\n", "1,2\n3,inf\n", "--points 2", "--scores s.csv, line 2, column 2: 'inf'" },
        { "1,2\n3,4\n", "2,1\n3,1e300\n", "--points 2", "The kernel of these samples and scores is beyond double precision" },
        { "1,2\n3,2\n", "1,2\n3,4\n", "--points 2", "--samples x.csv: Coordinate 2 is the same in all 2 samples" },
        { "1,2\n3,2\n", "1,2\n3,4\n", "--points 2 --raw --preconditioner smpcov", "is singular" },
        { "", Scores, "--points 2", "--samples x.csv: it has no rows of numbers" },
        { "a,b\n1,2\n3,4\n", "score_b,score_a\n1,2\n3,4\n", "--points 2", "Give both in the same order: --score-columns score_a,score_b" },
        { Samples, Scores, "--points 2 --preconditioner cov", "it must be one of id, med, sclmed, smpcov, or a length" },
        { Samples, Scores, "--points 2 --preconditioner -1", "--preconditioner -1: a length must be a positive finite number" },
        { Samples, Scores, "--points 2 --kernel laplace", "--kernel laplace" },
        { Samples, Scores, "--points 2 --out t --plane 1,3", "--plane 1,3: there is no coordinate '3'" },
        { Samples, Scores, "--points 2 --out t --plane 1,1", "it must be two different coordinates" },
        { Samples, Scores, "--points 2 --out s.csv", "--out 's.csv': not a folder" },
        { Samples, Scores, "--points 2 --out x.csv/new", "x.csv is a file" },
        { Samples, Scores, "--points 2 --weights 1", "--weights" },
    };

    [Fact]
    public void Rows_and_discrepancies_are_those_of_the_engine()
    {
        using SteinProgram stein = Files(Samples, Scores);
        using JsonDocument json = Thin(stein, "--points", "5", "--raw");
        string[] lines = stein.ReadLines("thinned", "thinned.csv");
        Assert.Equal("row,x1,x2,ksd", lines[0]);
        double[][] rows = [.. lines[1..].Select(line => ScoreSamples.Parse($"header\n{line}").Values)];
        Assert.Equal([0, 2, 3, 4, 5], rows.Select(row => row[0]));
        Assert.Equal([0.2, -1, 0.9, -0.4, 1.6], rows.Select(row => row[1]));
        Assert.All(
            rows.Zip([1.4317821063, 1.0516713552, 0.7932065439, 0.6838014781, 0.6002328484]),
            pair => Assert.Equal(pair.Second, pair.First[3], 1e-10));
        JsonElement said = json.RootElement;
        Assert.Equal("stein.thin/1", said.GetProperty("schema").GetString());
        Assert.Equal((8, 2, 5), (Whole("samples"), Whole("dimension"), Whole("points")));
        Assert.Equal("id", said.GetProperty("preconditioner").GetString());
        Assert.False(said.GetProperty("standardised").GetBoolean());
        Assert.Equal([0, 2, 3, 4, 5], said.GetProperty("rows").EnumerateArray().Select(row => row.GetInt32()));
        JsonElement set = said.GetProperty("sets")[0];
        Assert.Equal("thinned", set.GetProperty("name").GetString());
        Assert.Equal(rows[4][3], set.GetProperty("ksd").GetDouble(), 1e-12);

        int Whole(string name) => said.GetProperty(name).GetInt32();
    }

    [Fact]
    public void The_folder_has_tables_a_figure_and_provenance_and_is_the_same_twice()
    {
        using SteinProgram stein = Files(ScoreSamples.Text(Normal, 2, "a,b"), ScoreSamples.Text(NormalScores, 2, "score_a,score_b"));
        string[] options = ["--points", "20", "--preconditioner", "sclmed", "--importance-weights", "--plane", "b,a"];
        using JsonDocument json = Thin(stein, options);
        string[] names = ["figures.md", "plane.png", "plane.svg", "provenance.json", "sets.csv", "thinned.csv"];
        Assert.Equal(names, Directory.GetFiles(stein.PathOf("thinned")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        byte[][] first = [.. names.Select(name => File.ReadAllBytes(stein.PathOf("thinned", name)))];
        Thin(stein, options).Dispose();
        Assert.Equal(first, names.Select(name => File.ReadAllBytes(stein.PathOf("thinned", name))));

        var thinning = new SteinThinning(Normal, NormalScores, 2, new() { Preconditioner = PreconditionerRule.ScaledMedian });
        ThinnedSamples thinned = thinning.Select(20);
        string[] lines = stein.ReadLines("thinned", "thinned.csv");
        Assert.Equal("row,a,b,ksd,weight", lines[0]);
        double[][] rows = [.. lines[1..].Select(line => ScoreSamples.Parse($"header\n{line}").Values)];
        Assert.Equal(thinned.Rows, rows.Select(row => (int)row[0]));
        Assert.Equal(thinning.Weights(thinned.Rows), rows.Select(row => row[4]));

        string[] sets = stein.ReadLines("thinned", "sets.csv");
        Assert.Equal("set,points,ksd,ksd_min,ksd_max,mmd,mmd_min,mmd_max", sets[0]);
        Assert.Equal(
            ["thinned,20", "weighted,20", "random,20", "every k-th,20", "all,300"],
            sets[1..].Select(line => string.Join(',', line.Split(',')[..2])));
        Dictionary<string, double> ksd = json.RootElement.GetProperty("sets").EnumerateArray().ToDictionary(
            set => set.GetProperty("name").GetString()!, set => set.GetProperty("ksd").GetDouble());
        Assert.True(ksd["weighted"] < ksd["thinned"]);
        Assert.True(ksd["thinned"] < ksd["every k-th"]);
        JsonElement random = json.RootElement.GetProperty("sets")[2];
        Assert.True(ksd["thinned"] < random.GetProperty("ksd_min").GetDouble(), "the best of ten random sets is not as good");
        Assert.InRange(ksd["random"], random.GetProperty("ksd_min").GetDouble(), random.GetProperty("ksd_max").GetDouble());
    }

    [Fact]
    public void People_are_told_how_the_selected_samples_compare()
    {
        using SteinProgram stein = Files(ScoreSamples.Text(Normal, 2), ScoreSamples.Text(Normal, 2));
        SteinResult result = stein.RunHere("thin", "--samples", "x.csv", "--scores", "s.csv", "--points", "20", "--out", "thinned");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Output);
        foreach (string text in (string[])
            [
                "20 of 300 samples", "kernel imq, preconditioner id", "20 thinned", "20 random", "20 every k-th", "300 all",
                "give --negate-scores",
            ])
        {
            Assert.Contains(text, result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void One_file_with_both_in_a_pipe_gives_the_same()
    {
        using SteinProgram stein = Files(ScoreSamples.Text(Normal, 2, "a,b"), ScoreSamples.Text(NormalScores, 2, "a,b"));
        File.WriteAllText(stein.PathOf("both.csv"), ScoreSamples.Text(
            [.. Enumerable.Range(0, 300).SelectMany(
                row => (double[])[Normal[2 * row], -NormalScores[(2 * row) + 1], -NormalScores[2 * row], Normal[(2 * row) + 1]])],
            4,
            "a,g_b,g_a,b"));
        SteinResult one = stein.Run(
            "thin", "--samples", "both.csv", "--score-columns", "g_a,g_b", "--negate-scores", "--points", "15", "--quiet");
        Assert.True(one.ExitCode == 0, $"{one}");
        Assert.Equal("", one.Error);
        Thin(stein, "--points", "15").Dispose();
        Assert.Equal(stein.Read("thinned", "thinned.csv"), one.Output);
    }

    [Fact]
    public void One_coordinate_is_drawn_over_the_rows()
    {
        using SteinProgram stein = Files("x\n0.5\n-1\n2\n", "x\n-0.5\n1\n-2\n");
        Thin(stein, "--points", "2").Dispose();
        Assert.Equal("row,x,ksd", stein.ReadLines("thinned", "thinned.csv")[0]);
        Assert.True(File.Exists(stein.PathOf("thinned", "plane.svg")));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void What_is_wrong_is_said_and_nothing_is_written(string samples, string scores, string options, string message)
    {
        using SteinProgram stein = Files(samples, scores);
        SteinResult result = stein.RunHere(
            ["thin", "--samples", "x.csv", "--scores", "s.csv", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
        Assert.Equal(2, stein.Entries().Length);
    }

    [Theory]
    [InlineData("--samples x.csv", "--scores: it is missing")]
    [InlineData("--samples - --scores -", "only one of --samples and --scores can be standard input")]
    [InlineData("--samples x.csv --scores s.csv --json", "give --out")]
    [InlineData("--samples x.csv --scores s.csv --plane 1,2", "it has no effect without --out")]
    [InlineData("--samples x.csv --scores s.csv --out t --json --quiet", "it has no effect with --json")]
    public void Options_that_do_not_fit_are_refused(string options, string message)
    {
        using SteinProgram stein = Files(Samples, Scores);
        SteinResult result = stein.RunHere(["thin", .. options.Split(' '), "--points", "2"]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_of_the_folder_that_is_read_is_not_replaced()
    {
        using SteinProgram stein = Files(Samples, Scores);
        Directory.CreateDirectory(stein.PathOf("thinned"));
        File.WriteAllText(stein.PathOf("thinned", "thinned.csv"), Samples);
        SteinResult result = stein.RunHere(
            "thin", "--samples", "thinned/thinned.csv", "--scores", "s.csv", "--points", "2", "--out", "thinned");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("--samples is read from that file, which would be replaced", result.Error, StringComparison.Ordinal);
        Assert.Equal(Samples, stein.Read("thinned", "thinned.csv"));
    }

    private static SteinProgram Files(string samples, string scores)
    {
        var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("x.csv"), samples);
        File.WriteAllText(stein.PathOf("s.csv"), scores);
        return stein;
    }

    /// <summary>Runs it into the folder thinned.</summary>
    private static JsonDocument Thin(SteinProgram stein, params string[] options)
    {
        SteinResult result = stein.RunHere(
            ["thin", "--samples", "x.csv", "--scores", "s.csv", .. options, "--out", "thinned", "--json"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Error);
        return JsonDocument.Parse(Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }
}
