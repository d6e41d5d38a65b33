using Stein.Engine.Estimators;
using Stein.Experiments.Samples;
using Stein.Experiments.Studies;
using Stein.Experiments.Targets;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein ksd</c> is asked for.</summary>
internal sealed record KsdRequest
{
    /// <summary>The file of the samples; - for standard input.</summary>
    public required string Samples { get; init; }

    /// <summary>The file of the scores; null if they are to be estimated.</summary>
    public string? Scores { get; init; }

    /// <summary>The files that are read, each with its option; null for one that is not given.</summary>
    public IReadOnlyList<(string Option, string? Path)> Inputs =>
    [
        ("--samples", Samples), ("--scores", Scores), ("--target", Target?.Path), ("--compare", Compare), ("--compare-scores", CompareScores),
    ];

    /// <summary>How the file of the samples is read.</summary>
    public required SampleTableOptions Files { get; init; }

    /// <summary>How the file of the scores is read.</summary>
    public required SampleTableOptions ScoreFiles { get; init; }

    /// <summary>Whether the scores are multiplied by −1.</summary>
    public bool NegateScores { get; init; }

    /// <summary>Estimates the scores from the samples; null if there is a file of them.</summary>
    public ScoreEstimator? Estimator { get; init; }

    /// <summary>The density whose scores are computed; null if there is a file of scores, or they are to be estimated.</summary>
    public TargetFile? Target { get; init; }

    /// <summary>The lower ends of the support, as numbers for all coordinates or as name=number.</summary>
    public IReadOnlyList<string> Lower { get; init; } = [];

    /// <summary>The upper ends, likewise.</summary>
    public IReadOnlyList<string> Upper { get; init; } = [];

    /// <summary>The file of samples to be compared with; null for none.</summary>
    public string? Compare { get; init; }

    /// <summary>The file of the scores at those samples; null if there is a target.</summary>
    public string? CompareScores { get; init; }

    /// <summary>Whether samples of both files belong together row by row.</summary>
    public bool IsPaired { get; init; }

    /// <summary>Which slices are optimised, g or rg; null for none.</summary>
    public string? Slices { get; init; }

    /// <summary>The number of chains of equal length, one after the other.</summary>
    public int Chains { get; init; }

    /// <summary>Whether the order of the samples means nothing.</summary>
    public bool IsIndependent { get; init; }

    public required string Kernel { get; init; }

    /// <summary>The bandwidths, of which the kernel is the sum; none for the median rule.</summary>
    public required double[] Bandwidths { get; init; }

    public int Replicates { get; init; }

    /// <summary>Of the replicates, and of the pairs that are drawn among many.</summary>
    public uint Seed { get; init; }

    public bool IsCheck { get; init; }

    public double Level { get; init; }

    /// <summary>The folder to write; null for none.</summary>
    public string? Output { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }
}

