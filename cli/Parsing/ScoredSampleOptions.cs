using System.CommandLine.Parsing;
using Stein.Experiments.Samples;

namespace Stein.Cli.Parsing;

/// <summary>
/// The options of commands that take samples together with their scores: from one file, from two, or from a diagnostic file of CmdStan.
/// </summary>
internal sealed class ScoredSampleOptions
{
    private readonly SampleFileOptions files = new();

    private readonly Option<string[]> samples = SampleFileOptions.Paths(
        "--samples", "CSV, .npy or .npz files with the samples, perhaps compressed by gzip, one chain each; - for standard input");

    private readonly Option<string[]> scores = SampleFileOptions.Paths(
        "--scores", "files with the scores, one for each file of samples; - for standard input");

    private readonly Option<string[]> scoreColumns = SampleFileOptions.Several(
        "--score-columns", "columns with the scores, in the order of the coordinates: of --scores, or else of --samples");

    private readonly Option<bool> negate = Values.Flag(
        "--negate-scores", "the scores are gradients of the negative log-density, and change their sign");

    private readonly Option<string> chain = Values.Text("--chain", "column", "column that says which chain a sample is of");

    private readonly Option<string[]> cmdstan = SampleFileOptions.Paths(
        "--cmdstan-diagnostic", "diagnostic files of CmdStan with samples and gradients, one chain each");

    /// <summary>All of them, to be added to a command.</summary>
    public IEnumerable<Option> All => [samples, scores, cmdstan, .. files.All, scoreColumns, negate, chain];

    /// <summary>The files that are read, each with its option, for <see cref="OutputFile.Require"/>.</summary>
    public IReadOnlyList<(string Option, string? Path)> Inputs(ParseResult parsed) =>
    [
        .. new[] { samples, scores, cmdstan }.SelectMany(
            option => (parsed.GetValue(option) ?? []).Select(path => (option.Name, (string?)path))),
    ];

    /// <summary>Reads the files.</summary>
    /// <returns>Samples; their scores are null where no option says where they are.</returns>
    /// <exception cref="UsageException">A value cannot be used, or a file cannot be read.</exception>
    public SampleTable Read(ParseResult parsed)
    {
        SampleTableOptions options = files.Read(parsed);
        string[] ofSamples = parsed.GetValue(samples) ?? [];
        string[] ofScores = parsed.GetValue(scores) ?? [];
        string[] diagnostics = parsed.GetValue(cmdstan) ?? [];
        string[] chosen = parsed.GetValue(scoreColumns) ?? [];
        bool isNegative = parsed.GetValue(negate);
        if (Inputs(parsed).Count(input => input.Path == "-") > 1)
            throw new UsageException("only one file can be standard input (-); give files for the others");
        if (diagnostics.Length > 0)
        {
            if (ofSamples.Length + ofScores.Length + chosen.Length + options.Columns.Count + options.Drop.Count > 0 || isNegative
                || options.Weights is not null || parsed.GetValue(chain) is not null)
            {
                throw new UsageException(
                    "--cmdstan-diagnostic: the file has samples and scores, and says which columns they are. Leave out --samples, "
                    + "--scores, --columns, --drop, --weights, --chain, --score-columns and --negate-scores.");
            }

            return SampleFileOptions.Open(cmdstan.Name, diagnostics, options with { IsCmdStanDiagnostic = true });
        }

        if (ofSamples.Length == 0)
            throw new UsageException("--samples: give a file with samples, or --cmdstan-diagnostic");
        if (isNegative && ofScores.Length + chosen.Length == 0)
            throw new UsageException("--negate-scores: there are no scores. Give --scores or --score-columns, or leave it out.");
        options = options with { Chain = parsed.GetValue(chain) };
        if (ofScores.Length == 0)
            return SampleFileOptions.Open(samples.Name, ofSamples, options with { ScoreColumns = chosen, NegateScores = isNegative });
        if (ofScores.Length != ofSamples.Length)
        {
            throw new UsageException(
                $"--scores: there are {ofScores.Length} files, and {ofSamples.Length} of --samples; give one for each, in the same order");
        }

        return SampleFileOptions.Open(samples.Name, ofSamples, ofScores, options, new SampleTableOptions
        {
            Header = options.Header,
            DecimalMark = options.DecimalMark,
            Columns = chosen,
            NegateScores = isNegative,
        });
    }
}
