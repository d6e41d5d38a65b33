using System.CommandLine.Parsing;
using Stein.Experiments.Samples;
using Stein.Experiments.Targets;

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
        "--scores",
        "files with the scores, the gradients of the log-density of the model, at each sample, one file for each of --samples; - for "
        + "standard input");

    private readonly Option<string[]> scoreColumns = SampleFileOptions.Several(
        "--score-columns", "columns with the scores, in the order of the coordinates: of --scores, or else of --samples");

    private readonly Option<bool> negate = Values.Flag(
        "--negate-scores", "the scores are gradients of the negative log-density, and change their sign");

    private readonly Option<string> chain = Values.Text("--chain", "column", "column that says which chain a sample is of");

    private readonly Option<string[]> cmdstan = SampleFileOptions.Paths(
        "--cmdstan-diagnostic", "diagnostic files of CmdStan with samples and gradients, one chain each, in place of --samples");

    private readonly Option<string> target = Values.Text(
        "--target", "file", "instead of --scores: a JSON file that describes the model, such as {\"type\": \"banana\"}");

    /// <summary>All of them, to be added to a command.</summary>
    public IEnumerable<Option> All => [samples, scores, target, cmdstan, .. files.Unweighted, scoreColumns, negate, chain];

    /// <summary>What is to be read.</summary>
    /// <exception cref="UsageException">A value cannot be used.</exception>
    public ScoredSampleFiles Read(ParseResult parsed)
    {
        string[] ofSamples = parsed.GetValue(samples) ?? [];
        string[] ofScores = parsed.GetValue(scores) ?? [];
        string[] diagnostics = parsed.GetValue(cmdstan) ?? [];
        if (ofSamples.Concat(ofScores).Concat(diagnostics).Count(path => path == "-") > 1)
            throw new UsageException("only one of --samples and --scores can be standard input (-); give files for the others");
        SampleTableOptions options = files.Read(parsed) with { Chain = parsed.GetValue(chain) };
        if (diagnostics.Length > 0)
        {
            RequireAlone(parsed);
            return new()
            {
                Option = cmdstan.Name,
                Samples = diagnostics,
                SampleOptions = options with { IsCmdStanDiagnostic = true },
                ScoreOptions = options,
            };
        }

        string[] chosen = parsed.GetValue(scoreColumns) ?? [];
        bool isNegative = parsed.GetValue(negate);
        if (ofSamples.Length == 0)
            throw new UsageException("--samples: it is missing. Give a file with samples, or --cmdstan-diagnostic.");
        if (ofScores.Length > 0 && ofScores.Length != ofSamples.Length)
        {
            throw new UsageException(
                $"--scores: there are {Files(ofScores.Length)}, and {Files(ofSamples.Length)} of --samples; give one for each, in the same "
                + "order");
        }

        if (parsed.GetValue(target) is { } described)
        {
            string? other = ofScores.Length > 0 ? scores.Name : chosen.Length > 0 ? scoreColumns.Name : isNegative ? negate.Name : null;
            if (other is not null)
            {
                throw new UsageException(
                    $"{other}: it has no effect with {target.Name}, which computes the scores. Leave one of them out.");
            }

            return new()
            {
                Option = samples.Name,
                Samples = ofSamples,
                Target = Open(described),
                SampleOptions = options,
                ScoreOptions = options,
            };
        }

        if (isNegative && ofScores.Length + chosen.Length == 0)
            throw new UsageException("--negate-scores: there are no scores. Give --scores or --score-columns, or leave it out.");
        bool isBeside = ofScores.Length == 0;
        return new()
        {
            Option = samples.Name,
            Samples = ofSamples,
            Scores = ofScores,
            SampleOptions = isBeside ? options with { ScoreColumns = chosen, NegateScores = isNegative } : options,
            ScoreOptions = new SampleTableOptions
            {
                Header = options.Header,
                DecimalMark = options.DecimalMark,
                Columns = isBeside ? [] : chosen,
                NegateScores = !isBeside && isNegative,
            },
        };

        static string Files(int count) => count == 1 ? "1 file" : $"{count} files";
    }

    private TargetFile Open(string path)
    {
        try
        {
            return TargetFile.Read(path);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException($"{target.Name} {exception.Message}", exception);
        }
    }

    /// <exception cref="UsageException">An option says what CmdStan's file says itself.</exception>
    private void RequireAlone(ParseResult parsed)
    {
        foreach (Option option in (Option[])[samples, scores, target, .. files.WhichColumns, scoreColumns, negate, chain])
        {
            if (parsed.GetResult(option) is { Implicit: false })
            {
                throw new UsageException(
                    $"{option.Name}: it has no effect with {cmdstan.Name}, whose files have samples and scores and say which columns they "
                    + "are. Leave it out.");
            }
        }
    }
}
