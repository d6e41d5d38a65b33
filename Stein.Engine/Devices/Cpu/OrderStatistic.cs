using System.Numerics;

namespace Stein.Engine.Devices.Cpu;

/// <summary>A multiset of non-negative numbers that can be counted without being sorted.</summary>
internal interface ICountable<TElement>
    where TElement : unmanaged
{
    /// <summary>How many are at most <paramref name="threshold"/> ≥ 0.</summary>
    long Count(TElement threshold);

    /// <summary>
    /// How many are above <paramref name="low"/> ≥ 0 and at most <paramref name="high"/>, of which the first are copied:
    /// all, if they leave room for a lane. And how many are at most <paramref name="low"/>: one pass for all three.
    /// </summary>
    long Between(TElement low, TElement high, Span<TElement> values, out long countLow);

    /// <summary>The number of zero-based rank <paramref name="rank"/> among a few.</summary>
    TElement SelectAmong(ReadOnlySpan<TElement> few, int rank);
}

/// <summary>Exact order statistics by counting: a bracket is narrowed by interpolation until few numbers are left in it.</summary>
internal static class OrderStatistic
{
    private const int FewEnough = 64;
    private const int WidestLane = 16;

    /// <summary>The number of zero-based rank <paramref name="rank"/>; NaN if NaNs leave fewer numbers than that.</summary>
    /// <param name="numbers">The multiset.</param>
    /// <param name="rank">Zero-based.</param>
    /// <param name="maximum">A number that none exceeds.</param>
    /// <param name="guess">Where to look first, if positive. It changes the time taken, never the result.</param>
    public static TElement Select<TNumbers, TElement>(in TNumbers numbers, long rank, TElement maximum, TElement guess)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        Span<TElement> few = stackalloc TElement[FewEnough + WidestLane];
        var bracket = new Bracket<TElement>(maximum);
        if (FindNear(guess, numbers, rank, few, ref bracket, out TElement found))
            return found;
        if (bracket.CountLow < 0)
        {
            bracket.CountLow = numbers.Count(bracket.Low);
            if (rank < bracket.CountLow)
                return bracket.Low;
        }

        if (bracket.CountHigh < 0)
        {
            bracket.CountHigh = numbers.Count(bracket.High);
            if (rank >= bracket.CountHigh)
                return TElement.NaN;
            if (TElement.IsPositiveInfinity(bracket.High))
            {
                // Nothing lies half-way to infinity: the search is among the finite numbers.
                bracket.High = TElement.BitDecrement(bracket.High);
                bracket.CountHigh = numbers.Count(bracket.High);
                if (rank >= bracket.CountHigh)
                    return TElement.PositiveInfinity;
            }
        }

        TElement half = TElement.CreateTruncating(0.5);
        for (int step = 1; bracket.CountHigh - bracket.CountLow > FewEnough; step++)
        {
            TElement middle = step % 8 == 0
                ? bracket.Low + ((bracket.High - bracket.Low) * half)
                : Interpolate(bracket, rank);
            if (!bracket.HoldsStrictly(middle))
            {
                middle = bracket.Low + ((bracket.High - bracket.Low) * half);
                if (!bracket.HoldsStrictly(middle))
                    return bracket.High;
            }

            bracket.Narrow(middle, numbers.Count(middle), rank);
        }

        long between = numbers.Between(bracket.Low, bracket.High, few, out long countLow);
        return numbers.SelectAmong(few[..(int)between], (int)(rank - countLow));
    }

    /// <summary>
    /// Looks at a guess, such as the median of the last batch, and then, counts growing about as the power ¾ of the
    /// threshold there, where the rank should be. Two passes are mostly enough; if not, the bracket is the narrower.
    /// </summary>
    private static bool FindNear<TNumbers, TElement>(
        TElement guess, in TNumbers numbers, long rank, Span<TElement> few, ref Bracket<TElement> bracket, out TElement found)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        found = default;
        if (!bracket.HoldsStrictly(guess))
            return false;
        long count = numbers.Count(guess);
        bracket.Narrow(guess, count, rank);
        double perRank = 1.3 / Math.Max(count, 1);
        double target = 1 + (perRank * (rank - count));

        // The farther the rank is from the guess, the less its place is known; near it, few numbers are left to compare.
        double width = perRank * Math.Min(FewEnough * 0.4, 8 + (0.25 * Math.Abs(rank - count)));
        TElement low = guess * TElement.CreateTruncating(target - width);
        TElement high = guess * TElement.CreateTruncating(target + width);
        if (!bracket.HoldsStrictly(low) || !bracket.HoldsStrictly(high))
            return false;
        long between = numbers.Between(low, high, few, out long countLow);
        bracket.Narrow(low, countLow, rank);
        bracket.Narrow(high, countLow + between, rank);
        if (countLow > rank || countLow + between <= rank || between > FewEnough)
            return false;
        found = numbers.SelectAmong(few[..(int)between], (int)(rank - countLow));
        return true;
    }

    /// <summary>
    /// A point whose count should lie a little beyond the rank, on the side of the farther end, so that both ends close
    /// in on the rank and not one alone.
    /// </summary>
    private static TElement Interpolate<TElement>(in Bracket<TElement> bracket, long rank)
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        double below = rank + 0.5 - bracket.CountLow;
        double above = bracket.CountHigh - rank - 0.5;
        double margin = Math.Min(FewEnough / 3, Math.Max(below, above) / 4);
        double target = below > above ? below - margin : below + margin;
        return bracket.Low + ((bracket.High - bracket.Low) * TElement.CreateTruncating(target / (below + above)));
    }

    /// <summary>Two thresholds around the number sought: <c>count(Low) ≤ rank &lt; count(High)</c>; a count of −1 is not known.</summary>
    private struct Bracket<TElement>(TElement maximum)
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        public TElement Low = TElement.Zero;
        public TElement High = maximum;
        public long CountLow = -1;
        public long CountHigh = -1;

        public readonly bool HoldsStrictly(TElement threshold) => threshold > Low && threshold < High;

        public void Narrow(TElement threshold, long count, long rank)
        {
            if (count <= rank)
                (Low, CountLow) = (threshold, count);
            else
                (High, CountHigh) = (threshold, count);
        }
    }
}
