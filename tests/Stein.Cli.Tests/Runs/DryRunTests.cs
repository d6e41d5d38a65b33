using System.Text.Json;

namespace Stein.Cli.Tests.Runs;

/// <summary><c>--dry-run</c>: what would be run, why, and how long it would take; nothing is written.</summary>
[Collection(nameof(InThisProcess))]
public sealed class DryRunTests
{
    private static readonly string[] Few = ["--methods", "mle", "ksd", "--dims", "2", "--seeds", "60"];

    [Fact]
    public void On_a_store_that_is_not_there()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere([.. TestGrid.Reproduce("--dry-run"), .. Few]);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("2 runs to do", result.Output, StringComparison.Ordinal);
        Assert.Contains("a guess: no such run was timed here yet", result.Output, StringComparison.Ordinal);
        Assert.Contains("Nothing was written.", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.Output.Split("│ new ").Length - 1);
        Assert.Empty(stein.Entries());
    }

    [Fact]
    public void Says_interrupted_done_and_forced()
    {
        using var stein = new SteinProgram();
        // MLE is done; KSD is killed after a checkpoint.
        Assert.Equal(0, stein.RunHere([.. TestGrid.Reproduce("--quiet"), "--methods", "mle", "--dims", "2", "--seeds", "60"]).ExitCode);
        string[] command = [.. TestGrid.Reproduce("--checkpoint-every", "25", "--json"), .. Few];
        using (SteinProcess process = stein.Begin(command))
        {
            SpinWait.SpinUntil(() => process.LetRun(TimeSpan.FromMilliseconds(1))
                || Directory.GetFiles(stein.PathOf("store"), "checkpoint.previous.bin", SearchOption.AllDirectories).Length > 0);
            Assert.True(process.Kill());
        }

        (string, string)[] before = Listing(stein);
        Dictionary<string, JsonElement> plan = Plan(stein);
        Assert.Equal("done", plan["MLE, D = 2, seed 60"].GetProperty("reason").GetString());
        Assert.Equal(0, plan["MLE, D = 2, seed 60"].GetProperty("seconds").GetDouble());
        JsonElement interrupted = plan["KSD, D = 2, seed 60"];
        int iteration = interrupted.GetProperty("iteration").GetInt32();
        Assert.InRange(iteration, 25, TestGrid.Iterations - 1);
        Assert.Equal(
            $"interrupted at iteration {iteration} of {TestGrid.Iterations}", interrupted.GetProperty("explanation").GetString());
        Assert.True(interrupted.GetProperty("seconds").GetDouble() > 0);

        SteinResult forced = stein.RunHere([.. TestGrid.Reproduce("--dry-run", "--force"), .. Few]);
        Assert.Contains("forced: it is done", forced.Output, StringComparison.Ordinal);
        Assert.Equal(before, Listing(stein));

        using SteinProcess again = stein.Begin(command);
        Assert.Equal(0, again.WaitForExit().ExitCode);
        Assert.Equal(
            iteration,
            again.Events().Single(said => said.GetProperty("event").GetString() == "started").GetProperty("iteration").GetInt32());
        Assert.All(Plan(stein).Values, run => Assert.Equal("done", run.GetProperty("reason").GetString()));
    }

    [Fact]
    public void Says_that_a_run_is_under_way_elsewhere_and_where()
    {
        using var stein = new SteinProgram();
        string[] endless = ["--methods", "ksd", "--dims", "2", "--seeds", "60", "--iterations", "100000000", "--json"];
        string[] command = ["reproduce", "ica", "--grid", "test", "--store", "store", "--out", "out", "--device", "simd", .. endless];
        using SteinProcess process = stein.Begin(command);
        Assert.True(process.WaitForEvent("started"));
        SteinResult result = stein.RunHere([.. command, "--dry-run"]);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains($"running elsewhere: process {process.Id} on {Environment.MachineName}", result.Output, StringComparison.Ordinal);
        Assert.True(process.Kill());
        SteinResult after = stein.RunHere([.. command, "--dry-run"]);
        Assert.Contains("\"reason\":\"interrupted\"", after.Output, StringComparison.Ordinal);
    }

    private static Dictionary<string, JsonElement> Plan(SteinProgram stein)
    {
        SteinResult result = stein.RunHere([.. TestGrid.Reproduce("--dry-run", "--json"), .. Few]);
        Assert.True(result.ExitCode == 0, $"{result}");
        using var planned = JsonDocument.Parse(result.Output);
        return planned.RootElement.Clone().GetProperty("runs").EnumerateArray().ToDictionary(run => run.GetProperty("run").GetString()!);
    }

    /// <summary>Every file with its content, and when it was last written.</summary>
    private static (string Path, string Content)[] Listing(SteinProgram stein) =>
    [
        .. from path in stein.Entries().Order(StringComparer.Ordinal)
           select (path, File.Exists(path) ? $"{File.GetLastWriteTimeUtc(path):O} {Convert.ToHexString(File.ReadAllBytes(path))}" : ""),
    ];
}
