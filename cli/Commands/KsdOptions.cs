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
                .. files.All, estimate, chains, independent, kernel, bandwidths, replicates, seed, level, check, output, json, quiet,
            ]);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public KsdRequest Read(ParseResult parsed)
    {
        var request = new KsdRequest
        {
            Files = files.Read(parsed),
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
                + "or --estimate-scores.");
        }

        if (request.Files.HasScores && request.Estimator is not null)
        {
            throw new UsageException(
                "--estimate-scores: it has no effect with --scores, --score-columns or --cmdstan-diagnostic. Leave one of them out.");
        }

        if (request.Estimator is not null && request.IsCheck)
            throw new UsageException("--check: samples cannot be tested against scores that were estimated from them. Give --scores.");
        if (request.IsIndependent && (request.Chains is not null || request.Files.SampleOptions.Chain is not null))
            throw new UsageException("--independent: it has no effect with --chains or --chain. Leave one of them out.");
        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
    }
}
