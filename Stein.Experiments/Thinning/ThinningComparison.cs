using Stein.Engine.Random;
using Stein.Engine.Thinning;

namespace Stein.Experiments.Thinning;

/// <summary>Compares thinned samples with random samples and with every k-th one, all of the same number.</summary>
/// <param name="thinning">The samples.</param>
/// <param name="thinned">Those selected, at most as many as there are.</param>
/// <param name="weights">Their importance weights; null for none.</param>
internal sealed class ThinningComparison(SteinThinning thinning, ThinnedSamples thinned, double[]? weights)
{
    /// <summary>The MMD is from at most this many samples, evenly spaced; up to as many, the KSD of all is computed too.</summary>
    public const int MaxReference = MeanEmbedding.MaxReference;

    /// <summary>The number of random sets, of which means and ranges are given.</summary>
    public const int RandomSets = 10;

    private int Points => thinned.Rows.Count;

    /// <summary>The number of samples from which the MMD is measured.</summary>
    public int ReferenceRows => Math.Min(MaxReference, thinning.Count);

    /// <summary>The sets, those thinned first.</summary>
    /// <param name="seed">Of the random sets.</param>
    /// <param name="progress">Is told what share is done.</param>
    public IReadOnlyList<ThinnedSet> Sets(uint seed, IProgress<double>? progress = null)
    {
        MeanEmbedding samples = thinning.Embed(EveryKth(thinning.Count, ReferenceRows));
        int done = 0;
        var sets = new List<ThinnedSet> { Measure("thinned", thinned.Rows) };
        if (weights is not null)
            sets.Add(Measure("weighted", thinned.Rows, weights));
        ThinnedSet[] random = [.. Enumerable.Range(0, RandomSets).Select(draw => Measure("random", Random(seed, (uint)draw)))];
        sets.Add(new("random", Points, random.Average(set => set.Ksd), random.Average(set => set.Mmd))
        {
            KsdRange = (random.Min(set => set.Ksd), random.Max(set => set.Ksd)),
            MmdRange = (random.Min(set => set.Mmd), random.Max(set => set.Mmd)),
        });
        sets.Add(Measure("every k-th", EveryKth(thinning.Count, Points)));
        if (thinning.Count <= MaxReference)
            sets.Add(new("all", thinning.Count, thinning.Discrepancy([.. Enumerable.Range(0, thinning.Count)]), double.NaN));
        return sets;

        ThinnedSet Measure(string name, IReadOnlyList<int> rows, double[]? of = null)
        {
            var set = new ThinnedSet(name, Points, thinning.Discrepancy(rows, of), samples.Discrepancy(rows, of));
            progress?.Report(++done / (RandomSets + 3.0));
            return set;
        }
    }

    /// <summary>The last row of each of <paramref name="points"/> stretches of the same length, up to one.</summary>
    public static int[] EveryKth(int count, int points)
        => [.. Enumerable.Range(1, points).Select(i => (int)((long)i * count / points) - 1)];

    /// <summary>Rows without repetition, in ascending order.</summary>
    private int[] Random(uint seed, uint draw)
    {
        int[] rows = [.. Enumerable.Range(0, thinning.Count)];
        new PhiloxStream(seed, StreamPurpose.Resampling, draw).Shuffle(rows);
        return [.. rows.Take(Points).Order()];
    }
}
