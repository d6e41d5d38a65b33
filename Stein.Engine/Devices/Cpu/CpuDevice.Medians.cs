using System.Numerics;
using System.Runtime.CompilerServices;

namespace Stein.Engine.Devices.Cpu;

/// <summary>Exact medians of squared distances, where possible without forming or sorting all N² of them.</summary>
internal sealed unsafe partial class CpuDevice<TLane, TElement>
{
    private protected override void MedianSquaredDistanceCore(DeviceMatrix output, DeviceMatrix squaredDistances)
    {
        CpuMatrix<TElement> distances = Cpu(squaredDistances);
        TElement* median = Cpu(output).Pointer;
        int count = distances.Rows;
        int pairs = count * (count - 1) / 2;
        TElement* values = Scratch(4, 1, pairs + (2 * TLane.Count)).Pointer;
        int filled = 0;
        for (int i = 0; i < count; i++)
        {
            // Copies whole lanes: the next row overwrites what is copied past the end of this one.
            TElement* row = distances.Row(i);
            TElement* to = values + filled;
            int length = count - i - 1;
            for (int j = 0; j < length; j += TLane.Count)
                TLane.Store(TLane.Load(row + i + 1 + j), to + j);
            filled += length;
        }

        TLane maxima = default;
        for (int i = 0; i + TLane.Count <= filled; i += TLane.Count)
            maxima = TLane.Max(maxima, TLane.Load(values + i));
        TElement maximum = TElement.Zero;
        TElement* rest = stackalloc TElement[TLane.Count];
        TLane.Store(maxima, rest);
        for (int i = 0; i < TLane.Count; i++)
            maximum = TElement.Max(maximum, rest[i]);
        for (int i = filled / TLane.Count * TLane.Count; i < filled; i++)
            maximum = TElement.Max(maximum, values[i]);
        for (int i = filled; i < filled + TLane.Count; i++)
            values[i] = TElement.PositiveInfinity;

        var numbers = new FlatNumbers(values, filled);

        // The last lane is padded with infinities, so every number except NaN is counted as at most infinity.
        if (numbers.Count(TElement.PositiveInfinity) < (filled + TLane.Count - 1) / TLane.Count * TLane.Count)
        {
            *median = TElement.NaN;
            return;
        }

        bool isNear = false;
        long zeros = numbers.Count(TElement.Zero);
        long positive = filled - zeros;
        *median = positive == 0
            ? TElement.Zero
            : OrderStatistic.Select(numbers, zeros + ((positive - 1) / 2), maximum, *median, ref isNear);
    }

    /// <remarks>
    /// The median of squared differences is the square of the median absolute difference. One sorting network sorts a lane of
    /// slices; then the sorted differences of each slice are searched.
    /// </remarks>
    private protected override void ProjectedMediansCore(DeviceMatrix output, DeviceMatrix projections, int samples)
    {
        CpuMatrix<TElement> z = Cpu(projections);
        TElement* medians = Cpu(output).Pointer;
        int padded = (samples + TLane.Count - 1) / TLane.Count * TLane.Count;
        TElement* lanes = Scratch(1, 1, samples * TLane.Count).Pointer;
        TElement* sorted = Scratch(2, 1, TLane.Count * (padded + TLane.Count)).Pointer;
        int stride = padded + TLane.Count;
        long pairs = (long)samples * (samples + 1) / 2;
        TElement* notFinite = stackalloc TElement[TLane.Count];
        bool isNear = false;
        for (int slice = 0; slice < z.Columns; slice += TLane.Count)
        {
            // The network may lose a NaN, so NaN and infinity are detected first: subtracted from themselves, both give NaN.
            TLane check = default;
            for (int i = 0; i < samples; i++)
            {
                TLane row = TLane.Load(z.Row(i) + slice);
                check += row - row;
                TLane.Store(row, lanes + (i * TLane.Count));
            }

            TLane.Store(check, notFinite);
            SortingNetwork<TLane, TElement>.Sort(lanes, samples);
            Transposition<TElement>.Run(lanes, TLane.Count, samples, TLane.Count, sorted, stride);
            for (int lane = 0; lane < Math.Min(TLane.Count, z.Columns - slice); lane++)
            {
                if (TElement.IsNaN(notFinite[lane]))
                {
                    medians[slice + lane] = TElement.NaN;
                    continue;
                }

                TElement* values = sorted + (lane * stride);
                for (int i = samples; i < stride; i++)
                    values[i] = TElement.PositiveInfinity;
                TElement guess = TElement.Sqrt(medians[slice + lane]);
                TElement median = OrderStatistic.Select(
                    new SortedDifferences(values, samples), (pairs - 1) / 2, values[samples - 1] - values[0], guess, ref isNear);
                medians[slice + lane] = median * median;
            }
        }
    }

