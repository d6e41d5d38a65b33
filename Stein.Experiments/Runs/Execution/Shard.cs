using System.Globalization;

namespace Stein.Experiments.Runs.Execution;

/// <summary>One of several parts of a plan that run separately, for example on several machines.</summary>
/// <param name="Number">Which part, from 0, as clusters count; below <paramref name="Count"/>.</param>
/// <param name="Count">How many parts there are.</param>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>Reads <c>2/8</c>.</summary>
    /// <exception cref="FormatException">It is not of that form; the message says what is.</exception>
    public static Shard Parse(string text)
    {
        string[] parts = text.Split('/');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            && number < count
            ? new Shard(number, count)
            : throw new FormatException($"{text}: it must be i/n with whole numbers from 0/n to n−1/n, as in 2/8");
    }

    /// <summary>
    /// The runs of this part, in their order. Depends on the runs and on nothing else, so that every process finds the same; each run is
    /// in exactly one part, and the parts take about the same time.
    /// </summary>
    /// <remarks>The longest run left goes to the part with the least work so far (Graham, 1969: at most 4/3 of the best).</remarks>
    public IReadOnlyList<RunConfig> Of(IEnumerable<RunConfig> runs)
    {
        RunConfig[] distinct = [.. runs.Distinct()];
        var parts = new (double Operations, int Runs)[Count];
        var mine = new HashSet<RunConfig>();
        foreach (RunConfig run in LongestFirst(distinct))
        {
            // Runs that cost nothing are spread by their number.
            int next = Enumerable.Range(0, Count).MinBy(part => parts[part]);
            parts[next] = (parts[next].Operations + run.Operations, parts[next].Runs + 1);
            if (next == Number)
                mine.Add(run);
        }

        return [.. distinct.Where(mine.Contains)];
    }

    public override string ToString() => $"{Number}/{Count}";

    /// <summary>The same order in every process: runs that take equally long by their id.</summary>
    internal static IOrderedEnumerable<RunConfig> LongestFirst(IEnumerable<RunConfig> runs)
        => runs.OrderByDescending(run => run.Operations).ThenBy(run => run.Id, StringComparer.Ordinal);
}
