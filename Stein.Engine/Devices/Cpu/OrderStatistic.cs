using System.Numerics;

namespace Stein.Engine.Devices.Cpu;

/// <summary>A multiset of non-negative numbers that can be counted without being sorted.</summary>
internal interface ICountable<TElement>
    where TElement : unmanaged
{
    /// <summary>How many are at most <paramref name="threshold"/> ≥ 0.</summary>
    long Count(TElement threshold);

    /// <summary>Copies all above <paramref name="low"/> and at most <paramref name="high"/>; there is room for them.</summary>
    int Collect(TElement low, TElement high, Span<TElement> values);
}

/// <summary>Exact order statistics by counting: a bracket is narrowed by interpolation until few numbers are left in it.</summary>
internal static class OrderStatistic
{
    private const int FewEnough = 64;

    /// <summary>The number of zero-based rank <paramref name="rank"/>; NaN if NaNs leave fewer numbers than that.</summary>
    /// <param name="numbers">The multiset.</param>
    /// <param name="rank">Zero-based.</param>
    /// <param name="maximum">A number that none exceeds.</param>
    /// <param name="guess">Where to look first, if positive. It changes the time taken, never the result.</param>
    public static TElement Select<TNumbers, TElement>(in TNumbers numbers, long rank, TElement maximum, TElement guess)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        TElement low = TElement.Zero;
        TElement high = maximum;
        long countLow = numbers.Count(low);
        if (rank < countLow)
            return low;
        long countHigh = numbers.Count(high);
        if (rank >= countHigh)
            return TElement.NaN;
        if (TElement.IsPositiveInfinity(high))
        {
            // Nothing lies half-way to infinity: the search is among the finite numbers.
            high = TElement.BitDecrement(high);
            countHigh = numbers.Count(high);
            if (rank >= countHigh)
                return TElement.PositiveInfinity;
        }

        Span<TElement> few = stackalloc TElement[FewEnough];
        for (int step = 0; countHigh - countLow > FewEnough; step++)
        {
            TElement middle = step == 0 && guess > low && guess < high
                ? guess
                : step % 8 == 7
                    ? low + ((high - low) * TElement.CreateTruncating(0.5))
                    : Interpolate(low, high, countLow, countHigh, rank);
            if (!(middle > low && middle < high))
            {
                middle = low + ((high - low) * TElement.CreateTruncating(0.5));
                if (!(middle > low && middle < high))
                    return high;
            }

            long count = numbers.Count(middle);
            if (count <= rank)
                (low, countLow) = (middle, count);
            else
                (high, countHigh) = (middle, count);
        }

        int collected = numbers.Collect(low, high, few);
        few = few[..collected];
        few.Sort();
        return few[(int)(rank - countLow)];
    }

    /// <summary>
    /// A point whose count should lie a little beyond the rank, on the side of the farther end, so that both ends close
    /// in on the rank and not one alone.
    /// </summary>
    private static TElement Interpolate<TElement>(TElement low, TElement high, long countLow, long countHigh, long rank)
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        double below = rank + 0.5 - countLow;
        double above = countHigh - rank - 0.5;
        double margin = Math.Min(FewEnough / 3, Math.Max(below, above) / 4);
        double target = below > above ? below - margin : below + margin;
        return low + ((high - low) * TElement.CreateTruncating(target / (below + above)));
    }
}
