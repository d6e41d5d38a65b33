using System.Text.Json;

namespace Stein.Cli.Tests;

/// <summary><c>stein ksd</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class KsdTests
{
    private static readonly double[] Samples = ScoreSamples.Normal(200, 2, 1);

    [Fact]
    public void Values_are_those_of_an_independent_program()
    {
        double[] samples = [-1.2, 0.3, 0.5, -0.7, 0.1, 1.1, 2, 0.4, -0.6, -1.5];
        using var stein = new SteinProgram();
        Write(stein, samples);
        using JsonDocument json = Json(stein, "--kernel", "rbf", "--bandwidth", "1.5");
        JsonElement row = json.RootElement.GetProperty("discrepancies").EnumerateArray().Single(
            each => each.GetProperty("factor").GetDouble() == 1);
        Assert.Equal(-0.603395259430, row.GetProperty("u").GetDouble(), 1e-11);
        Assert.Equal(0.283239348012, row.GetProperty("v").GetDouble(), 1e-11);
        Assert.Equal("stein.ksd/1", json.RootElement.GetProperty("schema").GetString());
        Assert.Equal("given", json.RootElement.GetProperty("bandwidth_chosen_by").GetString());
        Assert.Equal(5, json.RootElement.GetProperty("discrepancies").GetArrayLength());
    }

    /// <summary>The mean of this draw is as far from 0 as that of one in a hundred, N‖mean‖² = 9.1: p is not above 0.05.</summary>
    [Fact]
    public void Samples_of_the_model_pass_and_are_explained()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples);
        SteinResult result = stein.RunHere(
            "ksd", "--samples", "x.csv", "--scores", "s.csv", "--independent", "--check", "--level", "0.005");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("No difference was found at level 0.005: p = ", result.Output, StringComparison.Ordinal);
        Assert.Contains("the median distance between samples", result.Output, StringComparison.Ordinal);
        Assert.Contains("blind spot: ", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_of_another_mean_are_rejected()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples, score: x => 1 - x);
        string[] command = ["ksd", "--samples", "x.csv", "--scores", "s.csv"];
        Assert.Equal(0, stein.RunHere([.. command, "--quiet"]).ExitCode);
        SteinResult result = stein.RunHere([.. command, "--check", "--independent"]);
        Assert.True(result.ExitCode == 3, $"{result}");
        Assert.Contains("Rejected at level 0.05", result.Output, StringComparison.Ordinal);
        Assert.Equal(0, stein.RunHere([.. command, "--check", "--level", "0.001", "--bootstrap", "99", "--quiet"]).ExitCode);
    }

    [Fact]
    public void Scores_of_the_wrong_sign_are_recognised()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples, score: x => x);
        SteinResult wrong = stein.RunHere("ksd", "--samples", "x.csv", "--scores", "s.csv");
        Assert.Contains("Try --negate-scores.", wrong.Output, StringComparison.Ordinal);
        using JsonDocument json = Json(stein, "--negate-scores");
        Assert.InRange(json.RootElement.GetProperty("stein_identity").GetProperty("ratio").GetDouble(), 0.8, 1.2);
    }

    [Fact]
    public void The_folder_has_tables_influence_figures_and_provenance()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples);
        using JsonDocument json = Json(stein, "--chains", "2", "--out", "report");
        string[] files = [.. Directory.GetFiles(stein.PathOf("report")).Select(path => Path.GetFileName(path)!)];
        foreach (string expected in (string[])
            ["chains.csv", "cumulative.csv", "cumulative.png", "discrepancy.csv", "influence.csv", "influence.svg", "provenance.json",
                "stein-identity.csv", "summary.md"])
        {
            Assert.Contains(expected, files);
        }

        double u = json.RootElement.GetProperty("discrepancies")[2].GetProperty("u").GetDouble();
        double[] influence = ScoreSamples.Parse(stein.Read("report", "influence.csv")).Values;
        Assert.Equal(u, influence.Where((_, index) => index % 2 == 1).Average(), 1e-12);
        Assert.Equal(2, json.RootElement.GetProperty("each_chain").GetArrayLength());
        Assert.InRange(json.RootElement.GetProperty("flip_probability").GetDouble(), 0.001, 0.5);
    }

    [Fact]
    public void Other_tests_are_beside_it_and_some_take_chains()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples, score: x => 1 - x);
        using JsonDocument json = Json(stein, "--independent", "--test", "fssd-opt,maxsksd-active", "--test", "ksdagg", "--out", "report");
        JsonElement[] tests = [.. json.RootElement.GetProperty("tests").GetProperty("each").EnumerateArray()];
        Assert.Equal(["fssd-opt", "maxsksd-active", "ksdagg"], tests.Select(test => test.GetProperty("name").GetString()));
        Assert.All(tests, test => Assert.InRange(test.GetProperty("p").GetDouble(), 0.002, 0.05));
        Assert.Equal(4, stein.Read("report", "tests.csv").TrimEnd().Split('\n').Length);
        SteinResult again = stein.RunHere(
            "ksd", "--samples", "x.csv", "--scores", "s.csv", "--independent", "--test", "fssd-opt,maxsksd-active,ksdagg");
        Assert.Contains("Rejected at level 0.05, of 200 samples in random order, by FSSD-opt;", again.Output, StringComparison.Ordinal);
        SteinResult chain = stein.RunHere("ksd", "--samples", "x.csv", "--scores", "s.csv", "--test", "ksd-rbf,ksdagg");
        Assert.Contains("Rejected at level 0.05, of 200 samples of chains, by KSD, RBF; KSDAgg.", chain.Output, StringComparison.Ordinal);
        SteinResult refused = stein.RunHere("ksd", "--samples", "x.csv", "--scores", "s.csv", "--test", "ksdagg,fssd-opt");
        Assert.True(refused.ExitCode == 2, $"{refused}");
        Assert.Contains("--test fssd-opt: this test is for independent samples", refused.Error, StringComparison.Ordinal);
        Assert.Contains("Chains are tested by ksd, ksd-rbf, ksdagg,", refused.Error, StringComparison.Ordinal);
        SteinResult unknown = stein.RunHere("ksd", "--samples", "x.csv", "--scores", "s.csv", "--independent", "--test", "ksdag");
        Assert.True(unknown.ExitCode == 2, $"{unknown}");
        Assert.Contains("ksdagg", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimated_scores_test_nothing()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples);
        SteinResult result = stein.RunHere("ksd", "--samples", "x.csv", "--estimate-scores", "stein");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("Nothing was tested", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, stein.RunHere("ksd", "--samples", "x.csv", "--estimate-scores", "stein", "--check").ExitCode);
    }

    [Fact]
    public void A_file_of_the_folder_that_is_read_is_not_replaced()
    {
        using var stein = new SteinProgram();
        Write(stein, Samples);
        ScoreSamples.Write(stein, "y.csv", Samples, 2, "a,b");
        File.WriteAllText(
            stein.PathOf("t.json"),
            """{"type": "mixture", "weights": [0.5, 0.5], "means": [[-1, 0], [1, 0]], "standard_deviations": [1, 1]}""");
        SteinResult all = stein.RunHere(
            "ksd", "--samples", "x.csv", "--target", "t.json", "--chains", "2", "--slices", "g", "--compare", "y.csv", "--out", "o", "-q");
        Assert.True(all.ExitCode == 0, $"{all}");

        // Other tests are not for chains.
        Assert.Equal(Commands.KsdOutput.FileNames.Except(["tests.csv"]).Order(StringComparer.Ordinal), Directory.GetFiles(stein.PathOf("o"))
            .Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
        File.Copy(stein.PathOf("x.csv"), stein.PathOf("influence.csv"));
        SteinResult result = stein.RunHere("ksd", "--samples", "influence.csv", "--scores", "s.csv", "--out", ".");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("--samples is read from that file, which would be replaced", result.Error, StringComparison.Ordinal);
        Assert.Equal(stein.Read("x.csv"), stein.Read("influence.csv"));
    }

    [Theory]
    [InlineData("--sroces s.csv", "--sroces: there is no such option. Did you mean '--scores'?")]
    [InlineData("--scores s.csv --columns 1 --levle 0.1", "--levle: there is no such option. Did you mean '--level'?")]
    [InlineData("--scores s.csv --bandwidth 0", "--bandwidth 0: it must be a positive finite number")]
    [InlineData("--scores s.csv --level 1", "--level 1: it must be above 0 and below 1")]
    [InlineData("--scores s.csv --bootstrap 3", "--bootstrap 3: it must be a whole number from 19")]
    [InlineData("--scores s.csv --chains 7", "--chains 7: 200 samples are not 7 chains of equal length")]
    [InlineData("--scores s.csv --estimate-scores kef", "--estimate-scores: it has no effect with --scores")]
    [InlineData("", "--scores: it is missing")]
    [InlineData("--scores few.csv", "--scores few.csv: it has 2 rows, and the samples have 200")]
    [InlineData("--scores swapped.csv", "Give both in the same order: --score-columns")]
    [InlineData("--scores s.csv --independent --chains 2", "--independent: it has no effect with --chains")]
    public void Errors_say_what_is_wrong(string arguments, string expected)
    {
        using var stein = new SteinProgram();
        Write(stein, Samples);
        ScoreSamples.Write(stein, "few.csv", [1, 2, 3, 4], 2);
        ScoreSamples.Write(stein, "swapped.csv", Samples, 2, "g_b,g_a");
        SteinResult result = stein.RunHere(["ksd", "--samples", "x.csv", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static JsonDocument Json(SteinProgram stein, params string[] arguments)
    {
        SteinResult result = stein.RunHere(["ksd", "--samples", "x.csv", "--scores", "s.csv", "--json", .. arguments]);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Error);
        return JsonDocument.Parse(result.Output);
    }

    private static void Write(SteinProgram stein, double[] samples, Func<double, double>? score = null)
    {
        ScoreSamples.Write(stein, "x.csv", samples, 2, "a,b");
        ScoreSamples.Write(stein, "s.csv", [.. samples.Select(score ?? (x => -x))], 2, "score_a,score_b");
    }
}
