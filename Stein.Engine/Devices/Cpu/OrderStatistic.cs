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

    /// <summary>The number of zero-based rank <paramref name="rank"/> among a few.</summary>
    TElement SelectAmong(ReadOnlySpan<TElement> few, int rank);
}

/// <summary>Exact order statistics by counting: a bracket is narrowed by interpolation until few numbers are left in it.</summary>
internal static class OrderStatistic
{
    private const int FewEnough = 32;

    /// <summary>The number of zero-based rank <paramref name="rank"/>; NaN if NaNs leave fewer numbers than that.</summary>
    /// <param name="numbers">The multiset.</param>
    /// <param name="rank">Zero-based.</param>
    /// <param name="maximum">A number that none exceeds.</param>
    /// <param name="guess">Where to look first, if positive. It changes the time taken, never the result.</param>
    public static TElement Select<TNumbers, TElement>(in TNumbers numbers, long rank, TElement maximum, TElement guess)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        var bracket = new Bracket<TElement>(maximum);
        ApproachFrom(guess, numbers, rank, ref bracket);
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

        Span<TElement> few = stackalloc TElement[FewEnough];
        int collected = numbers.Collect(bracket.Low, bracket.High, few);
        return numbers.SelectAmong(few[..collected], (int)(rank - bracket.CountLow));
    }

    /// <summary>
    /// Brackets the rank from a point near it, such as the median of the last batch: counts grow about as the power ¾ of
    /// the threshold there, so a step or two beyond the rank enclose it, and neither end of the whole range is counted.
    /// </summary>
    private static void ApproachFrom<TNumbers, TElement>(TElement guess, in TNumbers numbers, long rank, ref Bracket<TElement> bracket)
        where TNumbers : struct, ICountable<TElement>
        where TElement : unmanaged, IBinaryFloatingPointIeee754<TElement>
    {
        for (int step = 0; step < 3 && bracket.HoldsStrictly(guess); step++)
        {
            long count = numbers.Count(guess);
            bracket.Narrow(guess, count, rank);
            if (bracket.CountLow >= 0 && bracket.CountHigh >= 0)
                return;
            double target = count <= rank ? rank + (FewEnough / 2) : rank - (FewEnough / 2);
            double growth = Math.Clamp(1 + (1.3 * (target - count) / Math.Max(count, 1)), 0.25, 4);
            guess *= TElement.CreateTruncating(growth);
        }
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
