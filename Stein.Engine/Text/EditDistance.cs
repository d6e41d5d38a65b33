namespace Stein.Engine.Text;

/// <summary>
/// The distance of optimal string alignment: how many letters to insert, delete or replace, or neighbours to swap, to get from one word
/// to another.
/// </summary>
internal static class EditDistance
{
    /// <summary>The one of <paramref name="known"/> that is closest to <paramref name="word"/> when case does not count.</summary>
    public static string Closest(string word, IEnumerable<string> known)
        => known.MinBy(name => Between(word.ToLowerInvariant(), name.ToLowerInvariant()))
            ?? throw new ArgumentException("there is no known word", nameof(known));

    public static int Between(string first, string second)
    {
        // previous[j]: distance of the part of first seen so far to the first j letters of second.
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
