namespace Stein.Cli.Tests.Runs;

/// <summary>Stores that are not there, are files, or have runs that cannot be read; reports of runs of one's own.</summary>
[Collection(nameof(InThisProcess))]
public sealed class StoreOptionTests
{
    [Theory]
    [InlineData("status", "missing", "--store missing: there is no such folder")]
    [InlineData("list", "missing", "--store missing: there is no such folder")]
    [InlineData("report", "missing", "--store missing: there is no such folder")]
    [InlineData("clean", "missing", "--store missing: there is no such folder")]
    [InlineData("status", "file", "--store file: it is not a folder")]
    [InlineData("report", "file", "--store file: it is not a folder")]
    public void One_that_is_named_must_be_there(string command, string store, string message)
    {
        using var stein = new SteinProgram();
        File.WriteAllText(stein.PathOf("file"), "");
        SteinResult result = stein.RunHere(command, "--store", store);
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Equal([stein.PathOf("file")], stein.Entries());
    }

    [Fact]
    public void Before_the_first_run_there_are_none()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.RunHere("status");
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains("There are no runs yet.", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{\"experiment\": \"ica\", \"config\": []}")]
    [InlineData("")]
    [InlineData("{\"experiment\": \"ica\", \"config\": {\"dimension\": \"many\"}}")]
    [InlineData(null)]
    public void A_run_that_cannot_be_read_does_not_hide_the_others(string? config)
    {
        using var stein = new SteinProgram();
        string[] settings = ["--dim", "2", "--method", "whitening", "--seed", "60"];
        Assert.Equal(0, stein.RunHere(["ica", .. settings, "--store", "store", "--quiet", "--device", "simd"]).ExitCode);
        string folder = Directory.CreateDirectory(stein.PathOf("store", "ica", "damaged")).FullName;
        // Null for a config that is a folder.
        if (config is null)
            Directory.CreateDirectory(Path.Combine(folder, "config.json"));
        else
            File.WriteAllText(Path.Combine(folder, "config.json"), config);
        SteinResult status = stein.RunHere("status", "ica", "--store", "store");
        Assert.True(status.ExitCode == 1, $"{status}");
        Assert.Contains("ica/damaged: unreadable: config.json", status.Output, StringComparison.Ordinal);
        Assert.Contains("1 of 1", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, stein.RunHere("list", "--store", "store").ExitCode);
        SteinResult report = stein.RunHere(["report", "ica", "--own", .. settings, "--store", "store", "--out", "again"]);
        Assert.True(report.ExitCode == 0, $"{report}");
        Assert.Equal("whitening", Assert.Single(Csv.Read(stein.Read("again", "runs.csv")))["method"]);
    }

    [Fact]
    public void A_report_of_runs_of_ones_own_is_that_of_the_command_that_ran_them()
    {
        using var stein = new SteinProgram();
        string[] settings = ["--dim", "2", "--method", "whitening", "mle", "--seed", "60", "--iterations", "20"];
        Assert.Equal(0, stein.RunHere(["ica", .. settings, "--out", "out", "--quiet", "--device", "simd"]).ExitCode);
        Assert.Equal(0, stein.RunHere(["report", "ica", "--own", .. settings, "--out", "again", "--quiet"]).ExitCode);
        string[] names = [.. Directory.GetFiles(stein.PathOf("out")).Select(path => Path.GetFileName(path)).Order()];
        Assert.Equal(names, Directory.GetFiles(stein.PathOf("again")).Select(path => Path.GetFileName(path)).Order());
        Assert.Contains("runs.csv", names);
        Assert.Contains("metrics.csv.gz", names);
        Assert.All(
            names.Where(name => name != "provenance.json"),
            name => Assert.Equal(File.ReadAllBytes(stein.PathOf("out", name)), File.ReadAllBytes(stein.PathOf("again", name))));
        SteinResult result = stein.RunHere("report", "ica", "--own", "--quick");
        Assert.True(result.ExitCode == 2, $"{result}");
        Assert.Contains("--own: it is not of a grid", result.Error, StringComparison.Ordinal);
    }
}
