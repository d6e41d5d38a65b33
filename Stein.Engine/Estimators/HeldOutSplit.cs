using Stein.Engine.Mixtures;
using Stein.Engine.Random;

namespace Stein.Engine.Estimators;

/// <summary>
/// Samples in two parts: those that make an estimate, and those held out to judge it, one in <see cref="HeldOutSelection.HeldOutEvery"/>.
/// </summary>
/// <param name="Training">M×D, row-major.</param>
/// <param name="Judges">(K − M)×D, row-major.</param>
public sealed record HeldOutSplit(double[] Training, double[] Judges)
{
    /// <summary>Splits samples at random; the same seed and number of samples hold out the same rows.</summary>
    /// <param name="samples">K×D, row-major, K at least <see cref="HeldOutSelection.FewestSamples"/>.</param>
    /// <param name="dimension">D.</param>
    /// <param name="seed">Decides which samples are held out.</param>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite ones, or too few.</exception>
    public static HeldOutSplit Of(ReadOnlySpan<double> samples, int dimension, uint seed)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = SampleMatrix.Rows(samples, dimension, nameof(samples), HeldOutSelection.FewestSamples);
        int[] order = [.. Enumerable.Range(0, count)];
        new PhiloxStream(seed, StreamPurpose.HeldOut).Shuffle(order);
        int heldOut = count / HeldOutSelection.HeldOutEvery;
        return new(
            Training: Rows(samples, dimension, order.AsSpan(heldOut)),
            Judges: Rows(samples, dimension, order.AsSpan(0, heldOut)));
    }

    private static double[] Rows(ReadOnlySpan<double> samples, int dimension, ReadOnlySpan<int> rows)
    {
        var chosen = new double[rows.Length * dimension];
        for (int i = 0; i < rows.Length; i++)
            samples.Slice(rows[i] * dimension, dimension).CopyTo(chosen.AsSpan(i * dimension));
        return chosen;
    }
}
