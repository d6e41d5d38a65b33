namespace Stein.Cli.Tests;

/// <summary>Runs that do not come to their end: what is finished or was good is kept, and the exit code says what happened.</summary>
public sealed class FailureTests
{
    [Fact]
    public void A_NaN_stops_its_run_and_keeps_the_last_good_state()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(
            "ica", "--dim", "10", "--seed", "60", "--method", "ksd", "whitening", "--learning-rate", "1e30",
            "--iterations", "50", "--out", "out");
        Assert.True(result.ExitCode == 1, $"{result}");
        Assert.Contains(
            "the unmixing matrix is no longer finite at iteration 50; it was at iteration 0",
            result.Error,
            StringComparison.Ordinal);
        string kept = Assert.Single(stein.Entries(), path => Path.GetFileName(path) == "unmixing_last_good_iteration0.csv");
        Assert.Contains(Path.GetFileName(Path.GetDirectoryName(kept)!), result.Error, StringComparison.Ordinal);
        Assert.Equal(10, File.ReadAllLines(kept).Length);
        Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(kept)!, "failure.json")));
        Dictionary<string, string> finished = Assert.Single(Csv.Read(stein.Read("out", "runs.csv")));
        Assert.Equal("whitening", finished["method"]);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_stops_after_the_iteration_and_keeps_what_is_finished(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        using var stein = new SteinProgram();
        SteinResult result = stein.RunAndSignal(
            signal,
            "] whitening",
            "reproduce", "ica", "--dims", "10", "--seeds", "60", "--methods", "lsd", "whitening", "--iterations", "10000000", "--jobs", "2",
            "--out", "out");
        Assert.True(result.ExitCode == exitCode, $"{result}");
        Assert.Contains("interrupted: 1 of 2 runs are finished", result.Error, StringComparison.Ordinal);
        Assert.Equal("whitening", Assert.Single(Csv.Read(stein.Read("out", "runs.csv")))["method"]);
        Assert.Contains("Run the same command again to resume", result.Error, StringComparison.Ordinal);
        Assert.Single(stein.Entries(), path => Path.GetFileName(path) == "checkpoint.bin");
        Assert.DoesNotContain(stein.Entries(), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }
}
