using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>Samples in two parts: those that make an estimate, and those held out to judge it, a fifth.</summary>
/// <param name="Training">M×D, row-major.</param>
/// <param name="Judges">(K − M)×D, row-major.</param>
internal sealed record HeldOutSplit(double[] Training, double[] Judges)
{
    /// <summary>One sample in so many is held out at a time.</summary>
    public const int HeldOutEvery = 5;

    /// <summary>The fewest samples of which some can be held out.</summary>
    public const int FewestSamples = 10;

    /// <summary>A loss at so many samples is no longer noisy; as many splits are made as it takes to hold out as many.</summary>
    public const int EnoughJudges = 400;

    /// <summary>
    /// How many splits there are of K samples: five up to K = 400, which hold out each sample once, and one from K = 2000 on.
    /// </summary>
    public static int Count(int samples)
    {
        int heldOut = Math.Max(1, samples / HeldOutEvery);
        return Math.Clamp((EnoughJudges + heldOut - 1) / heldOut, 1, HeldOutEvery);
    }

    /// <summary>Splits samples at random, the splits holding out different ones.</summary>
    /// <param name="samples">K×D, row-major, K at least <see cref="FewestSamples"/>.</param>
    /// <param name="seed">Decides which samples are held out: the same seed and number of samples hold out the same rows.</param>
    /// <returns>As many as <see cref="Count"/> says.</returns>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite ones, or too few.</exception>
    public static IReadOnlyList<HeldOutSplit> Of(ReadOnlySpan<double> samples, int dimension, uint seed)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = SampleMatrix.Rows(samples, dimension, nameof(samples), FewestSamples);
        int[] order = [.. Enumerable.Range(0, count)];
        new PhiloxStream(seed, StreamPurpose.HeldOut).Shuffle(order);
        var splits = new HeldOutSplit[Count(count)];
        for (int index = 0; index < splits.Length; index++)
        {
            (int start, int end) = (count * index / HeldOutEvery, count * (index + 1) / HeldOutEvery);
            splits[index] = new(
                Training: Rows(samples, dimension, [.. order[..start], .. order[end..]]),
                Judges: Rows(samples, dimension, order[start..end]));
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
