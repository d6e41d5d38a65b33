namespace Stein.Experiments.Ica;

/// <summary>A row of the ICA table: the id on the command line and in <c>runs.csv</c>, and the name in tables and figures.</summary>
/// <param name="Id">Lower case, as on the command line.</param>
/// <param name="Name">As the paper writes it.</param>
/// <param name="IsYardstick">True for what is no Stein method but helps to read the numbers; yardsticks stand beneath.</param>
internal sealed record IcaMethod(string Id, string Name, bool IsYardstick)
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

    /// <summary>The id without the variant: <c>lsd</c> of <c>lsd (10 probes)</c>.</summary>
    public string BaseId => VariantStart(Id) is var start && start < 0 ? Id : Id[..start];

    /// <summary>
    /// The method of an id or a name, in any case. A variant, <c>lsd (10 probes)</c>, is a method of its own beside <c>lsd</c>; an
    /// unknown one is taken as a further method, named as it is.
    /// </summary>
    public static IcaMethod Find(string idOrName)
    {
        ArgumentNullException.ThrowIfNull(idOrName);
        if (FindKnown(idOrName) is { } known)
            return known;
        int start = VariantStart(idOrName);
        return start >= 0 && FindKnown(idOrName[..start]) is { } varied
            ? new IcaMethod(varied.Id + idOrName[start..], varied.Name + idOrName[start..], varied.IsYardstick)
            : new IcaMethod(idOrName, idOrName, IsYardstick: false);
    }

    /// <summary>The id of a method in a variant; an empty variant is the method itself.</summary>
    public static string VariantId(string method, string variant) => variant.Length == 0 ? method : $"{method} ({variant})";

    /// <summary>Whether a radial kernel and a pair statistic are part of the method.</summary>
    public static bool UsesKernel(string method) => method is "ksd" or "maxsksd" or "maxsksd-rg";

    /// <summary>Methods in the order of the table: the paper's, further ones by id, yardsticks.</summary>
    public static IReadOnlyList<IcaMethod> InOrder(IEnumerable<string> ids) =>
        [.. ids.Select(Find).Distinct().OrderBy(Rank).ThenBy(method => method.Id, StringComparer.Ordinal)];

    private static IcaMethod? FindKnown(string idOrName) =>
        Known.FirstOrDefault(method => string.Equals(method.Id, idOrName, StringComparison.OrdinalIgnoreCase)
            || string.Equals(method.Name, idOrName, StringComparison.OrdinalIgnoreCase));

    private static int VariantStart(string id) => id.EndsWith(')') ? id.IndexOf(" (", StringComparison.Ordinal) : -1;

    private static int Rank(IcaMethod method)
    {
        for (int index = 0; index < Known.Count; index++)
        {
            if (Known[index].Id == method.BaseId)
            {
                return method.IsYardstick ? 1000 + index : index;
            }
        }

        return 500;
    }
}
