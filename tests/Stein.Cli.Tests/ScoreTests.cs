using System.Globalization;
using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;

namespace Stein.Cli.Tests;

/// <summary><c>stein score</c>, end to end.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ScoreTests
{
    private const int Columns = 2;

    private static readonly double[] Samples = ScoreSamples.Normal(300, Columns, 1);
    private static readonly double[] Points = ScoreSamples.Normal(100, Columns, 2);

    /// <summary>All that there are: a new estimator is tested without another line.</summary>
    public static TheoryData<string> Estimators => [.. ScoreEstimators.Names];

    [Theory]
    [MemberData(nameof(Estimators))]
    public void Scores_at_the_samples_are_the_estimates(string name)
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Samples, Columns, "height,weight");
        using JsonDocument json = Score(stein, "--samples", "x.csv", "--estimator", name);
        (string header, double[] scores) = ScoreSamples.Parse(stein.Read("scores.csv"));
        Assert.Equal("score_height,score_weight", header);
        double correlation = ScoreSamples.CorrelationWithTruth(scores, Samples);
        Assert.True(correlation > 0.85, $"correlation {correlation}");

        using Device device = DeviceCatalog.Create("simd-double");
        ScoreEstimate expected = ScoreEstimators.Find(name).Fit(device, Samples, Columns);
        Assert.Equal(expected.ScoresAtSamples(), scores);
        JsonElement said = json.RootElement;
        Assert.Equal("stein.score/1", said.GetProperty("schema").GetString());
        Assert.Equal(name, said.GetProperty("estimator").GetString());
        Assert.Equal(
            (300, 2, 300),
            (said.GetProperty("samples").GetInt32(), said.GetProperty("dimension").GetInt32(), said.GetProperty("points").GetInt32()));
        Assert.Equal(expected.Bandwidth, said.GetProperty("bandwidth").GetDouble());
        Assert.Equal(expected.Regularisation, said.GetProperty("regularisation").GetDouble());
        Assert.Equal(ScoreEstimators.Find(name).RegularisationName, said.GetProperty("regularisation_name").GetString());
        Assert.Equal("rule", said.GetProperty("chosen_by").GetString());
        Assert.Equal(JsonValueKind.Null, said.GetProperty("held_out").ValueKind);
        Assert.Equal("simd-double", said.GetProperty("device").GetString());
        Assert.Equal("scores.csv", said.GetProperty("file").GetString());
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void Other_points_and_settings_are_heeded(string name)
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Samples, Columns);
        ScoreSamples.Write(stein, "y.csv", Points, Columns);
        using Device device = DeviceCatalog.Create("simd-double");
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        // The candidate beside the middle: allowed, and in general not the rule's.
        IReadOnlyList<double> candidates = estimator.Candidates(300, Columns);
        double regularisation = candidates[(candidates.Count / 2) + 1];
        var settings = new ScoreEstimatorSettings { Kernel = "imq", Bandwidth = 1.75, Regularisation = regularisation };
        ScoreEstimate expected = estimator.Fit(device, Samples, Columns, settings);

        using JsonDocument json = Score(
            stein, "--samples", "x.csv", "--at", "y.csv", "--loss", "y.csv", "--estimator", name, "--kernel", "imq", "--bandwidth", "1.75",
            "--regularisation", regularisation.ToString("R", CultureInfo.InvariantCulture));
        (string header, double[] scores) = ScoreSamples.Parse(stein.Read("scores.csv"));
        Assert.Equal("score_1,score_2", header);
        Assert.Equal(expected.Scores(Points), scores);
        Assert.Equal(100, json.RootElement.GetProperty("points").GetInt32());
        Assert.Equal("given", json.RootElement.GetProperty("chosen_by").GetString());
        Assert.Equal(regularisation, json.RootElement.GetProperty("regularisation").GetDouble());
        Assert.Equal(expected.ScoreMatchingLoss(Points), json.RootElement.GetProperty("score_matching_loss").GetDouble());
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void Held_out_takes_the_candidate_with_the_least_loss(string name)
    {
        using var stein = new SteinProgram();
        double[] few = Samples[..(60 * Columns)];
        ScoreSamples.Write(stein, "x.csv", few, Columns);
        using JsonDocument json = Score(
            stein, "--samples", "x.csv", "--estimator", name, "--regularisation", "held-out", "--seed", "7");
        JsonElement said = json.RootElement;
        Assert.Equal("held-out", said.GetProperty("chosen_by").GetString());
        Assert.Equal(7, said.GetProperty("seed").GetInt32());
        (double Regularisation, double Loss)[] tried =
        [
            .. said.GetProperty("held_out").EnumerateArray().Select(row => (
                row.GetProperty("regularisation").GetDouble(),
                row.GetProperty("loss") is { ValueKind: JsonValueKind.Number } loss ? loss.GetDouble() : double.PositiveInfinity)),
        ];

        using Device device = DeviceCatalog.Create("simd-double");
        HeldOutSelection expected = HeldOutSelection.Choose(ScoreEstimators.Find(name), device, few, Columns, seed: 7);
        Assert.Equal(expected.Candidates, tried.Select(candidate => candidate.Regularisation));
        Assert.Equal(expected.Losses, tried.Select(candidate => candidate.Loss));
        Assert.Equal(expected.Regularisation, said.GetProperty("regularisation").GetDouble());
    }

    [Fact]
    public void The_default_is_the_first_estimator()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Samples, Columns);
        using JsonDocument json = Score(stein, "--samples", "x.csv");
        Assert.Equal(ScoreEstimators.All[0].Name, json.RootElement.GetProperty("estimator").GetString());
    }

    [Fact]
    public void In_a_pipe_the_scores_alone_are_on_standard_output()
    {
        using var stein = new SteinProgram();
        using SteinProcess process = stein.Begin("score", "--samples", "-", "--device", "simd-double");
        process.Input(ScoreSamples.Text(Samples, Columns, "x,y"));
        SteinResult result = process.WaitForExit();
        Assert.True(result.ExitCode == 0, $"{result}");
        (string header, double[] scores) = ScoreSamples.Parse(result.Output);
        Assert.Equal("score_x,score_y", header);
        Assert.Equal(Samples.Length, scores.Length);
        Assert.InRange(ScoreSamples.CorrelationWithTruth(scores, Samples), 0.85, 1);
        Assert.Contains("300 samples, D = 2, kernel rbf, bandwidth h = ", result.Error, StringComparison.Ordinal);
        Assert.Contains("(rule), device simd-double", result.Error, StringComparison.Ordinal);
        Assert.Empty(stein.Entries());
    }

    [Fact]
    public void Points_from_standard_input_with_nothing_said()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Samples, Columns);
        using SteinProcess process = stein.Begin("score", "--samples", "x.csv", "--at", "-", "--quiet");
        process.Input("0 0\n-1 1\n");
        SteinResult result = process.WaitForExit();
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Error);
        double[] scores = ScoreSamples.Parse(result.Output).Values;
        Assert.Equal(4, scores.Length);
        Assert.InRange(scores[2], 0.3, 2);
        Assert.InRange(scores[3], -2, -0.3);
    }

    [Fact]
    public void People_are_told_how_the_regularisation_was_selected()
    {
        using var stein = new SteinProgram();
        ScoreSamples.Write(stein, "x.csv", Samples, Columns);
        ScoreSamples.Write(stein, "z.csv", Points, Columns);
        SteinResult result = stein.Run(
            "score", "--samples", "x.csv", "--regularisation", "held-out", "--loss", "z.csv", "--out", "made/scores.csv");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Output);
        Assert.Contains("score-matching loss at the samples held out", result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n'), line => line.Contains("  selected", StringComparison.Ordinal));
        Assert.Contains("score-matching loss at z.csv: -", result.Error, StringComparison.Ordinal);
        Assert.Contains("scores at 300 points are in made/scores.csv", result.Error, StringComparison.Ordinal);
        Assert.Equal(301, stein.ReadLines("made", "scores.csv").Length);
    }

    /// <summary>Runs it into scores.csv on the device of the tests.</summary>
    private static JsonDocument Score(SteinProgram stein, params string[] arguments)
    {
        SteinResult result = stein.RunHere(["score", .. arguments, "--device", "simd-double", "--out", "scores.csv", "--json"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Error);
        return JsonDocument.Parse(Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }
}