    /// <summary>
    /// The number with zero-based rank <paramref name="rank"/> among a few, see <see cref="ICountable{TElement}.SelectAmong"/>.
    /// </summary>
    /// <remarks>
    /// The numbers between two nearby thresholds are spread almost evenly. Those close to where the rank should be are packed
    /// together, and each of them is compared with all the others. Nothing branches on a single comparison, because its outcome is
    /// almost random.
    /// </remarks>
    [SkipLocalsInit]
    private static TElement SelectAmong(Span<TElement> few, int count, int rank, TElement low, TElement high)
    {
        const int Room = 24;
        TElement* nearest = stackalloc TElement[Room + OrderStatistic.WidestLane];
        fixed (TElement* start = few)
        {
            TElement* numbers = start;
            TLane.Store(TLane.Broadcast(TElement.PositiveInfinity), numbers + count);
            if (count > Room)
            {
                double middle = (rank + 0.5) / count;
                double half = 0.4 * Room / count;
                TElement width = high - low;
                TLane from = TLane.Broadcast(low + (width * TElement.CreateTruncating(middle - half)));
                TLane to = TLane.Broadcast(low + (width * TElement.CreateTruncating(middle + half)));
                int atMost = 0;
                int found = 0;
                for (int i = 0; i < count; i += TLane.Count)
                {
                    TLane lanes = TLane.Load(numbers + i);
                    atMost += BitOperations.PopCount(TLane.LessOrEqualMask(lanes, from));
                    found += TLane.StoreBetween(lanes, from, to, nearest + Math.Min(found, Room));
                }

                if (found <= Room && atMost <= rank && rank < atMost + found)
                {
                    numbers = nearest;
                    count = found;
                    rank -= atMost;
                    TLane.Store(TLane.Broadcast(TElement.PositiveInfinity), numbers + count);
                }
            }

            int selected = 0;
            for (int i = 0; i < count; i++)
            {
                TLane candidate = TLane.Broadcast(numbers[i]);
                int atMost = 0;
                int atLeast = 0;
                for (int j = 0; j < count; j += TLane.Count)
                {
                    TLane lanes = TLane.Load(numbers + j);
                    atMost += BitOperations.PopCount(TLane.LessOrEqualMask(lanes, candidate));
                    atLeast += BitOperations.PopCount(TLane.LessOrEqualMask(candidate, lanes));
                }

                // The number of entries below the candidate; atLeast also counts the infinities that pad the last lane.
                int below = ((count + TLane.Count - 1) / TLane.Count * TLane.Count) - atLeast;
                int isSelected = ((rank - atMost) >> 31) & ((below - rank - 1) >> 31);
                selected = (isSelected & i) | (~isSelected & selected);
            }

            return numbers[selected];
        }
    }

