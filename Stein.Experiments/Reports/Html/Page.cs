namespace Stein.Experiments.Reports.Html;

/// <summary>What a page shows, as data; <see cref="PageWriter"/> makes one file of it.</summary>
/// <param name="Title">The title of the page.</param>
/// <param name="Lead">What the page is made of, in Markdown.</param>
/// <param name="Parts">One for each experiment, in the order of the page.</param>
internal sealed record Page(string Title, string Lead, IReadOnlyList<PagePart> Parts);

/// <summary>What a page shows of one experiment.</summary>
/// <param name="Name">The name of the experiment; that of its section in the address of the page.</param>
/// <param name="Title">One line that says what it is.</param>
internal sealed record PagePart(string Name, string Title)
{
    /// <summary>The paper and its table or figure.</summary>
    public string Source { get; init; } = "";

    /// <summary>What was found and under which conditions, in Markdown.</summary>
    public string Finding { get; init; } = "";

    /// <summary>Runs that are finished, out of those planned.</summary>
    public Progress Runs { get; init; }

    /// <summary>Seeds of which every run is finished, out of those planned; (0, 0) where there is no setting of this name.</summary>
    public Progress Seeds { get; init; }

    /// <summary>Comparisons with published numbers.</summary>
    public IReadOnlyList<PublishedComparison> Comparisons { get; init; } = [];

    /// <summary>See <see cref="Report.Deviations"/>.</summary>
    public IReadOnlyList<string> Deviations { get; init; } = [];

    /// <summary>The runs that are missing, each in a few words.</summary>
    public IReadOnlyList<string> Gaps { get; init; } = [];

    public IReadOnlyList<MarkdownTable> Tables { get; init; } = [];

    public IReadOnlyList<PageFigure> Figures { get; init; } = [];

    public IReadOnlyList<PageData> Data { get; init; } = [];

    /// <summary>The identities of the runs, in the order of the data that have them; cells of tables lead there.</summary>
    public IReadOnlyList<string> RunIds { get; init; } = [];

    /// <summary>Which program, device and machine computed it, when, and which command repeats it.</summary>
    public IReadOnlyList<(string Term, string Text)> Provenance { get; init; } = [];

    /// <summary>The folder of its files, relative to the page, with a slash at the end; null where they do not go with the page.</summary>
    public string? Folder { get; init; }
}

/// <summary>How many are done, out of how many.</summary>
internal readonly record struct Progress(int Done, int Planned)
{
    public override string ToString() => $"{Done} of {Planned}";
}

/// <summary>A figure of a page.</summary>
/// <param name="Name">The name of its files without the ending.</param>
/// <param name="Caption">In Markdown.</param>
/// <param name="Svg">Its SVG as <see cref="SvgFigure"/> writes it; null for a figure that is a picture of points only.</param>
internal sealed record PageFigure(string Name, string Caption, string? Svg)
{
    /// <summary>
    /// Its rows of <see cref="FigurePoints"/>, which are also among the data of the part; without any the drawing is read.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<object?>> Points { get; init; } = [];
}

/// <summary>Numbers for programs.</summary>
/// <param name="FileName">The name of the file.</param>
/// <param name="Rows">How many rows it has, without the header.</param>
/// <param name="Content">The whole file.</param>
/// <param name="IsInPage">Whether the page has the content itself, compressed.</param>
internal sealed record PageData(string FileName, int Rows, byte[] Content, bool IsInPage);
