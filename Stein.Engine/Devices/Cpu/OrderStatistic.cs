using System.Numerics;
using System.Runtime.CompilerServices;

namespace Stein.Engine.Devices.Cpu;

/// <summary>A multiset of non-negative numbers that can be counted without being sorted.</summary>
internal interface ICountable<TElement>
    where TElement : unmanaged
{
    /// <summary>The number of elements that are at most <paramref name="threshold"/> ≥ 0.</summary>
    long Count(TElement threshold);

    /// <summary>
    /// In one pass, the number of elements above <paramref name="low"/> ≥ 0 and at most <paramref name="high"/>, copies of the
    /// first of these (of all, if they leave room for a lane), and the number of elements that are at most <paramref name="low"/>.
    /// </summary>
    long Between(TElement low, TElement high, Span<TElement> values, out long countLow);

    /// <summary>
    /// The number with zero-based rank <paramref name="rank"/> among the first <paramref name="count"/> of a few, all above
    /// <paramref name="low"/> and at most <paramref name="high"/>. The span has room for one more lane after them.
    /// </summary>
    TElement SelectAmong(Span<TElement> few, int count, int rank, TElement low, TElement high);
}

/// <summary>Exact order statistics by counting: interpolation narrows a bracket until few numbers are left in it.</summary>
internal static class OrderStatistic
{
    /// <summary>The largest number of elements in a lane.</summary>
    public const int WidestLane = 16;

    private const int FewEnough = 128;
    private const int NearEnough = 12;

    /// <summary>The number with zero-based rank <paramref name="rank"/>; NaN if too few of the numbers are not NaN.</summary>
    /// <param name="maximum">An upper bound of the numbers.</param>
    /// <param name="guess">Where to look first, if positive. It affects the time taken, never the result.</param>
    /// <param name="isNear">
    /// Whether the previous guess was within a few ranks. If so, this one is assumed to be as well, which saves a pass if it is and
    /// costs half a pass if it is not. It affects the time taken, never the result.
    /// </param>
    [SkipLocalsInit]
    public static TElement Select<TNumbers, TElement>(
        in TNumbers numbers, long rank, TElement maximum, TElement guess, ref bool isNear)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        Span<TElement> few = stackalloc TElement[FewEnough + WidestLane];
        var bracket = new Bracket<TElement>(maximum);
        if (FindNear(guess, numbers, rank, few, ref bracket, ref isNear, out TElement found))
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
                // Nothing lies half-way to infinity, so the search is restricted to finite numbers.
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
        return numbers.SelectAmong(few, (int)between, (int)(rank - countLow), bracket.Low, bracket.High);
    }

    /// <summary>
    /// Searches around a guess, such as the median of the previous batch, and then where the rank should be, given that counts grow
    /// about as the power ¾ of the threshold. Two passes are usually enough; if not, they have narrowed the bracket.
    /// </summary>
    private static bool FindNear<TNumbers, TElement>(
        TElement guess,
        in TNumbers numbers,
        long rank,
        Span<TElement> few,
        ref Bracket<TElement> bracket,
        ref bool isNear,
        out TElement found)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        found = default;
        if (!bracket.HoldsStrictly(guess))
            return false;
        if (isNear)
        {
            double width = WidthOfRank(rank) * NearEnough;
            isNear = FindBetween(guess, 1 - width, 1 + width, numbers, rank, few, ref bracket, out found);
            if (isNear || !bracket.HoldsStrictly(guess))
                return isNear;
        }

        long count = numbers.Count(guess);
        bracket.Narrow(guess, count, rank);
        long distance = Math.Abs(rank - count);
        isNear = distance < NearEnough;
        double perRank = WidthOfRank(count);
        double target = 1 + (perRank * (rank - count));

        // The position of the rank is less certain the farther it is from the guess; near the guess, few numbers are left to compare.
        double uncertainty = perRank * Math.Min(FewEnough * 0.4, 8 + (0.25 * distance));
        return FindBetween(guess, target - uncertainty, target + uncertainty, numbers, rank, few, ref bracket, out found);
    }

    /// <summary>The relative growth of a threshold for each further number at most it.</summary>
    private static double WidthOfRank(long count) => 1.3 / Math.Max(count, 1);

    /// <summary>Searches between two multiples of a guess; the counts narrow the bracket.</summary>
    private static bool FindBetween<TNumbers, TElement>(
        TElement guess,
        double from,
        double to,
        in TNumbers numbers,
        long rank,
        Span<TElement> few,
        ref Bracket<TElement> bracket,
        out TElement found)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        found = default;
        TElement low = guess * TElement.CreateTruncating(from);
        TElement high = guess * TElement.CreateTruncating(to);
        if (!bracket.HoldsStrictly(low) || !bracket.HoldsStrictly(high))
            return false;
        long between = numbers.Between(low, high, few, out long countLow);
        bracket.Narrow(low, countLow, rank);
        bracket.Narrow(high, countLow + between, rank);
        if (countLow > rank || countLow + between <= rank || between > FewEnough)
            return false;
        found = numbers.SelectAmong(few, (int)between, (int)(rank - countLow), low, high);
        return true;
    }

    /// <summary>
    /// A point whose count should lie a little beyond the rank, on the side of the farther end, so that both ends of the bracket
    /// approach the rank.
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

    /// <summary>Two thresholds around the number sought: <c>count(Low) ≤ rank &lt; count(High)</c>; an unknown count is −1.</summary>
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
