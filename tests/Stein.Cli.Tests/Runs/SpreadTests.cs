namespace Stein.Cli.Tests.Runs;

/// <summary>However the grid is spread over threads and processes, the store and the report are the same to the last byte.</summary>
public sealed class SpreadTests
{
    [Fact]
    public void Many_jobs()
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(TestGrid.Reproduce("--jobs", "8", "--quiet"));
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Equal("", result.Output + result.Error);
        TestGrid.AssertSame(stein);
    }

    [Fact]
    public void Two_shards_at_the_same_time_and_then_the_report()
    {
        using var stein = new SteinProgram();
        using SteinProcess first = stein.Begin(TestGrid.Reproduce("--shard", "0/2", "--jobs", "1", "--json"));
        using SteinProcess second = stein.Begin(TestGrid.Reproduce("--shard", "1/2", "--jobs", "1", "--json"));
        SteinResult[] results = [first.WaitForExit(), second.WaitForExit()];
        Assert.All(results, result => Assert.True(result.ExitCode == 0, $"{result}"));
        IReadOnlyList<string>[] done = [first.Finished(), second.Finished()];
        Assert.Equal(TestGrid.Store.Ids, done[0].Concat(done[1]).Order(StringComparer.Ordinal));
        Assert.All(done, shard => Assert.InRange(shard.Count, 10, 20));
        Assert.False(Directory.Exists(stein.PathOf("out")), "a shard makes no report");
        TestGrid.Report(stein);
        TestGrid.AssertSame(stein);
    }

    [Fact]
    public void A_report_half_way_says_how_many_seeds_it_has()
    {
        using var stein = new SteinProgram();
        Assert.Equal(0, stein.Run(TestGrid.Reproduce("--shard", "0/2", "--quiet")).ExitCode);
        TestGrid.Report(stein);
        Assert.Contains(" of 3 seeds", stein.Read("out", "table.md"), StringComparison.Ordinal);
        Assert.Equal(0, stein.Run(TestGrid.Reproduce("--shard", "1/2", "--quiet")).ExitCode);
        TestGrid.Report(stein);
        TestGrid.AssertSame(stein);
    }
}
