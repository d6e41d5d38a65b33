using System.Text.Json;

namespace Stein.Cli.Tests.Runs;

/// <summary>Ctrl-C, SIGTERM and SIGHUP.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 129)]
    public void The_first_stops_after_the_iteration_and_the_same_command_goes_on_from_there(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        using var stein = new SteinProgram();
        // No checkpoint by itself: what there is was written because of the signal.
        string[] command = TestGrid.Reproduce("--jobs", "2", "--json");
        using SteinProcess process = stein.Begin(command);
        Assert.True(process.WaitForEvent("progressed"));
        process.Signal(signal);
        SteinResult result = process.WaitForExit();
        Assert.True(result.ExitCode == exitCode, $"{result}");
        Assert.Contains("runs are finished. Run the same command again to resume.", result.Error, StringComparison.Ordinal);
        Assert.Equal(exitCode, process.Events()[^1].GetProperty("exit_code").GetInt32());

        Dictionary<string, int> stoppedAt = Iterations(process.Events(), "ended", "interrupted");
        Assert.InRange(stoppedAt.Count, 1, 2);
        Assert.All(stoppedAt, run => Assert.InRange(run.Value, 0, TestGrid.Iterations - 1));
        // The other run may have been about to take its first step, and then there is nothing to keep of it.
        Assert.Contains(stoppedAt, run => run.Value > 0);
        Assert.All(stoppedAt, run => Assert.Equal(run.Value > 0, File.Exists(stein.PathOf("store", "ica", run.Key, "checkpoint.bin"))));
        Assert.DoesNotContain(stein.Entries(), path => Path.GetFileName(path).StartsWith("claim-", StringComparison.Ordinal));

        using SteinProcess again = stein.Begin(command);
        SteinResult end = again.WaitForExit();
        Assert.True(end.ExitCode == 0, $"{end}");
        Dictionary<string, int> begunAt = Iterations(again.Events(), "started");
        Assert.All(stoppedAt, run => Assert.Equal(run.Value, begunAt[run.Key]));
        Assert.All(begunAt.Where(run => !stoppedAt.ContainsKey(run.Key)), run => Assert.Equal(0, run.Value));
        TestGrid.AssertSame(stein);
    }

    /// <summary>In the middle of an iteration that takes seconds: it has 144 million pairs of samples.</summary>
    [Fact]
    public void A_second_one_stops_at_once()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        using var stein = new SteinProgram();
        File.WriteAllText(
            stein.PathOf("config.json"),
            """{"experiment": "ica", "config": {"method": "ksd", "dimension": 40, "batch": 20000}}""");
        using SteinProcess process = stein.Begin("run", "config.json", "--store", "store", "--out", "out", "--device", "simd", "--json");
        Assert.True(process.WaitForEvent("progressed"));
        process.Signal("INT");
        Assert.False(process.LetRun(TimeSpan.FromMilliseconds(200)), "the first one waits for the iteration");
        process.Signal("INT");
        SteinResult result = process.WaitForExit();
        Assert.True(result.ExitCode == 130, $"{result}");
        Assert.Equal("progressed", process.Events()[^1].GetProperty("event").GetString());
    }

    [Fact]
    public void The_first_ends_run_while_it_waits_for_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        using var stein = new SteinProgram();
        using SteinProcess process = stein.Begin("run", "-");
        // Long enough to start; a signal before that would end it with the same code.
        Assert.False(process.LetRun(TimeSpan.FromSeconds(1.5)));
        process.Signal("TERM");
        Assert.Equal(143, process.WaitForExit().ExitCode);
        Assert.Empty(stein.Entries());
    }

    [Fact]
    public void Nohup_keeps_SIGHUP_away()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "nohup and kill of Linux");
        using var stein = new SteinProgram();
        SteinResult result = ExternalProgram.Run(stein.Folder, new Dictionary<string, string?>(), "bash", "-c", """
            mkfifo input
            nohup stein run - <input & process=$!
            exec 3>input
            sleep 1.5
            kill -HUP $process
            sleep 0.3
            echo nothing >&3
            exec 3>&-
            wait $process
            """);
        Assert.True(result.ExitCode == 2, $"{result}");
    }

    private static Dictionary<string, int> Iterations(IEnumerable<JsonElement> events, string name, string? status = null) =>
        events.Where(said => said.GetProperty("event").GetString() == name)
            .Where(said => status is null || said.GetProperty("status").GetString() == status)
            .ToDictionary(said => said.GetProperty("id").GetString()!, said => said.GetProperty("iteration").GetInt32());
}
