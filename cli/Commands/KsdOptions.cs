using Stein.Engine.Estimators;
using Stein.Experiments.Studies;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein ksd</c> is asked for.</summary>
internal sealed record KsdRequest
{
    /// <summary>The files of the samples and of the scores.</summary>
    public required ScoredSampleFiles Files { get; init; }

    /// <summary>Estimates the scores from the samples; null if there is a file of them.</summary>
    public ScoreEstimator? Estimator { get; init; }

    /// <summary>The lower ends of the support, as numbers for all coordinates or as name=number.</summary>
    public IReadOnlyList<string> Lower { get; init; } = [];

    /// <summary>The upper ends, likewise.</summary>
    public IReadOnlyList<string> Upper { get; init; } = [];

    /// <summary>The files of samples to be compared with; null for none.</summary>
    public ScoredSampleFiles? Compare { get; init; }

    /// <summary>Whether samples of both belong together row by row.</summary>
    public bool IsPaired { get; init; }

    /// <summary>Which slices are optimised, g or rg; null for none.</summary>
    public string? Slices { get; init; }

    /// <summary>Further tests, names of <see cref="KsdTests"/>.</summary>
    public IReadOnlyList<string> Tests { get; init; } = [];

    /// <summary>The files that are read, each with its option.</summary>
    public IReadOnlyList<(string Option, string? Path)> Inputs => [.. Files.Inputs, .. Compare?.Inputs ?? []];

    /// <summary>The number of chains of equal length, one after the other; null for those of the files.</summary>
    public int? Chains { get; init; }

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
    private readonly ScoredSampleOptions files = new();

    private readonly Option<string> estimate = Values.Choice(
        "--estimate-scores",
        "instead of --scores: estimates the scores from the samples themselves, which does not test a model",
        ScoreEstimators.Names);

    private readonly Option<string[]> lower = Values.Texts(
        "--lower", "a or name=a", "lower end of the support, for all coordinates or for some, as in sigma=0: compares logarithms");

    private readonly Option<string[]> upper = Values.Texts("--upper", "b or name=b", "upper end of the support, likewise");

    private readonly Option<string[]> compare = SampleFileOptions.Paths(
        "--compare", "other samples, read like --samples: also says which of the two are closer to the model");

    private readonly Option<string[]> compareScores = SampleFileOptions.Paths(
        "--compare-scores", "files with the scores at the samples of --compare, where those of --samples are in files of their own");

    private readonly Option<bool> paired = Values.Flag(
        "--paired", "samples of --samples and --compare belong together row by row; otherwise the files are independent");

    private readonly Option<string> slices = Values.Choice(
        "--slices",
        "also tests along directions in which the samples differ most: test directions (g), or score directions too (rg)",
        KsdSlices.Kinds);

    private readonly Option<string[]> tests = Values.Choices(
        "--test",
        $"also tests by other methods, several with commas; chains by {string.Join(", ", KsdTests.NamesForChains)} alone",
        KsdTests.Names);

    private readonly Option<int?> chains = Values.Number<int>(
        "--chains", "number of Markov chains of equal length, one after the other in a file [default: one chain per file]");

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
                .. files.All, estimate, lower, upper, chains, independent, kernel, bandwidths, replicates, seed, level, check, compare,
                compareScores, paired, slices, tests, output, json, quiet,
            ]);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public KsdRequest Read(ParseResult parsed)
    {
        ScoredSampleFiles ofSamples = files.Read(parsed);
        var request = new KsdRequest
        {
            Files = ofSamples,
            Lower = parsed.GetValue(lower) ?? [],
            Upper = parsed.GetValue(upper) ?? [],
            Compare = Other(ofSamples, parsed.GetValue(compare) ?? [], parsed.GetValue(compareScores) ?? []),
            IsPaired = parsed.GetValue(paired),
            Slices = parsed.GetValue(slices),
            Tests = parsed.GetValue(tests) ?? [],
            Estimator = parsed.GetValue(estimate) is { } name ? ScoreEstimators.Find(name) : null,
            Chains = parsed.GetValue(chains),
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
        if (!request.Files.HasScores && request.Estimator is null)
        {
            throw new UsageException(
                "--scores: it is missing. Give the scores of the model at the samples, --score-columns if they are columns of --samples, "
                + "--target, or --estimate-scores.");
        }

        if (request.Files.HasScores && request.Estimator is not null)
        {
            throw new UsageException(
                "--estimate-scores: it has no effect with --scores, --score-columns, --target or --cmdstan-diagnostic. Leave one of them "
                + "out.");
        }

        if (request.Estimator is not null)
            CheckEstimated(request);
        if (request.Files.Target is not null && End(request) is { } end)
            throw new UsageException($"{end}: it has no effect with --target. Give the file a field support.");
        if (request is { Compare: null, IsPaired: true })
            throw new UsageException("--paired: it has no effect without --compare. Leave it out.");
        string[] piped = [.. request.Inputs.Where(input => input.Path == "-").Select(input => input.Option)];
        if (piped.Length > 1)
            throw new UsageException($"only one of {string.Join(" and ", piped)} can be standard input (-); give files for the others");
        if (request.IsIndependent && (request.Chains is not null || request.Files.SampleOptions.Chain is not null))
            throw new UsageException("--independent: it has no effect with --chains or --chain. Leave one of them out.");
        if (!request.IsIndependent && request.Tests.FirstOrDefault(test => !KsdTests.NamesForChains.Contains(test)) is { } independent)
        {
            throw new UsageException(
                $"--test {independent}: this test is for independent samples; a chain would be rejected for its memory. Add --independent "
                + $"if the order of the samples means nothing. Chains are tested by {string.Join(", ", KsdTests.NamesForChains)}, and by "
                + "--slices.");
        }

        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
    }

    private static void CheckEstimated(KsdRequest request)
    {
        string? option = request.IsCheck ? "--check" : request.Slices is not null ? "--slices"
            : request.Tests.Count > 0 ? "--test" : null;
        if (option is not null)
            throw new UsageException($"{option}: samples cannot be tested against scores that were estimated from them. Give --scores.");
        if (request.Compare is not null)
            throw new UsageException("--compare: there is no model to be close to where scores are estimated. Give --scores, or --target.");
        if (End(request) is { } end)
        {
            throw new UsageException(
                $"{end}: scores estimated near the end of a support are wrong. Pass transformed samples, such as their logarithms.");
        }
    }

    /// <summary>The option that says where the support ends; null for the whole space.</summary>
    private static string? End(KsdRequest request) => request.Lower.Count > 0 ? "--lower" : request.Upper.Count > 0 ? "--upper" : null;

    /// <summary>The files to be compared with, which are read like those of the samples.</summary>
    private ScoredSampleFiles? Other(ScoredSampleFiles ofSamples, string[] others, string[] scores)
    {
        if (others.Length == 0)
        {
            return scores.Length == 0
                ? null
                : throw new UsageException($"{compareScores.Name}: it has no effect without {compare.Name}. Leave it out.");
        }

        if (ofSamples.Scores.Count == 0 && scores.Length > 0)
        {
            throw new UsageException(
                $"{compareScores.Name}: it has no effect where --samples has no files of scores. Leave it out.");
        }

        if (ofSamples.Scores.Count > 0 && scores.Length != others.Length)
        {
            throw new UsageException(
                $"{compare.Name}: the scores at its samples are missing. Give {compareScores.Name}, one file for each of {compare.Name}.");
        }

        return ofSamples with { Option = compare.Name, Samples = others, Scores = scores, OptionOfScores = compareScores.Name };
    }
}
