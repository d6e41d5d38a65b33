namespace Stein.Experiments.Reports;

/// <summary>A report as a value. Writers make files, tables on a terminal and JSON of it.</summary>
/// <param name="Sections">In the order in which people read them. No two of one kind have the same name.</param>
internal sealed record Report(IReadOnlyList<Section> Sections)
{
    /// <summary>Comparisons with published numbers; empty where there is nothing to compare with.</summary>
    public IReadOnlyList<PublishedComparison> Comparisons { get; init; } = [];

    /// <summary>Settings that are not the published ones, as options with the published value.</summary>
    public IReadOnlyList<string> Deviations { get; init; } = [];
}

/// <summary>A part of a report.</summary>
/// <param name="Name">The name of its files without the ending.</param>
internal abstract record Section(string Name);

/// <summary>Text for people, written as Markdown.</summary>
/// <param name="Name">The name of the file without the ending.</param>
/// <param name="Text">Paragraphs in Markdown.</param>
internal sealed record Prose(string Name, string Title, string Text) : Section(Name)
{
    /// <summary>What a cell of its tables is made of, by its row and the header of its column; null where that is not known.</summary>
    public Func<IReadOnlyList<string>, string, IFromRuns>? Origin { get; init; }
}

/// <summary>A file that an experiment writes itself, because no other section can hold what is in it.</summary>
/// <param name="FileName">The name of the file with its ending.</param>
/// <param name="Content">The whole content.</param>
internal sealed record TextFile(string FileName, string Content) : Section(FileName);

/// <summary>A number compared with the published one.</summary>
/// <param name="Row">What it is, as in "maxSKSD-g, D = 10".</param>
/// <param name="Published">The published number.</param>
/// <param name="Verdict">One of the words agrees, higher, lower.</param>
/// <param name="Reproduced">Whether it counts as reproduced; <c>--check</c> fails if one does not.</param>
internal sealed record PublishedComparison(string Row, double Ours, double Published, string Verdict, bool Reproduced);
