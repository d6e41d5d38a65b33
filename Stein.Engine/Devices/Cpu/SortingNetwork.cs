using Stein.Engine.Lanes;

namespace Stein.Engine.Devices.Cpu;

/// <summary>
/// Sorts each element of a lane along the rows, that is, as many columns at once as the lane has elements, without a branch that
/// depends on data: Batcher's odd–even merge exchange (Knuth, The Art of Computer Programming, volume 3, algorithm 5.2.2M).
/// </summary>
internal static unsafe class SortingNetwork<TLane, TElement>
    where TLane : struct, ISimdLane<TLane, TElement>
    where TElement : unmanaged
{
    /// <param name="lanes">The rows, one lane each, without gaps.</param>
    public static void Sort(TElement* lanes, int count)
    {
        if (count < 2)
            return;
        int top = 1;
        while (2 * top < count)
            top *= 2;
        for (int p = top; p > 0; p /= 2)
        {
            int q = top;
            int r = 0;
            int d = p;
            while (true)
            {
                Exchange(lanes, count, p, d, r);
                if (q == p)
                    break;
                d = q - p;
                q /= 2;
                r = p;
            }
        }
    }

    /// <summary>Orders every pair (i, i + d) with <c>i AND p = r</c>: runs of p rows, 2p apart.</summary>
    private static void Exchange(TElement* lanes, int count, int p, int d, int r)
    {
        for (int run = r; run < count - d; run += 2 * p)
        {
            int end = Math.Min(run + p, count - d);
            for (int i = run; i < end; i++)
            {
                TElement* low = lanes + (i * TLane.Count);
                TElement* high = low + (d * TLane.Count);
                TLane a = TLane.Load(low);
                TLane b = TLane.Load(high);
                TLane.Store(TLane.Min(a, b), low);
                TLane.Store(TLane.Max(a, b), high);
            }
        }
    }
}
