namespace Stein.Cli.Tests.Runs;

/// <summary>Where results go when nobody says, and the summary that ends <c>reproduce --all</c>.</summary>
[Collection(nameof(InThisProcess))]
public sealed class DefaultFolderTests
{
    [Fact]
    public void All_experiments_end_in_one_summary_and_a_part_does_not_replace_the_whole()
    {
        using var stein = new SteinProgram();
        SteinResult all = stein.RunHere("reproduce", "--all", "--grid", "test", "--device", "simd");
        Assert.True(all.ExitCode == 0, $"{all}");
        string folder = Path.Combine("results", "test", "ica");
        string summary = all.Output[all.Output.LastIndexOf(" Experiments ", StringComparison.Ordinal)..];
        Assert.Matches(
            $@"ica .*{TestGrid.Runs} of {TestGrid.Runs} .*none .*{folder.Replace("\\", "\\\\", StringComparison.Ordinal)}",
            summary);
        string table = stein.Read(folder, "table.csv");

        SteinResult part = stein.RunHere("reproduce", "ica", "--grid", "test", "--device", "simd", "--dims", "2");
        Assert.True(part.ExitCode == 0, $"{part}");
        Assert.Contains("All 15 runs are done already.", part.Output, StringComparison.Ordinal);
        Assert.Equal(table, stein.Read(folder, "table.csv"));
        string[] rows = stein.ReadLines("results", "reports", "ica", "test-dims-2", "table.csv");
        Assert.Subset(table.Split('\n').ToHashSet(), rows.ToHashSet());
        Assert.True(rows.Length < table.Split('\n').Length);
        Assert.Equal(
            TestGrid.Runs,
            Directory.GetFiles(stein.PathOf("results", "runs", "ica"), "result.json", SearchOption.AllDirectories).Length);
    }
}
