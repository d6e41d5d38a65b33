using Stein.Engine.Devices.Cpu;
using Stein.Engine.Lanes;
using Stein.Engine.Tests.Testing;
using Xunit;

namespace Stein.Engine.Tests.Devices;

/// <summary>The search and the sorting network behind the medians of the CPU.</summary>
[Trait("Category", "Device")]
public class OrderStatisticTests
{
    private static readonly int[] Counts = [1, 2, 63, 64, 65, 66, 130, 1000, 5000];

    public static TheoryData<string> Kinds => [.. MedianTests.Kinds];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Kinds))]
    public async Task Every_rank_is_found_whatever_the_numbers_and_the_guess(string kind) => await Task.Run(
        () =>
        {
            foreach (int count in Counts)
            {
                float[] sorted = [.. MedianTests.Numbers(kind, count, (ulong)count).Select(value => Math.Abs((float)value)).Order()];
                var numbers = new Multiset(sorted);
                float[] guesses = [0, sorted[0], sorted[count / 2], sorted[^1], float.NaN, float.PositiveInfinity, float.Epsilon, -1];
                foreach (float guess in guesses)
                {
                    // The order of the guesses matters: after a guess that was near, the next is assumed to be near as well.
                    bool isNear = count % 2 == 0;
                    foreach (int rank in new[] { 0, 1, count / 3, (count - 1) / 2, (count - 1) / 2, count - 2, count - 1 })
                    {
                        if (rank < 0 || rank >= count)
                            continue;
                        float found = OrderStatistic.Select(numbers, rank, sorted[^1], guess, ref isNear);
                        Assert.True(
                            found == sorted[rank], $"{kind}, {count} numbers, rank {rank}, guess {guess}: {found:R}, not {sorted[rank]:R}");
                    }
                }
            }
        },
        TestContext.Current.CancellationToken);

    [Fact]
    public void The_search_over_the_widest_range_of_floats_takes_few_counts()
    {
        // Half of the numbers are the smallest denormal one, the other half close to the largest number: 2²⁷⁷ apart.
        IEnumerable<int> half = Enumerable.Range(1, 500);
        float[] sorted = [.. half.Select(i => i * float.Epsilon), .. half.Select(i => float.MaxValue / (501 - i))];
        var calls = new Counter();
        bool isNear = false;
        float found = OrderStatistic.Select(new Multiset(sorted, calls), 250, sorted[^1], 0, ref isNear);
        Assert.Equal(sorted[250], found);
        Assert.InRange(calls.Value, 1, 3000);
    }

    [Fact]
    public void A_rank_beyond_the_numbers_is_nan()
    {
        bool isNear = false;
        Assert.True(float.IsNaN(OrderStatistic.Select(new Multiset([1f, 2f]), 2, 2f, 0f, ref isNear)));
    }

    [Fact]
    public void The_network_sorts_columns_of_every_length_in_every_lane()
    {
        for (int count = 1; count <= 70; count++)
        {
            Sort<DoubleLane, double>(count, value => value);
            Sort<Simd128Lane, float>(count, value => (float)value);
            if (CpuDevices.VectorBits >= 256)
                Sort<Simd256Lane, float>(count, value => (float)value);
            if (CpuDevices.VectorBits >= 512)
                Sort<Simd512Lane, float>(count, value => (float)value);
        }
    }

    [Fact]
    public void The_network_sorts_all_zero_one_sequences()
    {
        // The 0–1 principle (Knuth, volume 3, 5.3.4, theorem Z): a network that sorts these sorts everything.
        for (int count = 1; count <= 14; count++)
        {
            var bits = new double[count];
            for (int pattern = 0; pattern < 1 << count; pattern++)
            {
                for (int i = 0; i < count; i++)
                    bits[i] = (pattern >> i) & 1;
                unsafe
                {
                    fixed (double* pointer = bits)
                        SortingNetwork<DoubleLane, double>.Sort(pointer, count);
                }

                for (int i = 1; i < count; i++)
                    Assert.True(bits[i - 1] <= bits[i], $"{count} numbers, pattern {pattern:b}");
            }
        }
    }

    private static unsafe void Sort<TLane, TElement>(int count, Func<double, TElement> convert)
        where TLane : struct, ISimdLane<TLane, TElement>
        where TElement : unmanaged
    {
        int width = TLane.Count;
        foreach (string kind in MedianTests.Kinds)
        {
            double[] values = MedianTests.Numbers(kind, count * width, (ulong)count);
            TElement[] lanes = [.. values.Select(convert)];
            fixed (TElement* pointer = lanes)
                SortingNetwork<TLane, TElement>.Sort(pointer, count);
            for (int column = 0; column < width; column++)
            {
                TElement[] expected = [.. Enumerable.Range(0, count).Select(row => convert(values[(row * width) + column])).Order()];
                for (int row = 0; row < count; row++)
                {
                    Assert.True(
                        expected[row].Equals(lanes[(row * width) + column]),
                        $"{typeof(TLane).Name}, {kind}, {count} rows, row {row}, column {column}");
                }
            }
        }
    }

    private sealed class Counter
    {
        public int Value { get; set; }
    }

    private readonly struct Multiset(float[] sorted, Counter? calls = null) : ICountable<float>
    {
        public long Count(float threshold)
        {
            if (calls is not null)
                calls.Value++;
            return sorted.Count(value => value <= threshold);
        }

        public long Between(float low, float high, Span<float> values, out long countLow)
        {
            countLow = sorted.Count(value => value <= low);
            float[] between = [.. sorted.Where(value => value > low && value <= high)];
            between.AsSpan(0, Math.Min(between.Length, values.Length)).CopyTo(values);
            return between.Length;
        }

        public float SelectAmong(Span<float> few, int count, int rank, float low, float high)
        {
            Assert.InRange(few.Length - count, OrderStatistic.WidestLane, int.MaxValue);
            float[] ascending = [.. few[..count]];
            Array.Sort(ascending);
            Assert.True(ascending[0] > low && ascending[^1] <= high);
            return ascending[rank];
        }
    }
}
