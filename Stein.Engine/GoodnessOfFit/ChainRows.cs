namespace Stein.Engine.GoodnessOfFit;

/// <summary>Which rows of N samples belong to which Markov chain: chains follow one another.</summary>
/// <param name="Samples">N.</param>
/// <param name="Starts">The first row of each chain, ascending, the first of them 0.</param>
internal sealed record ChainRows(int Samples, IReadOnlyList<int> Starts)
{
    /// <summary>One chain.</summary>
    public static ChainRows Single(int samples) => new(samples, [0]);

    /// <summary>Chains of equal length.</summary>
    /// <exception cref="ArgumentException">The samples cannot be divided into that many.</exception>
    public static ChainRows Equal(int samples, int chains)
        => chains >= 1 && samples % chains == 0
            ? new(samples, [.. Enumerable.Range(0, chains).Select(chain => chain * (samples / chains))])
            : throw new ArgumentException(
                $"{samples} samples are not {chains} chains of equal length; the number of samples must be a multiple of that of chains.");

    /// <summary>Chains of given lengths, each at least 1.</summary>
    public static ChainRows OfLengths(IReadOnlyList<int> lengths)
    {
        int end = 0;
        return new(lengths.Sum(), [.. lengths.Select(length => (end += length) - length)]);
    }

    /// <summary>The rows of each chain.</summary>
    public IEnumerable<(int First, int End)> Ranges
        => Starts.Select((first, chain) => (first, chain + 1 < Starts.Count ? Starts[chain + 1] : Samples));

    /// <summary>The chains of every <paramref name="step"/>th row of each chain, and those rows.</summary>
    public (ChainRows Chains, int[] Rows) Thin(int step)
    {
        var starts = new List<int>();
        var rows = new List<int>();
        foreach ((int first, int end) in Ranges)
        {
            starts.Add(rows.Count);
            for (int row = first; row < end; row += step)
                rows.Add(row);
        }

        return (new(rows.Count, starts), [.. rows]);
    }
}
