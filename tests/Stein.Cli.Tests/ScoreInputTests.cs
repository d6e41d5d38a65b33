using System.Text;
using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary>The options of <c>stein score</c> that say how files are read, and what is said about what was read.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ScoreInputTests
{
    private const string Plain = "1.5,2.5\n-0.5,1\n0.25,-3\n2,0.125\n";
    private const string Indexed = "id,x,y\n0,1.5,2.5\n1,-0.5,1\n2,0.25,-3\n3,2,0.125\n";

    /// <summary>The samples' file, the arguments after it, and what the message has to say.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "NA,NA\n" + Plain, "", "--samples x.csv, line 1, column 1: 'NA'" },
        { "0,1\n" + Plain, "", "Give --header yes or --header no" },
        { Plain, "--header maybe", "--header maybe: it must be one of auto, yes, no" },
        { Plain, "--decimal ;", "--decimal ;: it must be a point (.) or a comma (,)" },
        { Indexed, "--columns x,z", "--samples x.csv: --columns z: there is no such column. Did you mean 'x'?" },
        { Indexed, "--columns x --drop id", "--drop: it has no effect with --columns" },
        { Indexed, "--columns x,y --at other.csv", "--at other.csv: --columns x: there is no such column" },
        { "x,y\n" + Plain, "--at other.csv", "--at other.csv: its columns are lon, lat, those of --samples x.csv are x, y" },
        { "x,y\n1,2\n3,2\n", "--standardise", "--samples x.csv: coordinate 2 (y) is constant" },
        { Plain, "--at @missing.csv", "--at '@missing.csv': there is no such file" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Says_what_is_wrong(string samples, string arguments, string message)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("x.csv"), samples);
        File.WriteAllText(stein.PathOf("other.csv"), "lon,lat\n0.1,0.2\n");
        SteinResult result = stein.RunHere(
            ["score", "--samples", "x.csv", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--out", "scores.csv"]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(stein.PathOf("scores.csv")));
    }

    [Fact]
    public void Chosen_columns_are_those_of_a_file_with_no_others()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("@x.csv"), Indexed);
        SteinResult result = Score(stein, "@x.csv", "--columns", "x,y", "--estimator", "kde", "--device", "simd-double");
        (string header, double[] scores) = ScoreSamples.Parse(stein.Read("scores.csv"));
        Assert.Equal("score_x,score_y", header);
        Assert.Equal(-0.10652403892760737, scores[0], 1e-15);
        Assert.Equal(-0.2993885697369738, scores[1], 1e-15);
        Assert.Contains("--samples @x.csv: 4 rows, 2 of 3 columns (x, y), header", result.Error, StringComparison.Ordinal);
    }

    /// <summary>
    /// The estimator is equivariant, so that the scores of standardised samples are those of the samples divided by their standard
    /// deviations beforehand, divided once more.
    /// </summary>
    [Fact]
    public void Standardised_samples_give_scores_of_the_samples()
    {
        using var stein = new SteinProgram();
        double[] small = ScoreSamples.Normal(40, 2, 3);
        double[] scaled = [.. small.Select((value, i) => i % 2 == 0 ? 1e5 * value : 1e-6 * value)];
        ScoreSamples.Write(stein, "small.csv", small, 2);
        ScoreSamples.Write(stein, "scaled.csv", scaled, 2);
        Score(stein, "small.csv", "--standardise", "--device", "simd-double");
        double[] expected = ScoreSamples.Parse(stein.Read("scores.csv")).Values;
        Score(stein, "scaled.csv", "--standardise", "--device", "simd-double");
        double[] scores = ScoreSamples.Parse(stein.Read("scores.csv")).Values;
        double largest = expected.Max(Math.Abs);
        Assert.All(scores.Index(), score => Assert.Equal(
            expected[score.Index] / largest, (score.Index % 2 == 0 ? 1e5 : 1e-6) * score.Item / largest, 1e-10));
    }

    [Fact]
    public void Programs_are_told_what_was_read()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("x.csv"), "lp__,x\n-1,2\n-3,5\n-2,1\n");
        SteinResult result = Score(stein, "x.csv", "--json");
        Assert.Equal("", result.Error);
        JsonElement read = JsonDocument.Parse(result.Output).RootElement.GetProperty("input")[0];
        Assert.Equal("--samples", read.GetProperty("option").GetString());
        Assert.Equal((3, 2), (read.GetProperty("rows").GetInt32(), read.GetProperty("columns").GetInt32()));
        Assert.True(read.GetProperty("header").GetBoolean());
        Assert.Equal(["lp__", "x"], read.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        Assert.Contains("--drop lp__", read.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_closed_input_ends_it_at_once()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "descriptors are seen in /proc");
        using var stein = new SteinProgram();
        SteinResult result = ExternalProgram.Run(
            stein.Folder, new Dictionary<string, string?>(), "bash", "-c", $"'{ExternalProgram.Stein}' score --samples - <&-");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("standard input is closed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Configs_may_have_whole_numbers_with_a_point_and_are_the_same_runs()
    {
        using var stein = new SteinProgram();
        string[] outputs =
        [
            .. ((string[])["50", "50.0", "5e1"]).Select(number =>
            {
                string config = $$$"""{"experiment": "ica", "config": {"dimension": 2, "iterations": {{{number}}}}}""";
                File.WriteAllText(stein.PathOf("config.json"), config, Encoding.Unicode);
                SteinResult result = stein.RunHere("run", "config.json", "--dry-run", "--json");
                Assert.True(result.ExitCode == 0, $"{result}");
                return result.Output;
            }),
        ];
        Assert.Single(outputs.Distinct());
        Assert.NotEmpty(outputs[0]);
        foreach ((string members, string message) in ((string, string)[])
            [("\"iterations\": 50.5", "50.5: it must be a whole number"), ("\"iterations\": 5, \"iterations\": 7", "'iterations'")])
        {
            File.WriteAllText(stein.PathOf("config.json"), "{\"experiment\": \"ica\", \"config\": {" + members + "}}");
            SteinResult result = stein.RunHere("run", "config.json", "--dry-run");
            Assert.True(result.ExitCode == 2, $"{result}");
            Assert.Contains(message, result.Error, StringComparison.Ordinal);
        }
    }

    private static SteinResult Score(SteinProgram stein, string samples, params string[] arguments)
    {
        SteinResult result = stein.RunHere(["score", "--samples", samples, .. arguments, "--out", "scores.csv"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        return result;
    }
}
