using Stein.Engine.Estimators;
using Xunit;

namespace Stein.Engine.Tests.Estimators;

/// <summary>Splits contain every sample exactly once and are the same for the same seed.</summary>
public sealed class HeldOutSplitTests
{
    [Theory]
    [InlineData(10, 5)]
    [InlineData(14, 5)]
    [InlineData(300, 5)]
    [InlineData(1003, 2)]
    [InlineData(5000, 1)]
    public void Every_sample_is_in_one_part_and_held_out_at_most_once(int count, int splits)
    {
        double[] samples = [.. Enumerable.Range(0, 2 * count).Select(index => (double)index)];
        IReadOnlyList<HeldOutSplit> found = HeldOutSplit.Create(samples, 2, seed: 7);
        Assert.Equal((splits, splits), (found.Count, HeldOutSplit.Count(count)));
        foreach (HeldOutSplit split in found)
        {
            Assert.InRange(split.HeldOut.Length, 2 * (count / 5), 2 * ((count / 5) + 1));
            double[] all = [.. split.Training, .. split.HeldOut];
            Assert.Equal(samples, all.Order());
            Assert.All(Enumerable.Range(0, count), row => Assert.Equal(all[2 * row] + 1, all[(2 * row) + 1]));
        }

        double[] judges = [.. found.SelectMany(split => split.HeldOut)];
        Assert.Equal(judges.Length, judges.Distinct().Count());
        Assert.True(splits < 5 ? judges.Length >= 2 * 400 : judges.Length == samples.Length);
        Assert.Equal(judges, HeldOutSplit.Create(samples, 2, seed: 7).SelectMany(split => split.HeldOut));
        Assert.NotEqual(judges, HeldOutSplit.Create(samples, 2, seed: 8).SelectMany(split => split.HeldOut));
    }

    [Fact]
    public void Too_few_samples_are_refused()
    {
        string message = Assert.Throws<ArgumentException>(() => HeldOutSplit.Create(new double[18], 2, seed: 1)).Message;
        Assert.Contains("at least 10", message, StringComparison.Ordinal);
    }
}
