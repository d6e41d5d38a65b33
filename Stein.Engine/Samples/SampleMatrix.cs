namespace Stein.Engine.Samples;

/// <summary>Rows of samples (N×D, row-major), and checks of arguments: samples and numbers.</summary>
internal static class SampleMatrix
{
    /// <summary>Checks that the numbers are N rows of D finite numbers and returns N.</summary>
    /// <exception cref="ArgumentException">They are not, or there are fewer than <paramref name="minimum"/> rows.</exception>
    public static int Rows(ReadOnlySpan<double> samples, int dimension, string name, int minimum = 0)
    {
        if (samples.Length % dimension != 0)
        {
            throw new ArgumentException(
                $"{samples.Length} numbers are not rows of {dimension}; pass N×{dimension} numbers, sample after sample.", name);
        }

        for (int i = 0; i < samples.Length; i++)
        {
            if (!double.IsFinite(samples[i]))
            {
                throw new ArgumentException(
                    $"Coordinate {i % dimension} of sample {i / dimension} is {samples[i]}; all must be finite. Remove that sample.",
                    name);
            }
        }

        int rows = samples.Length / dimension;
        return rows >= minimum
            ? rows
            : throw new ArgumentException(
                $"{rows} {(rows == 1 ? "sample is" : "samples are")} too few; at least {minimum} are needed. Pass more.", name);
    }

    /// <summary>Copies the rows with the given numbers, in their order.</summary>
    public static double[] Select(ReadOnlySpan<double> samples, int dimension, IReadOnlyList<int> rows)
    {
        var selected = new double[rows.Count * dimension];
        for (int i = 0; i < rows.Count; i++)
            samples.Slice(rows[i] * dimension, dimension).CopyTo(selected.AsSpan(i * dimension));
        return selected;
    }

    /// <summary>The numbers of <paramref name="count"/> rows that are evenly spaced among all, the first one among them.</summary>
    /// <param name="count">At most <paramref name="all"/>.</param>
    public static int[] EvenlySpaced(int count, int all) => [.. Enumerable.Range(0, count).Select(i => (int)((long)i * all / count))];

    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    public static void CheckDimension(int dimension, string name)
    {
        if (dimension < 1)
            throw new ArgumentOutOfRangeException(name, dimension, $"Dimension {dimension} is impossible; it must be at least 1.");
    }

    /// <exception cref="ArgumentOutOfRangeException">
    /// The number of samples is negative, or the samples do not fit an array.
    /// </exception>
    public static void CheckCount(int count, int dimension, string name)
    {
        if (count < 0 || (long)count * dimension > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                name,
                count,
                $"{count} samples of dimension {dimension} cannot be drawn; the count must be from 0 to {Array.MaxLength / dimension}.");
        }
    }

    /// <exception cref="ArgumentException">The point does not have D coordinates.</exception>
    public static void CheckPoint(ReadOnlySpan<double> point, int dimension, string name)
    {
        if (point.Length != dimension)
            throw new ArgumentException($"A point of {point.Length} numbers does not have dimension {dimension}; pass {dimension}.", name);
    }

    /// <exception cref="ArgumentException">The two are not N×D numbers each.</exception>
    public static void CheckSameShape(ReadOnlySpan<double> points, ReadOnlySpan<double> scores, int dimension, string name)
    {
        if (points.Length != scores.Length || points.Length % dimension != 0)
        {
            throw new ArgumentException(
                $"{points.Length} coordinates and {scores.Length} of scores are not N×{dimension} both; pass N×{dimension} of each.", name);
        }
    }

    /// <exception cref="ArgumentOutOfRangeException">The number is below the minimum.</exception>
    public static void CheckAtLeast(int value, int minimum, string what, string name)
    {
        if (value < minimum)
            throw new ArgumentOutOfRangeException(name, value, $"{what} cannot be {value}; it must be at least {minimum}.");
    }

    /// <exception cref="ArgumentOutOfRangeException">The number is not positive and finite.</exception>
    public static void CheckPositive(double value, string what, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
            throw new ArgumentOutOfRangeException(name, value, $"{what} cannot be {value}; it must be a positive finite number.");
    }
}
