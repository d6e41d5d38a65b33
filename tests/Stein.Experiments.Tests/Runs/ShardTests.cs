using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class ShardTests
{
    private static readonly WalkExperiment Walk = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(40)]
    public void Every_run_is_in_one_shard_and_shards_take_equally_long(int count)
    {
        RunConfig[] runs = [.. Enumerable.Range(1, 30).Select(length => Walk.Identify(new WalkConfig { Length = length }))];
        IReadOnlyList<RunConfig>[] shards = [.. Enumerable.Range(0, count).Select(number => new Shard(number, count).Of(runs))];
        Assert.Equal(runs.OrderBy(run => run.Id), shards.SelectMany(shard => shard).OrderBy(run => run.Id));
        double fair = runs.Sum(run => run.Operations) / count;
        Assert.All(shards, shard => Assert.InRange(shard.Sum(run => run.Operations), 0, fair + 30));
        Assert.All(shards, shard => Assert.Equal(runs.Where(shard.Contains), shard));
        // Whatever the order they are asked for in.
        Assert.Equal(shards[0].OrderBy(run => run.Id), new Shard(0, count).Of(runs.Reverse()).OrderBy(run => run.Id));
    }

    [Fact]
    public void Runs_that_cost_nothing_are_spread()
    {
        RunConfig[] runs = [.. Enumerable.Range(0, 6).Select(seed => Walk.Identify(new WalkConfig { Length = 0, Seed = (uint)seed }))];
        Assert.All(Enumerable.Range(0, 3), number => Assert.Equal(2, new Shard(number, 3).Of(runs).Count));
    }

    [Fact]
    public void Is_written_from_zero()
    {
        Assert.Equal(new Shard(0, 8), Shard.Parse("0/8"));
        Assert.Equal(new Shard(7, 8), Shard.Parse("7/8"));
        Assert.Equal("2/8", new Shard(2, 8).ToString());
    }

    [Theory]
    [InlineData("8/8")]
    [InlineData("-1/8")]
    [InlineData("0/0")]
    [InlineData("1")]
    [InlineData("1/2/3")]
    [InlineData("a/b")]
    [InlineData("")]
    public void Anything_else_is_no_shard(string text)
        => Assert.Contains("i/n", Assert.Throws<FormatException>(() => Shard.Parse(text)).Message, StringComparison.Ordinal);
}
