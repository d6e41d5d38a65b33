using System.Runtime.CompilerServices;

namespace Stein.Experiments.Reports;

/// <summary>A table for people: on a terminal, in Markdown and in LaTeX.</summary>
/// <param name="Name">The name of the files without the ending, and of the LaTeX label.</param>
/// <param name="Caption">What a reader has to know: what the numbers are, of how many runs, under which conditions.</param>
/// <param name="Columns">The first says what a row is.</param>
/// <param name="Rows">The cells of each row.</param>
internal sealed record Table(
    string Name, string Title, string Caption, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
    : Section(Name)
{
    /// <summary>The rows with shorter cells, for a terminal; null where the rows are short enough.</summary>
    public IReadOnlyList<IReadOnlyList<string>>? ShortRows { get; init; }

    /// <summary>Whether it has files; one without is for the terminal alone.</summary>
    public bool IsInFiles { get; init; } = true;

    /// <summary>The runs that each cell of each row is made of; null where that is not known.</summary>
    public IReadOnlyList<IReadOnlyList<IFromRuns?>>? Origins { get; init; }

    /// <summary>One row per item.</summary>
    public static Table Create<TItem>(
        string name, string title, string caption, IEnumerable<TItem> items, params IReadOnlyList<TextColumn<TItem>> columns)
    {
        TItem[] all = [.. items];
        return new(
            name,
            title,
            caption,
            [.. columns.Select(column => new ReportColumn(column.Header, column.Detail))],
            [.. all.Select(item => (IReadOnlyList<string>)[.. columns.Select(column => column.Text(item))])])
        {
            Origins = OriginsOf(all.Select(item => Enumerable.Repeat(item, columns.Count))),
        };
    }

    /// <summary>
    /// One row for all items of which the first columns say the same, in the order in which they come; one column for each value of
    /// <paramref name="column"/>, ascending.
    /// </summary>
    /// <param name="name">See <see cref="Table"/>.</param>
    /// <param name="title">See <see cref="Table"/>.</param>
    /// <param name="caption">See <see cref="Table"/>.</param>
    /// <param name="items">At most one for each cell; the first counts.</param>
    /// <param name="rows">The columns that say what a row is.</param>
    /// <param name="column">What an item's column is.</param>
    /// <param name="header">The header of that column.</param>
    /// <param name="cell">An item as text.</param>
    /// <param name="missing">The cell of no item.</param>
    public static Table Pivot<TItem, TColumn>(
        string name,
        string title,
        string caption,
        IEnumerable<TItem> items,
        IReadOnlyList<TextColumn<TItem>> rows,
        Func<TItem, TColumn> column,
        Func<TColumn, string> header,
        Func<TItem, string> cell,
        string missing = NumberText.Missing)
    {
        TItem[] all = [.. items];
        TColumn[] columns = [.. all.Select(column).Distinct().Order()];
        ILookup<TColumn, TItem>[] lines =
            [.. all.GroupBy(item => string.Join('\0', rows.Select(row => row.Text(item)))).Select(line => line.ToLookup(column))];
        return new(
            name,
            title,
            caption,
            [.. rows.Select(row => new ReportColumn(row.Header)), .. columns.Select(value => new ReportColumn(header(value)))],
            [
                .. lines.Select(line => (IReadOnlyList<string>)
                [
                    .. rows.Select(row => row.Text(line.First().First())),
                    .. columns.Select(value => line[value].Select(cell).FirstOrDefault(missing)),
                ]),
            ])
        {
            Origins = OriginsOf(lines.Select(line => (IEnumerable<TItem?>)
                [.. rows.Select(_ => default(TItem)), .. columns.Select(value => line[value].FirstOrDefault())])),
        };
    }

    private static IReadOnlyList<IReadOnlyList<IFromRuns?>> OriginsOf<TItem>(IEnumerable<IEnumerable<TItem?>> rows)
        => [.. rows.Select(row => (IFromRuns?[])[.. row.Select(item => OriginOf(item))])];

    /// <summary>An item that is made of runs; for a tuple or a list what its parts are made of.</summary>
    private static IFromRuns? OriginOf(object? item) => item switch
    {
        IFromRuns runs => runs,
        IEnumerable<IFromRuns> parts => new Together(parts),
        ITuple tuple => new Together(Enumerable.Range(0, tuple.Length).Select(place => OriginOf(tuple[place])).OfType<IFromRuns>()),
        _ => null,
    };
}

/// <summary>A column of a table for people.</summary>
/// <param name="Header">May have two lines.</param>
/// <param name="Text">The cell of an item.</param>
/// <param name="Detail">See <see cref="ReportColumn"/>.</param>
internal sealed record TextColumn<TItem>(string Header, Func<TItem, string> Text, string? Detail = null);

/// <summary>A column of a <see cref="Table"/>.</summary>
/// <param name="Header">May have two lines.</param>
/// <param name="Detail">
/// Null for a column that is always there. Where the table is too wide, columns with a detail go into a table of their own that has it as
/// its title.
/// </param>
internal sealed record ReportColumn(string Header, string? Detail = null);