    /// <summary>Contiguous numbers, padded to a whole lane with infinities.</summary>
    private readonly struct FlatNumbers(TElement* values, int count) : ICountable<TElement>
    {
        public long Count(TElement threshold)
        {
            TLane limit = TLane.Broadcast(threshold);
            long below = 0;
            for (int i = 0; i < count; i += TLane.Count)
                below += BitOperations.PopCount(TLane.LessOrEqualMask(TLane.Load(values + i), limit));
            return below;
        }

        public TElement SelectAmong(Span<TElement> few, int count, int rank, TElement low, TElement high)
            => CpuDevice<TLane, TElement>.SelectAmong(few, count, rank, low, high);

        public long Between(TElement low, TElement high, Span<TElement> between, out long countLow)
        {
            TLane lowLanes = TLane.Broadcast(low);
            TLane highLanes = TLane.Broadcast(high);
            nint room = between.Length - TLane.Count;
            nint found = 0;
            countLow = 0;
            fixed (TElement* to = between)
            {
                for (int i = 0; i < count; i += TLane.Count)
                {
                    TLane lanes = TLane.Load(values + i);
                    countLow += BitOperations.PopCount(TLane.LessOrEqualMask(lanes, lowLanes));
                    found += TLane.StoreBetween(lanes, lowLanes, highLanes, to + nint.Min(found, room));
                }
            }

            return found;
        }
    }

    /// <summary>
    /// The differences v_j − v_i, i ≤ j, of sorted numbers. In each row i the differences ascend, and the lane where they
    /// pass the threshold only moves forward from row to row, so one or two comparisons per row count them all.
    /// </summary>
    private readonly struct SortedDifferences(TElement* values, int count) : ICountable<TElement>
    {
        public long Count(TElement threshold)
        {
            TLane limit = TLane.Broadcast(threshold);
            uint all = (1u << TLane.Count) - 1;
            nint end = count;
            nint atMost = 0;
            nint block = 0;
            for (nint i = 0; i < end; i++)
            {
                TLane row = TLane.Broadcast(values[i]);
                uint mask = TLane.LessOrEqualMask(TLane.Load(values + block) - row, limit);
                while (mask == all && block + TLane.Count < end)
                {
                    block += TLane.Count;
                    mask = TLane.LessOrEqualMask(TLane.Load(values + block) - row, limit);
                }

                atMost += block + BitOperations.PopCount(mask);
            }

            // Row i also counted the i numbers before its own, whose differences are not positive.
            return atMost - (end * (end - 1) / 2);
        }

        public TElement SelectAmong(Span<TElement> few, int count, int rank, TElement low, TElement high)
            => CpuDevice<TLane, TElement>.SelectAmong(few, count, rank, low, high);

        public long Between(TElement low, TElement high, Span<TElement> between, out long countLow)
        {
            TLane lowLanes = TLane.Broadcast(low);
            TLane highLanes = TLane.Broadcast(high);
            uint all = (1u << TLane.Count) - 1;
            nint room = between.Length - TLane.Count;
            nint end = count;
            nint atMost = 0;
            nint first = 0;
            nint found = 0;
            fixed (TElement* to = between)
            {
                for (nint i = 0; i < end; i++)
                {
                    TLane row = TLane.Broadcast(values[i]);
                    TLane differences = TLane.Load(values + first) - row;
                    uint below = TLane.LessOrEqualMask(differences, lowLanes);
                    while (below == all && first + TLane.Count < end)
                    {
                        first += TLane.Count;
                        differences = TLane.Load(values + first) - row;
                        below = TLane.LessOrEqualMask(differences, lowLanes);
                    }

                    atMost += first + BitOperations.PopCount(below);
                    found += TLane.StoreBetween(differences, lowLanes, highLanes, to + nint.Min(found, room));
                    for (nint next = first + TLane.Count; next < end && values[next] - values[i] <= high; next += TLane.Count)
                        found += TLane.StoreBetween(TLane.Load(values + next) - row, lowLanes, highLanes, to + nint.Min(found, room));
                }
            }

            countLow = atMost - (end * (end - 1) / 2);
            return found;
        }
    }
}
