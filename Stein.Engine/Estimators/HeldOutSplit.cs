using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>A split of samples into those from which an estimate is computed and those held out to evaluate it, about a fifth.</summary>
/// <param name="Training">The samples for the estimate: M×D, row-major.</param>
/// <param name="HeldOut">The held-out samples: (K − M)×D, row-major.</param>
/// <param name="Units">
/// A number for each held-out sample. Samples with the same number are not independent: they are equal, or neighbours in a chain.
/// </param>
internal sealed record HeldOutSplit(double[] Training, double[] HeldOut, int[] Units)
{
    /// <summary>The numbers of the training samples among all (M).</summary>
    public required IReadOnlyList<int> TrainingRows { get; init; }

    /// <summary>The numbers of the held-out samples among all (K − M).</summary>
    public required IReadOnlyList<int> HeldOutRows { get; init; }

    /// <summary>One in this many samples is held out in each split.</summary>
    public const int HeldOutEvery = 5;

    /// <summary>The minimum number of different samples for a split.</summary>
    public const int MinSamples = 10;

    /// <summary>
    /// The number of held-out samples at which a loss is no longer noisy. There are as many splits as it takes to hold out this many.
    /// </summary>
    public const int EnoughHeldOut = 400;

    /// <summary>The length of a block in autocorrelation times: correlated neighbours are then only at its ends.</summary>
    private const double TimesPerBlock = 5;

    /// <summary>The length of a unit in autocorrelation times: twice as far apart, samples are nearly independent.</summary>
    private const double TimesPerUnit = 2;

    /// <summary>
    /// The number of splits of K samples: five up to K = 400, which hold out each sample once, and only one from K = 2000.
    /// </summary>
    public static int Count(int samples)
    {
        int heldOut = Math.Max(1, samples / HeldOutEvery);
        return Math.Clamp((EnoughHeldOut + heldOut - 1) / heldOut, 1, HeldOutEvery);
    }

    /// <summary>
    /// Splits samples at random, into samples or into blocks of consecutive ones; each split holds out different samples. Equal samples are
    /// held out together: an estimate that follows its samples closely would be right about samples that it has seen.
    /// </summary>
    /// <param name="samples">K×D, row-major, at least <see cref="MinSamples"/> of them different.</param>
    /// <param name="seed">Determines which samples are held out: the same rows for the same seed and number of samples.</param>
    /// <param name="autocorrelationTime">For blocks, see <see cref="Samplers.SampleOrder"/>; null for single samples.</param>
    /// <returns>
    /// <see cref="Count"/> splits of as many samples as are independent, or fewer if some samples are repeated so often that a split has
    /// none held out or only equal ones to train on.
    /// </returns>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers, or there are too few rows.</exception>
    public static IReadOnlyList<HeldOutSplit> Create(
        ReadOnlySpan<double> samples, int dimension, uint seed, double? autocorrelationTime = null)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = SampleMatrix.Rows(samples, dimension, nameof(samples), MinSamples);
        int[] first = FirstEqual(samples.ToArray(), dimension);
        int different = first.Where((row, index) => row == index).Count();
        if (different < MinSamples)
        {
            throw new ArgumentException(
                $"Only {different} of the {count} samples are different; at least {MinSamples} are needed. Pass more.", nameof(samples));
        }

        // Parts are what goes into a fold as a whole: equal samples, or a block with all that are equal to one of it.
        double time = autocorrelationTime ?? 1;
        int length = Math.Clamp((int)Math.Ceiling(TimesPerBlock * time), 1, count / HeldOutEvery);
        long blocks = count / length;
        int[][] parts =
        [
            .. Enumerable.Range(0, count)
                .GroupBy(row => autocorrelationTime is null ? first[row] : first[row] * blocks / count)
                .Select(part => part.ToArray()),
        ];
        int[] order = [.. Enumerable.Range(0, parts.Length)];
        new PhiloxStream(seed, StreamPurpose.HeldOut).Shuffle(order);

        // A part is in the fold in which its middle is.
        var folds = new List<int>[HeldOutEvery];
        for (int index = 0; index < HeldOutEvery; index++)
            folds[index] = [];
        int start = 0;
        foreach (int[] part in order.Select(index => parts[index]))
        {
            int middle = start + (part.Length / 2);
            folds[Enumerable.Range(0, HeldOutEvery).First(index => middle < count * (index + 1L) / HeldOutEvery)].AddRange(part);
            start += part.Length;
        }

        int unit = autocorrelationTime is null ? 1 : (int)Math.Min(Math.Ceiling(TimesPerUnit * time), count);
        int independent = autocorrelationTime is null ? different : (int)(count / time);
        var splits = new List<HeldOutSplit>();
        for (int index = 0; index < HeldOutEvery && splits.Count < Count(independent); index++)
        {
            int[] training = [.. folds.Where((_, other) => other != index).SelectMany(fold => fold)];
            if (folds[index].Count > 0 && training.Select(row => first[row]).Distinct().Take(2).Count() == 2)
            {
                splits.Add(new(
                    SampleMatrix.Select(samples, dimension, training),
                    SampleMatrix.Select(samples, dimension, folds[index]),
                    [.. folds[index].Select(row => first[row] / unit)])
                {
                    TrainingRows = training,
                    HeldOutRows = folds[index],
                });
            }
        }

        return splits;
    }

    /// <summary>For each row the first row that is equal to it.</summary>
    private static int[] FirstEqual(double[] samples, int dimension)
    {
        var rows = new Dictionary<int, int>(new RowComparer(samples, dimension));
        return [.. Enumerable.Range(0, samples.Length / dimension).Select(row => rows.TryAdd(row, row) ? row : rows[row])];
    }

    private sealed class RowComparer(double[] samples, int dimension) : IEqualityComparer<int>
    {
        public bool Equals(int one, int other) => Row(one).SequenceEqual(Row(other));

        public int GetHashCode(int row)
        {
            var hash = new HashCode();
            foreach (double value in Row(row))
                hash.Add(value);
            return hash.ToHashCode();
        }

        private ReadOnlySpan<double> Row(int row) => samples.AsSpan(row * dimension, dimension);
    }
}
