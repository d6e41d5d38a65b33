using Stein.Engine.Estimators;

namespace Stein.Cli.Tests;

/// <summary><c>stein score</c> with input that cannot be used, or interrupted: exit code, message, and nothing changed.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ScoreFailureTests
{
    private const string Good = "x,y\n1,2\n3,5\n4,-1\n0,1\n";

    /// <summary>The samples' file, the arguments after it, and what the message has to say.</summary>
    public static TheoryData<string, string, string> Cases => new()
    {
        { "", "", "--samples x.csv: it has no rows of numbers" },
        { "x,y\n1,2\n3,abc\n", "", "--samples x.csv, line 3, column 2 (y): 'abc'; it must be a finite number" },
        { "1,2\n3,NaN\n", "", "line 2, column 2: 'NaN'" },
        { "1,2\n3,-inf\n", "", "line 2, column 2: '-inf'" },
        { "1,2\n3,4,5\n", "", "line 2: it has 3 cells, and the first row of numbers has 2" },
        { "1,2\n", "", "1 sample is too few; at least 2 are needed" },
        { "1,2\n1,2\n1,2\n", "", "all are the same" },
        { "1,2\n1,2\n3,5\n4,9\n", "--regularisation 0", "Remove the duplicates or use a larger ridge" },
        { Good, "--regularisation held-out", "4 samples are too few; at least 10 are needed" },
        { Good, "--regularisation 0 --bandwidth 0.5 --at at.csv", "--at at.csv: At ridge 0 the estimate exists only at the samples" },
        { Good, "--kernel matern32 --estimator kef", "--kernel matern32: the estimator kef needs 4 derivatives of the kernel" },
        { Good, "--at three.csv", "--at three.csv: it has 3 columns and --samples x.csv has 2 columns; both must have the same" },
        { Good, "--loss three.csv", "--loss three.csv: it has 3 columns and --samples x.csv has 2" },
        { Good, "--at empty.csv", "--at empty.csv: it has no rows of numbers" },
        { Good, "--at turned.csv", "--at turned.csv: its columns are y, x, those of --samples x.csv are x, y" },
        { Good, "--at missing.csv", "--at 'missing.csv': there is no such file" },
        { Good, "--out .", "--out '.': not a file name" },
        { Good, "--out new/", "--out 'new/': not a file name" },
        { Good, "--out x.csv", "--samples is read from that file, which would be replaced" },
        { Good, "--at at.csv --out ./at.csv", "--at is read from that file, which would be replaced" },
        { Good, "--out at.csv/scores.csv", "at.csv is a file" },
        { "1,2\n3,abc\n", "--out new/folder/scores.csv", "line 2, column 2: 'abc'" },
        { "1,2\n1,2\n", "--out new/folder/scores.csv", "all are the same" },
    };

    /// <summary>Numbers that no estimator takes.</summary>
    public static TheoryData<string> Estimators => [.. ScoreEstimators.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Says_what_is_wrong_and_changes_nothing(string samples, string arguments, string message)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("x.csv"), samples);
        File.WriteAllText(stein.PathOf("at.csv"), "x,y\n1,1\n");
        File.WriteAllText(stein.PathOf("turned.csv"), "y,x\n1,1\n");
        File.WriteAllText(stein.PathOf("three.csv"), "1,1,1\n");
        File.WriteAllText(stein.PathOf("empty.csv"), "");
        File.WriteAllText(stein.PathOf("scores.csv"), "mine");
        string[] before = Contents(stein);
        string[] output = arguments.Contains("--out", StringComparison.Ordinal) ? [] : ["--out", "scores.csv"];
        SteinResult result = stein.RunHere(
            ["score", "--samples", "x.csv", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. output]);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal("", result.Output);
        Assert.Equal(before, Contents(stein));
    }

    [Fact]
    public void An_output_without_a_name_is_refused()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere("score", "--samples", "x.csv", "--out", "");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("--out '': not a file name", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Estimators))]
    public void A_regularisation_that_the_estimator_does_not_take_is_refused_by_its_name(string name)
    {
        ScoreEstimator estimator = ScoreEstimators.Find(name);
        Assert.NotNull(estimator.ProblemWith(-1));
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere("score", "--samples", "missing.csv", "--estimator", name, "--regularisation", "-1");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(
            $"--regularisation -1: the {estimator.RegularisationName} of {name}: {estimator.ProblemWith(-1)}",
            result.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_ends_it_with_nothing_written(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        using var stein = new SteinProgram();
        // Half a minute or more of the reference device, which is told to stop when it says that it takes long.
        ScoreSamples.Write(stein, "x.csv", [.. ScoreSamples.Normal(8000, 50, 3).Select(value => Math.Round(value, 2))], 50);
        File.WriteAllText(stein.PathOf("scores.csv"), "mine");
        string[] before = Contents(stein);
        SteinResult result = stein.RunAndSignal(
            signal, "selecting the ", "score", "--samples", "x.csv", "--estimator", "kde", "--regularisation", "held-out",
            "--device", "double", "--out", "scores.csv");
        Assert.True(result.ExitCode == exitCode, $"{result}");
        Assert.Equal("", result.Output);
        Assert.Equal(before, Contents(stein));
    }

    /// <summary>Every file and folder, with what is in it.</summary>
    private static string[] Contents(SteinProgram stein) =>
    [
        .. from path in stein.Entries().Order(StringComparer.Ordinal)
           select File.Exists(path) ? $"{path}: {File.ReadAllText(path)}" : path,
    ];
}
