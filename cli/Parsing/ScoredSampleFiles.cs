using Stein.Experiments.Samples;
using Stein.Experiments.Targets;

namespace Stein.Cli.Parsing;

/// <summary>The files of samples and of the scores at them that a command is to read.</summary>
internal sealed record ScoredSampleFiles
{
    /// <summary>The option that names the files of the samples.</summary>
    public required string Option { get; init; }

    /// <summary>The files of the samples, one chain each or several; - for standard input.</summary>
    public required IReadOnlyList<string> Samples { get; init; }

    /// <summary>The files of the scores, one for each file of samples; none where the scores are beside the samples, or nowhere.</summary>
    public IReadOnlyList<string> Scores { get; init; } = [];

    /// <summary>The option that names the files of the scores.</summary>
    public string OptionOfScores { get; init; } = "--scores";

    /// <summary>The density whose scores are computed; null for scores that are read.</summary>
    public TargetFile? Target { get; init; }

    /// <summary>How the samples are read, and scores beside them.</summary>
    public required SampleTableOptions SampleOptions { get; init; }

    /// <summary>How files of scores are read.</summary>
    public required SampleTableOptions ScoreOptions { get; init; }

    /// <summary>Whether an option says where the scores are.</summary>
    public bool HasScores
        => Target is not null || Scores.Count > 0 || SampleOptions.ScoreColumns.Count > 0 || SampleOptions.IsCmdStanDiagnostic;

    /// <summary>Whether the files have gradients of the negative log-density.</summary>
    public bool AreScoresNegated => SampleOptions.NegateScores || ScoreOptions.NegateScores || SampleOptions.IsCmdStanDiagnostic;

    /// <summary>The samples as messages name them, such as "--samples x.csv".</summary>
    public string Subject => $"{Option} {string.Join(' ', Samples)}";

    /// <summary>The files with their options, for <see cref="Output.OutputFile.Require"/>.</summary>
    public IReadOnlyList<(string Option, string? Path)> Inputs =>
    [
        .. Samples.Select(path => (Option, (string?)path)),
        .. Scores.Select(path => (OptionOfScores, (string?)path)),
        ("--target", Target?.Path),
    ];

    /// <summary>What was read, for JSON.</summary>
    public object[] Summary(SampleTable table) =>
    [
        SampleFileOptions.Summary(
            Option,
            Samples,
            table,
            HasScores
                ? new
                {
                    File = Target?.Path ?? string.Join(' ', Scores.Count == 0 ? Samples : Scores),
                    Names = table.ScoreNames,
                    AreScoresNegated,
                }
                : null),
    ];

    /// <summary>Reads the files.</summary>
    /// <returns>Samples; their scores are null where there are none.</returns>
    /// <exception cref="UsageException">A file cannot be read, or the scores do not belong to the samples.</exception>
    public SampleTable Read()
    {
        if (Target is { } target)
        {
            SampleTable samples = SampleFileOptions.Open(Option, Samples, SampleOptions);
            return SampleFileOptions.About("--target", () => samples with { Scores = target.ScoresAt(samples) });
        }

        if (Scores.Count == 0)
            return SampleFileOptions.Open(Option, Samples, SampleOptions);
        SampleTable[] tables = [.. Samples.Zip(Scores, ReadBoth)];
        return SampleFileOptions.About(Option, () => SampleTable.Join(Samples, tables, SampleOptions));
    }

    private SampleTable ReadBoth(string path, string scorePath)
    {
        SampleTable samples = SampleFileOptions.About(Option, () => SampleTable.Read(path, SampleOptions));
        SampleTable scores = SampleFileOptions.About(OptionOfScores, () => SampleTable.Read(scorePath, ScoreOptions));
        return SampleFileOptions.About($"{OptionOfScores} {scorePath}:", () => samples.WithScores(scores, ScoreOptions.NegateScores));
    }
}
