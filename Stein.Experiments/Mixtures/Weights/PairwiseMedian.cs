namespace Stein.Experiments.Mixtures.Weights;

/// <summary>The median of the distances of all pairs of samples on the line, without computing them all.</summary>
internal static class PairwiseMedian
{
    /// <summary>The lower median of the N(N−1)/2 distances of different samples, to the last bit; 0 if most coincide.</summary>
    /// <remarks>
    /// Bisection on the distance, which is counted in O(N) in sorted samples: O(N log N), where the distances themselves would be N².
    /// </remarks>
    /// <param name="samples">x (N), at least two, finite.</param>
    public static double Distance(ReadOnlySpan<double> samples)
    {
        double[] sorted = samples.ToArray();
        Array.Sort(sorted);
        long rank = (((long)sorted.Length * (sorted.Length - 1) / 2) - 1) / 2;

        // The bits of doubles that are not negative are in the order of the doubles: at most 64 halvings whatever the scale.
        (long low, long high) = (0, BitConverter.DoubleToInt64Bits(sorted[^1] - sorted[0]));
        while (low < high)
        {
            long middle = low + ((high - low) / 2);
            if (PairsWithin(sorted, BitConverter.Int64BitsToDouble(middle)) > rank)
                high = middle;
            else
                low = middle + 1;
        }

        return BitConverter.Int64BitsToDouble(low);
    }

    /// <summary>The number of pairs whose distance is at most this.</summary>
    private static long PairsWithin(double[] sorted, double distance)
    {
        long pairs = 0;
        for (int right = 0, left = 0; right < sorted.Length; right++)
        {
            while (sorted[right] - sorted[left] > distance)
                left++;
            pairs += right - left;
        }

        return pairs;
    }
}
