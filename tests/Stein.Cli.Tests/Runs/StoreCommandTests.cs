using System.Text.Json;

namespace Stein.Cli.Tests.Runs;

/// <summary><c>show</c>, <c>run</c>, <c>list</c>, <c>status</c> and <c>clean</c> on a real store.</summary>
[Collection(nameof(InThisProcess))]
public sealed class StoreCommandTests
{
    private static readonly string[] Grid = ["reproduce", "ica", "--grid", "test", "--device", "simd", "--quiet"];

    [Fact]
    public void A_grid_that_is_shown_and_run_from_standard_input_has_the_same_ids_and_bits()
    {
        using var stein = new SteinProgram();
        Assert.Equal(0, stein.RunHere([.. Grid, "--store", "store", "--out", "out"]).ExitCode);
        SteinResult shown = stein.RunHere("show", "ica", "--grid", "test", "--all");
        Assert.Equal(TestGrid.Runs, shown.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        using SteinProcess run = stein.Begin("run", "-", "--store", "again", "--out", "out-again", "--device", "simd", "--quiet");
        run.Input(shown.Output);
        SteinResult result = run.WaitForExit();
        Assert.True(result.ExitCode == 0, $"{result}");
        Contents.OfStore(stein.PathOf("store")).AssertSame(Contents.OfStore(stein.PathOf("again")));
        Contents.OfReport(stein.PathOf("out")).AssertSame(Contents.OfReport(stein.PathOf("out-again")));
    }

    [Fact]
    public void Status_and_clean_tell_finished_failed_interrupted_and_running_apart()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(
            stein.PathOf("failing.json"),
            """{"experiment": "ica", "config": {"method": "ksd", "learning_rate": 1e30, "iterations": 10}}""");
        Assert.Equal(1, stein.RunHere("run", "failing.json", "--store", "store", "--out", "out", "--quiet").ExitCode);
        Assert.Equal(0, stein.RunHere([.. Grid, "--methods", "mle", "--seeds", "60", "--store", "store", "--out", "out"]).ExitCode);
        using SteinProcess killed = BeginEndless("ksd");
        Assert.True(killed.Kill());
        using SteinProcess running = BeginEndless("maxsksd");

        using var status = JsonDocument.Parse(stein.RunHere("status", "--store", "store", "--json").Output);
        JsonElement others = Assert.Single(
            status.RootElement.EnumerateArray(),
            row => row.GetProperty("experiment").GetString() == "ica" && row.GetProperty("grid").GetString() == "other");
        Assert.Equal(5, others.GetProperty("runs").GetInt32());
        Assert.Equal(2, others.GetProperty("done").GetInt32());
        Assert.Equal(1, others.GetProperty("failed").GetInt32());
        Assert.Equal(1, others.GetProperty("interrupted").GetInt32());
        Assert.Equal(1, others.GetProperty("running").GetInt32());
        Assert.Contains(
            $"running elsewhere: process {running.Id}",
            stein.RunHere("status", "--store", "store").Output,
            StringComparison.Ordinal);

        string[] folders = Directory.GetDirectories(stein.PathOf("store", "ica"));
        SteinResult dryRun = stein.RunHere("clean", "--store", "store", "--dry-run");
        Assert.Contains("Nothing was removed.", dryRun.Output, StringComparison.Ordinal);
        Assert.Equal(folders, Directory.GetDirectories(stein.PathOf("store", "ica")));
        // Without a terminal it cannot ask.
        Assert.Equal(2, stein.Run("clean", "--store", "store").ExitCode);

        SteinResult cleaned = stein.RunHere("clean", "--store", "store", "--yes");
        Assert.True(cleaned.ExitCode == 0, $"{cleaned}");
        Assert.Contains("2 of 2 removed", cleaned.Output, StringComparison.Ordinal);
        Assert.Equal(3, Directory.GetDirectories(stein.PathOf("store", "ica")).Length);
        Assert.False(running.LetRun(TimeSpan.Zero));
        Assert.Equal(2, Directory.GetFiles(stein.PathOf("store"), "result.json", SearchOption.AllDirectories).Length);
        Assert.True(running.Kill());
        Assert.Contains("There is nothing to remove.", CleanTwice(), StringComparison.Ordinal);

        SteinProcess BeginEndless(string method)
        {
            SteinProcess process = stein.Begin(
                [
                    .. Grid[..^1], "--methods", method, "--dims", "2", "--seeds", "60", "--iterations", "100000000",
                    "--store", "store", "--out", "out", "--json",
                ]);
            Assert.True(process.WaitForEvent("started"));
            return process;
        }

        string CleanTwice()
        {
            Assert.Equal(0, stein.RunHere("clean", "--store", "store", "--yes").ExitCode);
            return stein.RunHere("clean", "--store", "store", "--yes").Output;
        }
    }

    [Fact]
    public void List_has_every_experiment_with_its_cost()
    {
        using var stein = new SteinProgram();
        SteinResult list = stein.RunHere("list");
        Assert.True(list.ExitCode == 0, $"{list}");
        Assert.Contains("ica", list.Output, StringComparison.Ordinal);
        Assert.Empty(stein.Entries());
    }
}
