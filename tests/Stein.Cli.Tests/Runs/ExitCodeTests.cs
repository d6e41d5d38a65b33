using System.Text.Json;

namespace Stein.Cli.Tests.Runs;

/// <summary>What the shell is told: 0 all is well, 1 a run failed, 2 usage, 3 not reproduced. 130 and 143 have their own tests.</summary>
[Collection(nameof(InThisProcess))]
public sealed class ExitCodeTests
{
    /// <summary>A run that fails at its second iteration, one that does not, and a long one.</summary>
    private const string Failing = """{"experiment": "ica", "config": {"method": "ksd", "learning_rate": 1e30, "iterations": 10}}""";

    private const string Good = """{"experiment": "ica", "config": {"method": "whitening"}}""";

    private const string Long = """{"experiment": "ica", "config": {"method": "mle", "iterations": 100000}}""";

    [Fact]
    public void A_run_that_fails_does_not_stop_the_others_and_is_named_with_its_log()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("plan.jsonl"), $"{Failing}\n{Good}\n");
        SteinResult result = stein.RunHere("run", "plan.jsonl", "--store", "store", "--out", "out", "--jobs", "1");
        Assert.True(result.ExitCode == 1, $"{result}");
        Assert.Contains(
            "stein: KSD, D = 10, seed 60 failed: ",
            result.Error.Replace("ica: ", "", StringComparison.Ordinal),
            StringComparison.Ordinal);
        Assert.Contains("; it was at iteration 0", result.Error, StringComparison.Ordinal);
        string failure = Assert.Single(Directory.GetFiles(stein.PathOf("store"), "failure.json", SearchOption.AllDirectories));
        Assert.Contains(Path.GetRelativePath(stein.Folder, Path.GetDirectoryName(failure)!), result.Error, StringComparison.Ordinal);
        Assert.Contains("no longer finite", File.ReadAllText(failure), StringComparison.Ordinal);
        Assert.Equal("whitening", Assert.Single(Csv.Read(stein.Read("out", "runs.csv")))["method"]);

        SteinResult dryRun = stein.RunHere("run", "plan.jsonl", "--store", "store", "--dry-run");
        Assert.Contains("failed: ", dryRun.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 2 runs to do", dryRun.Output, StringComparison.Ordinal);
        Assert.Equal(1, stein.RunHere("run", "plan.jsonl", "--store", "store", "--out", "out", "--quiet").ExitCode);
    }

    [Fact]
    public void Failing_fast_stops_the_others_with_a_checkpoint()
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("plan.jsonl"), $"{Long}\n{Failing}\n");
        using SteinProcess process = stein.Begin(
            "run", "plan.jsonl", "--store", "store", "--out", "out", "--jobs", "2", "--fail-fast", "--json");
        SteinResult result = process.WaitForExit();
        Assert.True(result.ExitCode == 1, $"{result}");
        Dictionary<string, string?> ends = process.Events().Where(said => said.GetProperty("event").GetString() == "ended")
            .ToDictionary(said => said.GetProperty("run").GetString()!, said => said.GetProperty("status").GetString());
        Assert.Equal("failed", ends["KSD, D = 10, seed 60"]);
        Assert.Contains(ends["MLE, D = 10, seed 60"], (string[])["interrupted", "not-started"]);
    }

    [Fact]
    public void A_forced_run_is_done_again_and_the_old_result_is_kept_aside()
    {
        using var stein = new SteinProgram();
        string[] few = ["--methods", "mle", "--dims", "2", "--seeds", "60"];
        Assert.Equal(0, stein.RunHere([.. TestGrid.Reproduce("--quiet"), .. few]).ExitCode);
        string result = Assert.Single(Directory.GetFiles(stein.PathOf("store"), "result.json", SearchOption.AllDirectories));
        string first = File.ReadAllText(result);
        Assert.Contains("The run is done already.", stein.RunHere([.. TestGrid.Reproduce(), .. few]).Output, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllText(result));
        Assert.Equal(0, stein.RunHere([.. TestGrid.Reproduce("--force", "--quiet"), .. few]).ExitCode);
        Assert.NotEqual(first, File.ReadAllText(result));
        Assert.Equal(first, File.ReadAllText(Path.Combine(Path.GetDirectoryName(result)!, "replaced-1", "result.json")));
        Assert.Equal(first.Split("\"provenance\"")[0], Contents.Text(result));
    }

    [Theory]
    [InlineData("reproduce", "icaa")]
    [InlineData("run", "nowhere.json")]
    public void Usage_and_input(params string[] arguments)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(arguments);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.StartsWith("stein: ", result.Error, StringComparison.Ordinal);
        Assert.Empty(stein.Entries());
    }

    /// <summary>A number of ours that does not agree with the paper's, at the settings of the paper: KSD at D = 80 is higher.</summary>
    [Fact]
    public void Not_reproduced()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(
            "reproduce", "ica", "--methods", "ksd", "--dims", "80", "--check", "--store", "store", "--out", "out",
            "--device", "simd", "--json");
        Assert.True(result.ExitCode == 3, $"{result}");
        Assert.Contains("--check: some numbers differ from the published ones", result.Error, StringComparison.Ordinal);
        using var finished = JsonDocument.Parse(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        Assert.Equal(3, finished.RootElement.GetProperty("exit_code").GetInt32());
        Assert.Equal("higher", Assert.Single(Csv.Read(stein.Read("out", "table.csv")), row => row["method"] == "KSD")["verdict"]);
    }
}
