using System.Text.Json;
using Stein.Tests;

namespace Stein.Cli.Tests;

/// <summary><c>stein ksd</c> with a target, a bounded support, other samples to compare with, and slices.</summary>
[Collection(nameof(InThisProcess))]
public sealed class KsdTargetTests
{
    private const string TwoModes =
        """{"type": "mixture", "weights": [0.5, 0.5], "means": [[-5, 0], [5, 0]], "standard_deviations": [1, [1, 1]]}""";

    private static readonly double[] Samples = ScoreSamples.Normal(200, 2, 1);

    /// <summary>What is wrong with a target, and what the message has to say.</summary>
    public static TheoryData<string, string> Faults => new()
    {
        { "{", "it is not JSON" },
        { "[1]", "it is not a JSON object" },
        { """{"type": "gaussian", "type": "banana"}""", "it is not JSON" },
        { "{}", "type is missing; it must be one of gaussian, mixture, student-t, banana, ica" },
        {
            """{"type": "gausian"}""",
            "type is \"gausian\"; it must be one of gaussian, mixture, student-t, banana, ica. Did you mean 'gaussian'?"
        },
        { """{"type": 3}""", "type is 3; it must be one of" },
        {
            """{"type": "gaussian", "mean": [0, 0], "covarience": [[1, 0], [0, 1]]}""",
            "a target of type gaussian has no field 'covarience'; it may have type, mean, covariance, standard_deviations, support. Did "
                + "you mean 'covariance'?"
        },
        { """{"type": "gaussian", "covariance": [[1]]}""", "mean is missing; it must be a list of numbers" },
        { """{"type": "gaussian", "mean": [0, 0]}""", "covariance is missing; give it, or standard_deviations" },
        {
            """{"type": "gaussian", "mean": [0], "covariance": [[1]], "standard_deviations": [1]}""",
            "covariance and standard_deviations are both given"
        },
        { """{"type": "gaussian", "mean": [0, "a"], "standard_deviations": [1, 1]}""", "mean[1] is \"a\"; it must be a finite number" },
        { """{"type": "gaussian", "mean": [0, 1e999], "standard_deviations": [1, 1]}""", "mean[1] is 1e999; it must be a finite number" },
        { """{"type": "gaussian", "mean": [], "standard_deviations": []}""", "mean is an empty list" },
        { """{"type": "gaussian", "mean": [0, 0], "standard_deviations": [1, -1]}""", "standard_deviations[1] is -1; it must be above 0" },
        { """{"type": "gaussian", "mean": [0, 0], "standard_deviations": [1]}""", "standard_deviations has 1 number; it must have 2" },
        { """{"type": "gaussian", "mean": [0, 0], "covariance": [1, 0, 0, 1]}""", "covariance[0] is 1; it must be a list of numbers" },
        { """{"type": "gaussian", "mean": [0, 0], "covariance": [[1, 0]]}""", "covariance has 1 rows; it must have 2" },
        { """{"type": "gaussian", "mean": [0, 0], "covariance": [[1, 0], [0]]}""", "covariance[1] has 1 number; it must have 2" },
        {
            """{"type": "gaussian", "mean": [0, 0], "covariance": [[1, 2], [2, 1]]}""",
            "covariance [1, 2; 2, 1] is not positive definite; all its eigenvalues must be above 0"
        },
        { """{"type": "gaussian", "mean": [0, 0], "covariance": [[1, 2], [0, 9]]}""", "covariance is not symmetric: entry (1, 0) is 0" },
        {
            """{"type": "mixture", "weights": [0.5, 0.4], "means": [[0], [1]], "standard_deviations": [1, 1]}""",
            "weights have the sum 0.9; it must be 1"
        },
        {
            """{"type": "mixture", "weights": [1.5, -0.5], "means": [[0], [1]], "standard_deviations": [1, 1]}""",
            "weights[1] is -0.5; it must not be negative"
        },
        {
            """{"type": "mixture", "weights": [0.5, 0.5], "means": [[0, 0]], "standard_deviations": [1, 1]}""",
            "means has 1 items; it must have 2, one for each weight"
        },
        {
            """{"type": "mixture", "weights": [0.5, 0.5], "means": [[0, 0], [1]], "standard_deviations": [1, 1]}""",
            "means[1] has 1 number; it must have 2, as means[0] has"
        },
        {
            """{"type": "mixture", "weights": [0.5, 0.5], "means": [[0, 0], [1, 1]], "covariances": [[[1, 0], [0, 1]]]}""",
            "covariances has 1 items; it must have 2"
        },
        {
            """{"type": "mixture", "weights": [0, 1], "means": [[0, 0], [1, 1]], "covariances": [[[1, 0], [0, 1]], [[1, 3], [3, 1]]]}""",
            "covariances[1] [1, 3; 3, 1] is not positive definite"
        },
        { """{"type": "mixture", "weights": [1], "means": [[0, 0]], "standard_deviations": [[1, 0]]}""", "standard_deviations[0][1]" },
        {
            """{"type": "student-t", "degrees_of_freedom": 5, "location": [0, 0], "scales": [1, 1]}""",
            "form is missing; it must be one of product, multivariate"
        },
        {
            """{"type": "student-t", "form": "product", "degrees_of_freedom": 0, "location": [0, 0], "scales": [1, 1]}""",
            "degrees_of_freedom is 0; it must be a number above 0"
        },
        {
            """{"type": "student-t", "form": "product", "degrees_of_freedom": 5, "location": [0, 0], "scale_matrix": [[1, 0], [0, 1]]}""",
            "scale_matrix has no place in a product"
        },
        { """{"type": "banana", "dimension": 2.5}""", "dimension is 2.5; it must be a whole number, 2 or more" },
        { """{"type": "banana", "variance": -1}""", "variance is -1; it must be a number above 0" },
        { """{"type": "banana", "dimension": 3}""", "the target has dimension 3, and the samples have 2 coordinates" },
        { """{"type": "ica", "base": "laplace"}""", "unmixing is missing; give it, or unmixing_file" },
        { """{"type": "ica", "base": "laplac", "unmixing": [[1, 0], [0, 1]]}""", "Did you mean 'laplace'?" },
        { """{"type": "ica", "base": ["laplace"], "unmixing": [[1, 0], [0, 1]]}""", "base has 1 items; it must have 2" },
        { """{"type": "ica", "base": ["laplace", "cauchy"], "unmixing": [[1, 0], [0, 1]]}""", "base[1] is \"cauchy\"" },
        { """{"type": "ica", "base": "laplace", "unmixing": [[1, 2], [2, 4]]}""", "unmixing is a 2×2 matrix that is singular" },
        { """{"type": "ica", "base": "laplace", "unmixing_file": "none.csv"}""", "there is no such file" },
        { """{"type": "ica", "base": "laplace", "unmixing_file": "x.csv"}""", "it must be square" },
        { """{"type": "banana", "support": [[0, null]]}""", "support has 1 items; it must have 2, one for each coordinate" },
        { """{"type": "banana", "support": [0, 1]}""", "support[0] is 0; it must be null for the whole line, or a pair" },
        { """{"type": "banana", "support": [[1, 0], null]}""", "support: The support of coordinate 1 is from 1 to 0" },
        { """{"type": "banana", "support": [[0, null], null]}""", "a of sample 1 is" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Errors_of_targets_name_the_field_and_its_value(string target, string expected)
    {
        using var stein = new SteinProgram();
        double[] below = [-1, 2, -3, 4, -0.5, 6];
        ScoreSamples.Write(stein, "x.csv", below, 2, "a,b");
        File.WriteAllText(stein.PathOf("t.json"), target);
        SteinResult result = stein.RunHere("ksd", "--samples", "x.csv", "--target", "t.json");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
    }

    /// <summary>The scores of each target are those that a file of them has.</summary>
    [Theory]
    [InlineData("""{"type": "gaussian", "mean": [1, 0], "covariance": [[2, 0.5], [0.5, 1]]}""")]
    [InlineData("""{"type": "student-t", "form": "multivariate", "degrees_of_freedom": 4, "location": [0, 0], "scales": [1, 2]}""")]
    [InlineData("""{"type": "ica", "base": ["laplace", "student-t"], "unmixing_file": "v.csv", "mean": [0.1, 0]}""")]
    [InlineData("""{"type": "banana", "bend": 0.2, "variance": 1}""")]
    public void A_target_has_the_discrepancy_of_its_scores(string text)
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Samples, 2, "a,b");
        ScoreSamples.Write(stein, "v.csv", [1, 0.5, -0.3, 2], 2);
        File.WriteAllText(stein.PathOf("t.json"), text);
        var scores = new double[Samples.Length];
        Experiments.Targets.TargetFile.Read(stein.PathOf("t.json")).Density.Score(Samples, scores);
        ScoreSamples.Write(stein, "s.csv", scores, 2, "a,b");
        using JsonDocument target = Json(stein, "--target", "t.json"), file = Json(stein, "--scores", "s.csv");
        Assert.Equal(
            file.RootElement.GetProperty("discrepancies").GetRawText(), target.RootElement.GetProperty("discrepancies").GetRawText());
        Assert.Equal("t.json", target.RootElement.GetProperty("target").GetProperty("file").GetString());
        Assert.Contains("a single mode", Verdict(target, "modes"), StringComparison.Ordinal);
        SteinResult byTarget = stein.RunHere("thin", "--samples", "x.csv", "--target", "t.json", "--points", "5", "-q");
        Assert.True(byTarget.ExitCode == 0, $"{byTarget}");
    }

