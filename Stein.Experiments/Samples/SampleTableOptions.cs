namespace Stein.Experiments.Samples;

/// <summary>Whether the first row of a file has the names of its columns.</summary>
internal enum HeaderMode
{
    /// <summary>It has if all its cells are names, see <see cref="ColumnName.Rule"/>.</summary>
    Auto,

    Yes,

    No,
}

/// <summary>How samples are read from a file: what its cells are, and which columns are coordinates.</summary>
internal sealed record SampleTableOptions
{
    public HeaderMode Header { get; init; } = HeaderMode.Auto;

    /// <summary>A point or a comma.</summary>
    public char DecimalMark { get; init; } = '.';

    /// <summary>
    /// The coordinates in the order wanted, by the names of their columns, or from 1 where there is no header, with commas between them;
    /// none for all columns that are not left out.
    /// </summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>The columns that are left out, likewise. A column without a name in a header is given by its number.</summary>
    public IReadOnlyList<string> Drop { get; init; } = [];

    /// <summary>The column with the weights of the samples, which is not a coordinate; null for none.</summary>
    public string? Weights { get; init; }

    /// <summary>The columns with the score at each sample, in the order of the coordinates, likewise; none where there are none.</summary>
    public IReadOnlyList<string> ScoreColumns { get; init; } = [];

    /// <summary>Whether the score columns are gradients of the negative log-density.</summary>
    public bool NegateScores { get; init; }

    /// <summary>The column that says which chain a sample is of; null for one chain per file.</summary>
    public string? Chain { get; init; }

    /// <summary>The number of samples at the start of each chain that are left out.</summary>
    public int Skip { get; init; }

    /// <summary>Every how many samples of a chain one is kept.</summary>
    public int ThinInput { get; init; } = 1;

    /// <summary>Whether it is a diagnostic file of CmdStan, whose layout says what its columns are.</summary>
    public bool IsCmdStanDiagnostic { get; init; }

    /// <summary>
    /// The number of coordinates of the samples that a file belongs to, null for the samples themselves. Such a file need not have the
    /// columns that are left out or the weights, and one without a header and with that many columns is read whole.
    /// </summary>
    public int? Coordinates { get; init; }

    /// <summary>How points are read that belong to samples.</summary>
    public SampleTableOptions For(SampleTable samples) => this with
    {
        Coordinates = samples.Columns,
        ScoreColumns = [],
        Chain = null,
        Skip = 0,
        ThinInput = 1,
    };
}
