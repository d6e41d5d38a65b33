using System.Globalization;
using System.Text.RegularExpressions;
using Stein.Engine.Text;

namespace Stein.Experiments.Samples;

/// <summary>Which columns of a file are read, from 0.</summary>
/// <param name="Coordinates">In the order wanted; at least one.</param>
/// <param name="Weights">The column of the weights; null for none.</param>
internal sealed partial record ColumnSelection(IReadOnlyList<int> Coordinates, int? Weights)
{
    /// <summary>Chooses the columns that options ask for.</summary>
    /// <param name="names">The names of the columns, "" for none; null without a header.</param>
    /// <param name="count">The number of columns of the file.</param>
    /// <exception cref="InvalidDataException">A column is not there, or is asked for twice, or none is left.</exception>
    public static ColumnSelection Choose(IReadOnlyList<string>? names, int count, SampleTableOptions options)
    {
        if (names is null && options.Coordinates == count)
            return new([.. Enumerable.Range(0, count)], null);
        bool isOptional = options.Coordinates is not null;
        int[] weights = options.Weights is null ? [] : Find("--weights", [options.Weights], names, count, isOptional);
        int[] drop = Find("--drop", options.Drop, names, count, isOptional);
        int[] chosen = options.Columns.Count > 0
            ? Find("--columns", options.Columns, names, count, isOptional: false)
            : [.. Enumerable.Range(0, count).Except(drop).Except(weights)];
        if (chosen.Length == 0)
            throw new InvalidDataException("no column is left to be a coordinate. Leave out fewer of them.");
        if (chosen.Intersect(weights).Any())
            throw new InvalidDataException($"--weights {options.Weights}: --columns has it too, and weights are not a coordinate.");
        return new(chosen, weights.Length == 0 ? null : weights[0]);
    }

    private static int[] Find(string option, IReadOnlyList<string> wanted, IReadOnlyList<string>? names, int count, bool isOptional)
    {
        var found = new List<int>();
        foreach (string name in wanted.SelectMany(text => names?.Contains(text) == true ? [text] : Commas().Split(text)))
        {
            int column = names is null ? Number(name) : Array.IndexOf([.. names], name);
            // A column without a name has its number only.
            if (column < 0 && names is not null && Number(name) is >= 0 and int number && number < count && names[number].Length == 0)
                column = number;
            if (column < 0 || column >= count)
            {
                if (isOptional)
                    continue;
                throw new InvalidDataException($"{option} {name}: {Known(name, names, count)}");
            }

            if (found.Contains(column))
                throw new InvalidDataException($"{option} {name}: it is given twice");
            found.Add(column);
        }

        return [.. found];
    }

    private static string Known(string name, IReadOnlyList<string>? names, int count)
    {
        if (names is null)
            return $"the file has no header, so that columns have numbers, from 1 to {count}";
        string[] known = [.. names.Where(other => other.Length > 0)];
        return known.Length == 0
            ? "the columns of the file have no names"
            : $"there is no such column. Did you mean '{EditDistance.Closest(name, known)}'? "
                + $"The file has {string.Join(", ", known.Take(20))}{(known.Length > 20 ? ", …" : "")}";
    }

    private static int Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number - 1 : -1;

    /// <summary>Commas that are not within brackets: <c>beta[1,2]</c> is one name.</summary>
    [GeneratedRegex(@",(?![^\[(]*[\])])")]
    private static partial Regex Commas();
}
