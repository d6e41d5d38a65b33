using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>A split of samples into those from which an estimate is computed and those held out to evaluate it, about a fifth.</summary>
/// <param name="Training">The samples for the estimate: M×D, row-major.</param>
/// <param name="HeldOut">The held-out samples: (K − M)×D, row-major.</param>
internal sealed record HeldOutSplit(double[] Training, double[] HeldOut)
{
    /// <summary>One in this many samples is held out in each split.</summary>
    public const int HeldOutEvery = 5;

    /// <summary>The minimum number of samples for a split.</summary>
    public const int MinSamples = 10;

    /// <summary>
    /// The number of held-out samples at which a loss is no longer noisy. There are as many splits as it takes to hold out this many.
    /// </summary>
    public const int EnoughHeldOut = 400;

    /// <summary>
    /// The number of splits of K samples: five up to K = 400, which hold out each sample once, and only one from K = 2000.
    /// </summary>
    public static int Count(int samples)
    {
        int heldOut = Math.Max(1, samples / HeldOutEvery);
        return Math.Clamp((EnoughHeldOut + heldOut - 1) / heldOut, 1, HeldOutEvery);
    }

    /// <summary>Splits samples at random; each split holds out different samples.</summary>
    /// <param name="samples">K×D, row-major, K at least <see cref="MinSamples"/>.</param>
    /// <param name="seed">Determines which samples are held out: the same rows for the same seed and number of samples.</param>
    /// <returns><see cref="Count"/> splits.</returns>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers, or there are too few rows.</exception>
    public static IReadOnlyList<HeldOutSplit> Create(ReadOnlySpan<double> samples, int dimension, uint seed)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = SampleMatrix.Rows(samples, dimension, nameof(samples), MinSamples);
        int[] order = [.. Enumerable.Range(0, count)];
        new PhiloxStream(seed, StreamPurpose.HeldOut).Shuffle(order);
        var splits = new HeldOutSplit[Count(count)];
        for (int index = 0; index < splits.Length; index++)
        {
            (int start, int end) = (count * index / HeldOutEvery, count * (index + 1) / HeldOutEvery);
            splits[index] = new(
                Training: Rows(samples, dimension, [.. order[..start], .. order[end..]]),
                HeldOut: Rows(samples, dimension, order[start..end]));
        }

        return splits;
    }

    private static double[] Rows(ReadOnlySpan<double> samples, int dimension, int[] rows)
    {
        var chosen = new double[rows.Length * dimension];
        for (int i = 0; i < rows.Length; i++)
            samples.Slice(rows[i] * dimension, dimension).CopyTo(chosen.AsSpan(i * dimension));
        return chosen;
    }
}
