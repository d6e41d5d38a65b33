using Stein.Engine.Estimators;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Samples in two parts: nothing lost, nothing twice, the same for a seed.</summary>
public sealed class HeldOutSplitTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(14)]
    [InlineData(300)]
    public void Every_sample_is_in_one_part(int count)
    {
        double[] samples = [.. Enumerable.Range(0, 2 * count).Select(index => (double)index)];
        var split = HeldOutSplit.Of(samples, 2, seed: 7);
        Assert.Equal(2 * (count / 5), split.Judges.Length);
        double[] all = [.. split.Training, .. split.Judges];
        Assert.Equal(samples, all.Order());
        Assert.All(Enumerable.Range(0, count), row => Assert.Equal(all[2 * row] + 1, all[(2 * row) + 1]));
        Assert.Equal(split.Judges, HeldOutSplit.Of(samples, 2, seed: 7).Judges);
        Assert.NotEqual(split.Training, HeldOutSplit.Of(samples, 2, seed: 8).Training);
    }

    [Fact]
    public void Too_few_samples_are_refused()
    {
        string message = Assert.Throws<ArgumentException>(() => HeldOutSplit.Of(new double[18], 2, seed: 1)).Message;
        Assert.Contains("at least 10", message, StringComparison.Ordinal);
    }
}