    [Fact]
    public void A_missing_mode_is_found()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("t.json"), TwoModes);
        ScoreSamples.Write(stein, "x.csv", [.. Samples.Select((x, i) => i % 2 == 0 ? x + 5 : x)], 2, "a,b");
        string[] command = ["ksd", "--samples", "x.csv", "--target", "t.json", "--independent"];
        SteinResult result = stein.RunHere([.. command, "--check", "--level", "0.02"]);
        Assert.True(result.ExitCode == 3, $"{result}");
        Assert.Contains("A mode is missing: component 1 has weight 0.5 and 0.0 % of the samples.", result.Output, StringComparison.Ordinal);

        ScoreSamples.Write(stein, "x.csv", [.. Samples.Select((x, i) => i % 4 == 0 ? x + 5 : i % 4 == 2 ? x - 5 : x)], 2, "a,b");
        using JsonDocument both = Json(stein, "--target", "t.json", "--independent", "--out", "o");
        Assert.Contains("No mode is missing", Verdict(both, "modes"), StringComparison.Ordinal);
        Assert.Equal(0.5, both.RootElement.GetProperty("modes").GetProperty("components")[0].GetProperty("share").GetDouble(), 1e-3);
        Assert.Equal(3, stein.ReadLines("o", "components.csv").Length);
    }

    /// <summary>Of samples of Exp(1), whose density does not vanish at 0: as on the line they are rejected, above 0 they are not.</summary>
    [Fact]
    public void A_half_line_is_not_tested_as_the_whole_line()
    {
        using var stein = new SteinProgram();
        var stream = new Engine.Random.PhiloxStream(3, Engine.Random.StreamPurpose.TestData);
        double[] samples = [.. Enumerable.Range(0, 300).Select(_ => -Math.Log(stream.NextOpenUniform()))];
        ScoreSamples.Write(stein, "x.csv", samples, 1, "rate");
        ScoreSamples.Write(stein, "s.csv", [.. samples.Select(_ => -1.0)], 1, "rate");
        using JsonDocument whole = Json(stein, "--scores", "s.csv", "--independent");
        Assert.True(whole.RootElement.GetProperty("rejected").GetBoolean());
        Assert.Contains("give --lower rate=0", Verdict(whole, "support"), StringComparison.Ordinal);
        using JsonDocument half = Json(stein, "--scores", "s.csv", "--independent", "--lower", "rate=0");
        Assert.False(half.RootElement.GetProperty("rejected").GetBoolean());
        Assert.Equal("log(rate)", half.RootElement.GetProperty("coordinates")[0].GetProperty("name").GetString());
        File.WriteAllText(
            stein.PathOf("t.json"), """{"type": "gaussian", "mean": [0], "standard_deviations": [1], "support": [[0, null]]}""");
        SteinResult refused = stein.RunHere("thin", "--samples", "x.csv", "--target", "t.json", "--points", "3");
        Assert.Contains("its support is bounded", refused.Error, StringComparison.Ordinal);
        using JsonDocument all = Json(stein, "--scores", "s.csv", "--independent", "--lower", "0");
        Assert.Equal(half.RootElement.GetProperty("discrepancies").GetRawText(), all.RootElement.GetProperty("discrepancies").GetRawText());
    }

    /// <summary>The worked example of docs/ksd.md, whose numbers these are.</summary>
    [Theory]
    [InlineData("right", 0, 0.204)]
    [InlineData("wrong", 3, 0.002)]
    public void A_forgotten_ratio_of_proposals_is_found(string sampler, int exitCode, double p)
    {
        using var stein = new SteinProgram();
        string file = Path.Combine(Repository.Folder, "docs", "data", $"metropolis-{sampler}.csv");
        SteinResult result = stein.RunHere(
            "ksd", "--samples", file, "--columns", "mu,lambda", "--score-columns", "g_mu,g_lambda", "--lower", "lambda=0", "--check",
            "--json");
        Assert.True(result.ExitCode == exitCode, $"{result}");
        using JsonDocument json = JsonDocument.Parse(result.Output);
        Assert.Equal(p, json.RootElement.GetProperty("p").GetDouble(), 1e-9);
    }

    [Fact]
    public void The_closer_of_two_samples_is_named()
    {
        using var stein = new SteinProgram();
        double[] far = Array.ConvertAll(ScoreSamples.Normal(200, 2, 2), x => (1.5 * x) + 0.5);
        ScoreSamples.Write(stein, "x.csv", Samples, 2, "a,b");
        ScoreSamples.Write(stein, "s.csv", [.. Samples.Select(x => -x)], 2, "a,b");
        ScoreSamples.Write(stein, "y.csv", far, 2, "a,b");
        ScoreSamples.Write(stein, "t.csv", [.. far.Select(x => -x)], 2, "a,b");
        using JsonDocument json = Json(
            stein, "--scores", "s.csv", "--compare", "y.csv", "--compare-scores", "t.csv", "--independent", "--paired", "--out", "o");
        Assert.StartsWith("x.csv is closer to the model than y.csv", Verdict(json, "comparison"), StringComparison.Ordinal);
        JsonElement main = json.RootElement.GetProperty("comparison").GetProperty("differences")[1];
        Assert.Equal(
            main.GetProperty("first").GetDouble() - main.GetProperty("second").GetDouble(),
            main.GetProperty("difference").GetDouble(),
            1e-12);
        Assert.Equal(4, stein.ReadLines("o", "comparison.csv").Length);
    }

    [Theory]
    [InlineData("g")]
    [InlineData("rg")]
    public void Slices_show_along_which_direction_samples_differ(string kind)
    {
        using var stein = new SteinProgram();
        double[] samples = ScoreSamples.Normal(400, 3, 4);
        for (int i = 0; i < samples.Length; i += 3)
            samples[i + 1] *= 1.8;
        ScoreSamples.Write(stein, "x.csv", samples, 3, "a,b,c");
        ScoreSamples.Write(stein, "s.csv", [.. samples.Select(x => -x)], 3, "a,b,c");
        using JsonDocument json = Json(stein, "--scores", "s.csv", "--slices", kind, "--out", "o");
        JsonElement slices = json.RootElement.GetProperty("slices");
        Assert.InRange(slices.GetProperty("p").GetDouble(), 0, 0.05);
        double[] first = [.. slices.GetProperty("each")[0].GetProperty("g").EnumerateArray().Select(weight => weight.GetDouble())];
        Assert.InRange(Math.Abs(first[1]), 0.8, 1);
        string[] lines = stein.ReadLines("o", "slices.csv");
        Assert.Equal("slice,statistic,p,bandwidth,r_a,r_b,r_c,g_a,g_b,g_c", lines[0]);
        Assert.Equal(4, lines.Length);
        Assert.True(new FileInfo(stein.PathOf("o", "slices.png")).Length > 20_000);
        Assert.True(new FileInfo(stein.PathOf("o", "cumulative.png")).Length > 20_000);
    }

    [Theory]
    [InlineData("--target t.json --scores s.csv", "--scores: it has no effect with --target, which computes the scores")]
    [InlineData("--target t.json --estimate-scores kef", "--estimate-scores: it has no effect with --scores, --score-columns, --target")]
    [InlineData("--target t.json --negate-scores", "--negate-scores: it has no effect with --target")]
    [InlineData("--target none.json", "--target 'none.json': there is no such file")]
    [InlineData("--target t.json --lower 0", "--lower: it has no effect with --target. Give the file a field support")]
    [InlineData("--estimate-scores kef --lower 0", "--lower: scores estimated near the end of a support are wrong")]
    [InlineData("--estimate-scores kef --slices g", "--slices: samples cannot be tested against scores that were estimated")]
    [InlineData("--estimate-scores kef --compare y.csv", "--compare: there is no model")]
    [InlineData("--scores s.csv --lower zero", "--lower zero: it must be a finite number for all coordinates, or name=number for one")]
    [InlineData("--scores s.csv --lower c=0", "--lower c=0: there is no coordinate 'c'")]
    [InlineData("--scores s.csv --lower a=-9,b=3", "b of sample 1 is")]
    [InlineData("--scores s.csv --lower a=3 --upper a=3", "--lower 3: it must be below --upper, which is 3 for a")]
    [InlineData("--scores s.csv --compare y.csv", "--compare: the scores at its samples are missing")]
    [InlineData("--scores s.csv --compare-scores s.csv", "--compare-scores: it has no effect without --compare")]
    [InlineData("--scores s.csv --paired", "--paired: it has no effect without --compare")]
    [InlineData("--target t.json --compare y.csv --paired", "pairs need as many of both")]
    [InlineData("--target t.json --compare none.csv", "--compare 'none.csv': there is no such file")]
    [InlineData("--scores s.csv --compare y.csv --compare-scores s.csv", "--compare-scores s.csv: it has 200 rows")]
    [InlineData("--target t.json --compare y.csv --compare-scores s.csv", "--compare-scores: it has no effect where --samples has")]
    [InlineData("--scores - --compare - --compare-scores t.csv", "only one of --scores and --compare can be standard input")]
    [InlineData("--scores s.csv --slices gr", "--slices gr: it must be one of g, rg")]
    [InlineData("--scores s.csv --slices g --kernel matern32", "matern32")]
    public void Errors_say_what_is_wrong(string arguments, string expected)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("t.json"), TwoModes);
        ScoreSamples.Write(stein, "x.csv", Samples, 2, "a,b");
        ScoreSamples.Write(stein, "s.csv", [.. Samples.Select(x => -x)], 2, "a,b");
        ScoreSamples.Write(stein, "y.csv", Samples[..100], 2, "a,b");
        SteinResult result = stein.RunHere(["ksd", "--samples", "x.csv", .. arguments.Split(' ')]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
    }

    private static JsonDocument Json(SteinProgram stein, params string[] arguments)
    {
        SteinResult result = stein.RunHere(["ksd", "--samples", "x.csv", "--json", "--bootstrap", "199", .. arguments]);
        Assert.True(result.ExitCode == 0, $"{result}");
        return JsonDocument.Parse(result.Output);
    }

    private static string Verdict(JsonDocument json, string part)
        => json.RootElement.GetProperty("verdicts").EnumerateArray().Single(verdict => verdict.GetProperty("part").GetString() == part)
            .GetProperty("text").GetString()!;
}
