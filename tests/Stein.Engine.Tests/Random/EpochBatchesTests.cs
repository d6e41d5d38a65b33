using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Random;

public class EpochBatchesTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(12, 12)]
    [InlineData(12, 3)]
    [InlineData(13, 3)]
    [InlineData(2000, 100)]
    public void An_epoch_visits_each_point_once_but_for_the_remainder(int sampleCount, int batchSize)
    {
        var batches = new EpochBatches(60, sampleCount, batchSize);
        for (uint epoch = 0; epoch < 3; epoch++)
        {
            int[] visited = [.. Enumerable.Range(0, sampleCount / batchSize).SelectMany(_ => Next(batches))];
            Assert.Equal(epoch, batches.Position.Epoch);
            Assert.Equal(sampleCount - (sampleCount % batchSize), visited.Distinct().Count());
            Assert.All(visited, index => Assert.InRange(index, 0, sampleCount - 1));
        }
    }

    [Fact]
    public void Fixed_batches_are_the_points_in_their_order_in_every_epoch()
    {
        var batches = new EpochBatches(60, 7, 3, BatchOrder.Fixed);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            Assert.Equal([0, 1, 2], Next(batches));
            Assert.Equal([3, 4, 5], Next(batches));
        }
    }

    /// <summary>
    /// Every point is drawn as often as the others: 10 000 draws of 10 points, χ² with 9 degrees of freedom below its 99.9 %.
    /// </summary>
    [Fact]
    public void Batches_with_replacement_draw_every_point_equally_often_and_some_twice()
    {
        var batches = new EpochBatches(60, 10, 5, BatchOrder.Replacement);
        int[][] drawn = [.. Enumerable.Range(0, 2000).Select(_ => Next(batches))];
        Assert.Contains(drawn, batch => batch.Distinct().Count() < 5);
        double deviation = Enumerable.Range(0, 10).Sum(
            point => Math.Pow(drawn.Sum(batch => batch.Count(index => index == point)) - 1000, 2) / 1000);
        Assert.InRange(deviation, 0, 27.88);
    }

    [Theory]
    [InlineData(BatchOrder.Fixed)]
    [InlineData(BatchOrder.Replacement)]
    public void Other_orders_are_restored_too(BatchOrder order)
    {
        var batches = new EpochBatches(60, 13, 3, order);
        for (int read = 0; read < 6; read++)
            Next(batches);
        var restored = new EpochBatches(60, 13, 3, order) { Position = batches.Position };
        Assert.Equal(Enumerable.Range(0, 9).Select(_ => Next(batches)), Enumerable.Range(0, 9).Select(_ => Next(restored)));
    }

    [Fact]
    public void Epochs_and_seeds_have_different_orders()
    {
        var batches = new EpochBatches(60, 50, 50);
        int[] first = Next(batches);
        Assert.NotEqual(first, Next(batches));
        Assert.NotEqual(first, Next(new EpochBatches(61, 50, 50)));
        Assert.Equal(first, Next(new EpochBatches(60, 50, 50)));
    }

    [Fact]
    public void A_restored_reader_continues_with_the_same_batches()
    {
        var batches = new EpochBatches(60, 13, 3);
        for (int read = 0; read < 10; read++)
        {
            BatchPosition position = batches.Position;
            int[][] expected = [.. Enumerable.Range(0, 9).Select(_ => Next(batches))];

            var fresh = new EpochBatches(60, 13, 3) { Position = position };
            Assert.Equal(expected, Enumerable.Range(0, 9).Select(_ => Next(fresh)));

            batches.Position = position;
            Assert.Equal(expected[0], Next(batches));
        }
    }

    [Fact]
    public void Reading_allocates_nothing()
    {
        var batches = new EpochBatches(60, 20, 10);
        var indices = new int[10];
        batches.Next(indices);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            batches.Next(indices);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Bad_arguments_are_named()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochBatches(60, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EpochBatches(60, 10, 0));
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new EpochBatches(60, 10, 11));
        Assert.Contains("from 1 to 10", error.Message, StringComparison.Ordinal);

        var batches = new EpochBatches(60, 10, 3);
        Assert.Throws<ArgumentException>(() => batches.Next(new int[4]));
        foreach (int offset in new[] { -3, 1, 12 })
        {
            Assert.Throws<ArgumentOutOfRangeException>(() => batches.Position = new BatchPosition(0, offset));
        }
    }

    [Fact]
    public void The_last_epoch_ends_with_an_error()
    {
        var batches = new EpochBatches(60, 4, 4) { Position = new BatchPosition(uint.MaxValue, 4) };
        Assert.Throws<InvalidOperationException>(() => batches.Next(new int[4]));
    }

    private static int[] Next(EpochBatches batches)
    {
        var indices = new int[batches.BatchSize];
        batches.Next(indices);
        return indices;
    }
}
