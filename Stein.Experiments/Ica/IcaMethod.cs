namespace Stein.Experiments.Ica;

/// <summary>A row of the ICA table: the id on the command line and in <c>runs.csv</c>, and the name in tables and figures.</summary>
/// <param name="Id">Lower case, as on the command line.</param>
/// <param name="Name">As the paper writes it.</param>
/// <param name="IsYardstick">True for what is no Stein method but helps to read the numbers; yardsticks stand beneath.</param>
public sealed record IcaMethod(string Id, string Name, bool IsYardstick)
{
    /// <summary>The truth itself: a row of every table, though nobody trains it.</summary>
    public static readonly IcaMethod Oracle = new("oracle", "oracle", IsYardstick: true);

    /// <summary>The methods known by name, in the order of the table; <see cref="Oracle"/> is last.</summary>
    public static IReadOnlyList<IcaMethod> Known { get; } =
    [
        new("ksd", "KSD", IsYardstick: false),
        new("lsd", "LSD", IsYardstick: false),
        new("maxsksd", "maxSKSD-g", IsYardstick: false),
        new("maxsksd-rg", "maxSKSD-rg", IsYardstick: false),
        new("whitening", "whitening", IsYardstick: true),
        new("mle", "MLE", IsYardstick: true),
        Oracle,
    ];

    /// <summary>The method of an id or a name, in any case; an unknown one is taken as a further method, named as it is.</summary>
    public static IcaMethod Find(string idOrName) =>
        Known.FirstOrDefault(method => string.Equals(method.Id, idOrName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(method.Name, idOrName, StringComparison.OrdinalIgnoreCase))
        ?? new IcaMethod(idOrName, idOrName, IsYardstick: false);

    /// <summary>Methods in the order of the table: the paper's, further ones by id, yardsticks.</summary>
    public static IReadOnlyList<IcaMethod> InOrder(IEnumerable<string> ids) =>
        [.. ids.Select(Find).Distinct().OrderBy(Rank).ThenBy(method => method.Id, StringComparer.Ordinal)];

    private static int Rank(IcaMethod method)
    {
        for (int index = 0; index < Known.Count; index++)
        {
            if (Known[index] == method)
            {
                return method.IsYardstick ? 1000 + index : index;
            }
        }

        return 500;
    }
}
