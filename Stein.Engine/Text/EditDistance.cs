namespace Stein.Engine.Text;

/// <summary>
/// The optimal string alignment distance: the number of insertions, deletions and replacements of letters and of swaps of neighbouring
/// letters that turn one word into another.
/// </summary>
internal static class EditDistance
{
    /// <summary>The word of <paramref name="known"/> that is closest to <paramref name="word"/>, ignoring case.</summary>
    public static string Closest(string word, IEnumerable<string> known)
        => known.MinBy(name => Between(word.ToLowerInvariant(), name.ToLowerInvariant()))
            ?? throw new ArgumentException("there are no known words", nameof(known));

    public static int Between(string first, string second)
    {
        // previous[j] is the distance from the letters of first processed so far to the first j letters of second.
        int[] previous = [.. Enumerable.Range(0, second.Length + 1)];
        int[] beforePrevious = new int[second.Length + 1];
        int[] current = new int[second.Length + 1];
        for (int i = 1; i <= first.Length; i++)
        {
            current[0] = i;
            for (int j = 1; j <= second.Length; j++)
            {
                int replaced = previous[j - 1] + (first[i - 1] == second[j - 1] ? 0 : 1);
                current[j] = Math.Min(replaced, 1 + Math.Min(previous[j], current[j - 1]));
                if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1])
                    current[j] = Math.Min(current[j], beforePrevious[j - 2] + 1);
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[second.Length];
    }
}
