using System.Globalization;
using System.Text.RegularExpressions;
using Stein.Engine.Text;

namespace Stein.Experiments.Samples;

/// <summary>Which columns of a file are read, from 0.</summary>
/// <param name="Coordinates">In the order wanted; at least one.</param>
/// <param name="Weights">The column of the weights; null for none.</param>
internal sealed partial record ColumnSelection(IReadOnlyList<int> Coordinates, int? Weights)
{
    /// <summary>The columns of the scores, as many as coordinates; none where there are none.</summary>
    public IReadOnlyList<int> Scores { get; init; } = [];

    /// <summary>The column that tells chains apart; null for none.</summary>
    public int? Chain { get; init; }

    /// <summary>Chooses the columns that options ask for.</summary>
    /// <param name="names">The names of the columns, "" for none; null without a header.</param>
    /// <param name="count">The number of columns of the file.</param>
    /// <exception cref="InvalidDataException">A column is not there, or is asked for twice, or none is left.</exception>
    public static ColumnSelection Choose(IReadOnlyList<string>? names, int count, SampleTableOptions options)
    {
        if (names is null && options.Coordinates == count)
            return new([.. Enumerable.Range(0, count)], null);
        if (options.IsCmdStanDiagnostic)
            return CmdStanDiagnostic(names ?? []);
        bool isOptional = options.Coordinates is not null;
        int[] weights = options.Weights is null ? [] : Find("--weights", [options.Weights], names, count, isOptional);
        int[] drop = Find("--drop", options.Drop, names, count, isOptional);
        int[] scores = Find("--score-columns", options.ScoreColumns, names, count, isOptional: false);
        int[] chain = options.Chain is null ? [] : Find("--chain", [options.Chain], names, count, isOptional: false);
        int[] chosen = options.Columns.Count > 0
            ? Find("--columns", options.Columns, names, count, isOptional: false)
            : [.. Enumerable.Range(0, count).Except(drop).Except(weights).Except(scores).Except(chain)];
        if (chosen.Length == 0)
            throw new InvalidDataException("no column is left to be a coordinate. Leave out fewer of them.");
        if (chosen.Intersect(weights).Any())
            throw new InvalidDataException($"--weights {options.Weights}: --columns has it too, and weights are not a coordinate.");
        if (weights.Length > 1 || chain.Length > 1)
            throw new InvalidDataException($"{(weights.Length > 1 ? "--weights" : "--chain")}: it must be one column.");
        if (chosen.Intersect(scores.Concat(chain)).Any() || scores.Intersect(chain.Concat(weights)).Any())
            throw new InvalidDataException("a column is asked for both as a coordinate and as something else, or as a score and a weight.");
        if (scores.Length > 0)
            RequireMatch(chosen, scores, names);
        return new(chosen, weights.Length == 0 ? null : weights[0])
        {
            Scores = scores,
            Chain = chain.Length == 0 ? null : chain[0],
        };
    }

    /// <summary>Refuses scores that are of other coordinates, or of the same in another order, by number and by name.</summary>
    /// <exception cref="InvalidDataException">They are.</exception>
    public static void RequireMatch(IReadOnlyList<string> coordinates, IReadOnlyList<string> scores)
    {
        // A score is named after its coordinate, with something before it that all have: g_x, score_x, x.
        int[] order = [.. scores.Select(score => Owner(score, coordinates))];
        if (order.Contains(-1) || order.Distinct().Count() < order.Length || order.Index().All(owner => owner.Index == owner.Item))
            return;
        throw new InvalidDataException(
            $"the scores are those of {string.Join(", ", order.Take(8).Select(owner => coordinates[owner]))}, by their names, and the "
            + $"coordinates are {string.Join(", ", coordinates.Take(8))}. Give both in the same order: --score-columns "
            + string.Join(',', coordinates.Index().Select(coordinate => scores[Array.IndexOf(order, coordinate.Index)])));
    }

    private static int Owner(string score, IReadOnlyList<string> coordinates)
    {
        int exact = coordinates.ToList().IndexOf(score);
        return exact >= 0 ? exact : coordinates.Index()
            .Where(name => score.EndsWith($"_{name.Item}", StringComparison.Ordinal))
            .OrderByDescending(name => name.Item.Length)
            .Select(name => name.Index)
            .FirstOrDefault(-1);
    }

    private static void RequireMatch(int[] chosen, int[] scores, IReadOnlyList<string>? names)
    {
        if (scores.Length != chosen.Length)
        {
            throw new InvalidDataException(
                $"there are {scores.Length} columns of scores (--score-columns) and {chosen.Length} coordinates; there must be as "
                + "many. Choose the coordinates with --columns, or leave others out with --drop.");
        }

        if (names is not null)
            RequireMatch([.. chosen.Select(column => names[column])], [.. scores.Select(column => names[column])]);
    }

    /// <summary>CmdStan writes the sampler's columns, then D parameters, their momenta <c>p_</c>, and gradients <c>g_</c>.</summary>
    private static ColumnSelection CmdStanDiagnostic(IReadOnlyList<string> names)
    {
        int start = names.TakeWhile(name => name.EndsWith("__", StringComparison.Ordinal)).Count();
        int dimension = (names.Count - start) / 3;
        bool fits = dimension > 0 && start > 0 && names.Count == start + (3 * dimension);
        for (int i = start; fits && i < start + dimension; i++)
            fits = names[i + dimension] == $"p_{names[i]}" && names[i + (2 * dimension)] == $"g_{names[i]}";
        return fits
            ? new([.. Enumerable.Range(start, dimension)], null) { Scores = [.. Enumerable.Range(start + (2 * dimension), dimension)] }
            : throw new InvalidDataException(
                "it is not a diagnostic file of CmdStan, whose columns are lp__, …, then x, p_x and g_x for each parameter x. CmdStan "
                + "writes one with: output diagnostic_file=FILE");
    }

    private static int[] Find(string option, IReadOnlyList<string> wanted, IReadOnlyList<string>? names, int count, bool isOptional)
    {
        var found = new List<int>();
        foreach (string name in wanted.SelectMany(text => names?.Contains(text) == true ? [text] : Commas().Split(text)))
        {
            if (names is not null && !names.Contains(name) && name.AsSpan().ContainsAny('*', '?'))
            {
                int[] matches = [.. names.Index().Where(other => Matches(name, other.Item)).Select(other => other.Index)];
                if (matches.Length == 0 && !isOptional)
                    throw new InvalidDataException($"{option} {name}: no column has such a name. {Known(name, names, count)}");
                found.AddRange(matches.Except(found));
                continue;
            }

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

    private static bool Matches(string pattern, string name) => name.Length > 0 && Regex.IsMatch(
        name,
        $@"\A{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal)}\z",
        RegexOptions.Singleline | RegexOptions.NonBacktracking);

    private static int Number(string text)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number - 1 : -1;

    /// <summary>Commas that are not within brackets: <c>beta[1,2]</c> is one name.</summary>
    [GeneratedRegex(@",(?![^\[(]*[\])])")]
    private static partial Regex Commas();
}
