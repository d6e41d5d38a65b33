using Stein.Engine.Random;
using Xunit;

namespace Stein.Engine.Tests.Random;

/// <summary>Bounded integers and shuffles; error rates are stated in <see cref="Goodness"/>.</summary>
public class IntegerTests
{
    private const int Count = 100_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Integers_below_a_bound_are_equally_likely(int bound)
    {
        var stream = new PhiloxStream(80, StreamPurpose.Probes);
        var counts = new int[bound];
        for (int i = 0; i < Count; i++)
        {
            counts[stream.NextInt32(bound)]++;
        }

        if (bound > 1)
        {
            Goodness.AssertEquallyLikely(counts);
        }
    }

    [Fact]
    public void A_bound_that_does_not_divide_the_words_is_not_biased()
    {
        // Without rejection the number of words per value would follow the pattern 3, 3, 2, which the remainder modulo 3 would show.
        const int Bound = 3 << 29;
        var stream = new PhiloxStream(80, StreamPurpose.Probes);
        var counts = new int[3];
        for (int i = 0; i < Count; i++)
        {
            counts[stream.NextInt32(Bound) % 3]++;
        }

        Goodness.AssertEquallyLikely(counts);
        Assert.True(stream.Position > Count, "No word was rejected.");
    }

    [Fact]
    public void All_orders_of_four_values_are_equally_likely()
    {
        var stream = new PhiloxStream(80, StreamPurpose.Batches);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Count; i++)
        {
            int[] values = [0, 1, 2, 3];
            stream.Shuffle(values);
            string order = string.Concat(values);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        Assert.Equal(24, counts.Count);
        Goodness.AssertEquallyLikely([.. counts.Values]);
    }

    [Fact]
    public void Shuffling_nothing_or_one_value_does_nothing()
    {
        var stream = new PhiloxStream(80, StreamPurpose.Batches);
        int[] single = [7];
        stream.Shuffle([]);
        stream.Shuffle(single);
        Assert.Equal([7], single);
        Assert.Equal(0UL, stream.Position);
    }
}