/// <summary>The options of <c>stein ksd</c>.</summary>
internal sealed class KsdOptions
{
    private readonly Option<string> samples = new("--samples")
    {
        Description = "CSV file with one sample per line, with or without a header, perhaps compressed by gzip; - for standard input",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<string> scores = Values.Text(
        "--scores", "file", "CSV file with the score, the gradient of the log-density of the model, at each sample, in the same order");

    private readonly SampleFileOptions files = new();

    private readonly Option<string[]> scoreColumns = new("--score-columns")
    {
        Description = "the columns of the scores, in the order of the coordinates, by name, or from 1 without a header",
        HelpName = "a,b",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<bool> negate = Values.Flag(
        "--negate-scores", "for gradients of the potential, −log p: multiplies the scores by −1");

    private readonly Option<string> estimate = Values.Choice(
        "--estimate-scores",
        "instead of --scores: estimates the scores from the samples themselves, which does not test a model",
        ScoreEstimators.Names);

    private readonly Option<string> target = Values.Text(
        "--target", "file", "instead of --scores: a JSON file that describes the model, such as {\"type\": \"banana\"}");

    private readonly Option<string[]> lower = Several(
        "--lower", "a|name=a", "lower end of the support, for all coordinates or for some, as in sigma=0; the logarithm is compared");

    private readonly Option<string[]> upper = Several("--upper", "b|name=b", "upper end of the support, likewise");

    private readonly Option<string> compare = Values.Text(
        "--compare", "file", "other samples: also says which of the two are closer to the model");

    private readonly Option<string> compareScores = Values.Text(
        "--compare-scores", "file", "the scores of the model at the samples of --compare; not needed with --target");

    private readonly Option<bool> paired = Values.Flag(
        "--paired", "samples of --samples and --compare belong together row by row; otherwise the files are independent");

    private readonly Option<string> slices = Values.Choice(
        "--slices",
        "also tests along directions in which the samples differ most: test directions (g), or score directions too (rg)",
        KsdSlices.Kinds);

    private readonly Option<int?> chains = Values.Number<int>(
        "--chains", "number of Markov chains of equal length, one after the other", 1);

    private readonly Option<bool> independent = Values.Flag(
        "--independent", "the samples are independent, and their order means nothing; otherwise they are chains in their order");

    private readonly Option<string> kernel = Values.Choice("--kernel", "kernel", SteinKernels.Names, "imq");

    private readonly Option<double[]> bandwidths = Values.Numbers<double>(
        "--bandwidth",
        "bandwidth h, a length in units of the samples; several for the sum of kernels [default: the median distance of samples]");

    private readonly Option<int?> replicates = Values.Number<int>(
        "--bootstrap", "number of bootstrap replicates B; p is at least 1/(B + 1)", 499);
    private readonly Option<uint?> seed = Values.Number<uint>("--seed", "seed of everything random", 0);
    private readonly Option<double?> level = Values.Number<double>("--level", "level of the test", 0.05);
    private readonly Option<bool> check = Values.Flag("--check", "exit code 3 if the samples are rejected at the level");
    private readonly Option<string> output = Values.Text("--out", "folder", "folder for tables, figures and the influence of each sample");
    private readonly Option<bool> json = Values.Flag("--json", "one line of JSON on standard output instead of tables");
    private readonly Option<bool> quiet = Values.Flag("--quiet", "errors only", "-q");

    public void AddTo(Command command)
        => command.AddShared(
            [
                samples, scores, .. files.Columns, scoreColumns, negate, target, estimate, lower, upper, chains, independent, kernel,
                bandwidths, replicates, seed, level, check, compare, compareScores, paired, slices, output, json, quiet,
            ]);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public KsdRequest Read(ParseResult parsed)
    {
        SampleTableOptions read = files.Read(parsed);
        var request = new KsdRequest
        {
            Samples = parsed.GetRequiredValue(samples),
            Scores = parsed.GetValue(scores),
            Files = read,
            ScoreFiles = new SampleTableOptions
            {
                Header = read.Header,
                DecimalMark = read.DecimalMark,
                Columns = parsed.GetValue(scoreColumns) ?? [],
            },
            NegateScores = parsed.GetValue(negate),
            Estimator = parsed.GetValue(estimate) is { } name ? ScoreEstimators.Find(name) : null,
            Target = parsed.GetValue(target) is { } file ? KsdSupport.OpenTarget(file) : null,
            Lower = parsed.GetValue(lower) ?? [],
            Upper = parsed.GetValue(upper) ?? [],
            Compare = parsed.GetValue(compare),
            CompareScores = parsed.GetValue(compareScores),
            IsPaired = parsed.GetValue(paired),
            Slices = parsed.GetValue(slices),
            Chains = parsed.GetRequiredValue(chains)!.Value,
            IsIndependent = parsed.GetValue(independent),
            Kernel = parsed.GetRequiredValue(kernel),
            Bandwidths = parsed.GetValue(bandwidths) ?? [],
            Replicates = parsed.GetRequiredValue(replicates)!.Value,
            Seed = parsed.GetRequiredValue(seed)!.Value,
            Level = parsed.GetRequiredValue(level)!.Value,
            IsCheck = parsed.GetValue(check),
            Output = parsed.GetValue(output),
            Json = parsed.GetValue(json),
            Quiet = parsed.GetValue(quiet),
        };
        CheckValues(request);
        CheckTogether(request);
        return request;
    }

    private static void CheckValues(KsdRequest request)
    {
        foreach (double bandwidth in request.Bandwidths)
        {
            if (!(bandwidth > 0 && double.IsFinite(bandwidth)))
                throw new UsageException($"--bandwidth {bandwidth}: it must be a positive finite number");
        }

        if (request.Replicates is < 19 or > 100_000)
            throw new UsageException($"--bootstrap {request.Replicates}: it must be a whole number from 19 to 100000");
        if (!(request.Level > 0 && request.Level < 1))
            throw new UsageException($"--level {request.Level}: it must be above 0 and below 1");
        if (request.Chains < 1)
            throw new UsageException($"--chains {request.Chains}: it must be a whole number, 1 or more");
    }

    private static void CheckTogether(KsdRequest request)
    {
        if (request is { Scores: null, Estimator: null, Target: null })
        {
            throw new UsageException(
                "--scores: it is missing. Give the scores of the model at the samples, or --target, or --estimate-scores.");
        }

        if (request is { Scores: not null, Estimator: not null })
            throw new UsageException("--estimate-scores: it has no effect with --scores. Leave one of them out.");
        if (request is { Target: not null, Estimator: not null })
            throw new UsageException("--estimate-scores: it has no effect with --target. Leave one of them out.");
        if (request is { Target: not null, Scores: not null })
            throw new UsageException("--target: it has no effect with --scores. Leave one of them out.");
        if (request.Scores is null)
        {
            string instead = request.Target is null ? "--estimate-scores" : "--target";
            if (request.NegateScores || request.ScoreFiles.Columns.Count > 0)
            {
                string option = request.NegateScores ? "--negate-scores" : "--score-columns";
                throw new UsageException($"{option}: it has no effect with {instead}. Leave one of them out.");
            }
        }

        if (request.Estimator is not null)
            CheckEstimated(request);
        if (request.Target is not null && request.Lower.Count + request.Upper.Count > 0)
        {
            throw new UsageException(
                $"{(request.Lower.Count > 0 ? "--lower" : "--upper")}: it has no effect with --target. Give the file a field support.");
        }

        CheckComparison(request);
        string[] inputs = [.. request.Inputs.Where(input => input.Path == "-").Select(input => input.Option)];
        if (inputs.Length > 1)
            throw new UsageException($"only one of {string.Join(" and ", inputs)} can be standard input (-); give a file for the other");
        if (request is { IsIndependent: true, Chains: > 1 })
            throw new UsageException("--independent: it has no effect with --chains. Leave one of them out.");
        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
    }

    private static void CheckEstimated(KsdRequest request)
    {
        if (request.IsCheck)
            throw new UsageException("--check: samples cannot be tested against scores that were estimated from them. Give --scores.");
        if (request.Slices is not null)
            throw new UsageException("--slices: samples cannot be tested against scores that were estimated from them. Give --scores.");
        if (request.Compare is not null)
            throw new UsageException("--compare: there is no model to be close to where scores are estimated. Give --scores, or --target.");
        if (request.Lower.Count + request.Upper.Count > 0)
        {
            throw new UsageException(
                $"{(request.Lower.Count > 0 ? "--lower" : "--upper")}: scores estimated near the end of a support are wrong. Pass transformed "
                + "samples, such as their logarithms.");
        }
    }

    private static void CheckComparison(KsdRequest request)
    {
        if (request is { Compare: not null, CompareScores: null, Target: null })
            throw new UsageException("--compare: the scores at its samples are missing. Give --compare-scores, or --target.");
        if (request is { Compare: null, CompareScores: not null })
            throw new UsageException("--compare-scores: it has no effect without --compare. Leave it out.");
        if (request is { CompareScores: not null, Target: not null })
            throw new UsageException("--compare-scores: it has no effect with --target. Leave one of them out.");
        if (request is { Compare: null, IsPaired: true })
            throw new UsageException("--paired: it has no effect without --compare. Leave it out.");
    }

    private static Option<string[]> Several(string name, string kind, string description) => new(name)
    {
        Description = description,
        HelpName = kind,
        AllowMultipleArgumentsPerToken = true,
    };
}
