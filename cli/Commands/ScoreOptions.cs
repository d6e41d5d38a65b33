using System.Globalization;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Text;
using Stein.Experiments.Samples;
using Stein.Experiments.Studies;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein score</c> is asked for.</summary>
internal sealed record ScoreRequest
{
    /// <summary>The files of the samples; - for standard input.</summary>
    public required IReadOnlyList<string> SampleFiles { get; init; }

    /// <summary>The files of the samples, as messages show them.</summary>
    public string Samples => string.Join(' ', SampleFiles);

    /// <summary>The file of the points; null for the samples themselves.</summary>
    public string? Points { get; init; }

    /// <summary>The file of other samples of the density, which judge the estimate; null for none.</summary>
    public string? Judges { get; init; }

    /// <summary>How the files are read.</summary>
    public required SampleTableOptions Files { get; init; }

    /// <summary>Whether each coordinate is divided by its standard deviation for the estimate.</summary>
    public bool Standardise { get; init; }

    public required ScoreEstimator Estimator { get; init; }

    public required ScoreEstimatorSettings Settings { get; init; }

    /// <summary>Whether the regularisation is selected on samples held out.</summary>
    public bool IsHeldOut { get; init; }

    /// <summary>How samples are divided into those held out and the others.</summary>
    public HeldOutFolds Folds { get; init; }

    /// <summary>Decides which samples are held out.</summary>
    public uint Seed { get; init; }

    public required string Device { get; init; }

    /// <summary>The file to write; null for standard output.</summary>
    public string? Output { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }
}

/// <summary>The options of <c>stein score</c>.</summary>
internal sealed class ScoreOptions
{
    private const string Rule = "rule";
    private const string HeldOut = "held-out";

    private readonly Option<string[]> samples = SampleFileOptions.Paths(
        "--samples",
        "CSV file with one sample per line, with or without a header, perhaps compressed by gzip, or .npy or .npz; several are read one "
        + "after the other; - for standard input");

    private readonly Option<string> points = Values.Text(
        "--at", "file", "CSV file with the points where the score is wanted; - for standard input [default: the samples themselves]");

    private readonly Option<string> judges = Values.Text(
        "--loss", "file", "CSV file with other samples of the same density; the score-matching loss at them is reported");

    private readonly SampleFileOptions files = new();

    private readonly Option<bool> standardise = Values.Flag(
        "--standardise", "divides each coordinate by its standard deviation for the estimate; scores are those of the samples as given");

    private readonly Option<string> estimator =
        Values.Choice("--estimator", "score estimator", ScoreEstimators.Names, ScoreEstimators.All[0].Name);

    private readonly Option<string> kernel = Values.Choice("--kernel", "kernel", SteinKernels.Names, new ScoreEstimatorSettings().Kernel);

    private readonly Option<double?> bandwidth = Values.Number<double>(
        "--bandwidth", "bandwidth h of the kernel, in units of the samples [default: from the distances between samples]");

    private readonly Option<string> regularisation = new("--regularisation")
    {
        Description = "amount of smoothing (ridge, iterations, …): a number, the estimator's own rule, or selected on held-out samples",
        HelpName = "number, rule or held-out",
        DefaultValueFactory = _ => Rule,
    };

    private readonly Option<string> folds = Values.Choice(
        "--held-out",
        "how samples are held out: consecutive blocks of a chain, at random, or blocks if the samples are an autocorrelated chain",
        [.. Enum.GetNames<HeldOutFolds>().Select(name => name.ToLowerInvariant())],
        nameof(HeldOutFolds.Auto).ToLowerInvariant());

    private readonly Option<uint?> seed = Values.Number<uint>("--seed", "seed that decides which samples are held out", 0);
    private readonly Option<string> device =
        Values.Choice(
            "--device",
            "device to compute on, see stein devices; auto computes in double precision up to 2000 samples, and where single is not enough",
            DeviceCatalog.Names,
            "auto");

    private readonly Option<string> output =
        Values.Text("--out", "file", "file for the scores; - for standard output [default: standard output]");
    private readonly Option<bool> json = Values.Flag("--json", "one line of JSON on standard output about what was done; needs --out");
    private readonly Option<bool> quiet = Values.Flag("--quiet", "errors only, and the scores", "-q");

    public ScoreOptions()
    {
        samples.Required = true;
        regularisation.CompletionSources.Add(Rule, HeldOut);
    }

    public void AddTo(Command command)
        => command.AddShared(
            [
                samples, points, judges, .. files.All, standardise, estimator, kernel, bandwidth, regularisation, folds, seed, device,
                output, json, quiet,
            ]);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public ScoreRequest Read(ParseResult parsed)
    {
        ScoreEstimator chosen = ScoreEstimators.Find(parsed.GetRequiredValue(estimator));
        string given = parsed.GetRequiredValue(regularisation);
        bool isHeldOut = given == HeldOut;
        double? length = parsed.GetValue(bandwidth);
        string profile = parsed.GetRequiredValue(kernel);
        if (KernelSmoothness.ProblemWith(profile, chosen.KernelDerivatives, $"the estimator {chosen.Name}") is { } problem)
            throw new UsageException($"--kernel {profile}: {problem}");
        if (length is { } h && !(h > 0 && double.IsFinite(h)))
            throw new UsageException($"--bandwidth {h}: it must be a positive finite number");
        foreach (Option option in (Option[])[folds, seed])
        {
            if (!isHeldOut && parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name}: it has no effect here, only with --regularisation held-out. Leave it out.");
        }

        var request = new ScoreRequest
        {
            SampleFiles = parsed.GetRequiredValue(samples),
            Points = parsed.GetValue(points),
            Judges = parsed.GetValue(judges),
            Files = files.Read(parsed),
            Standardise = parsed.GetValue(standardise),
            Estimator = chosen,
            Settings = new ScoreEstimatorSettings
            {
                Kernel = profile,
                Bandwidth = length,
                Regularisation = given is Rule or HeldOut ? null : Number(chosen, given),
            },
            IsHeldOut = isHeldOut,
            Folds = Enum.Parse<HeldOutFolds>(parsed.GetRequiredValue(folds), ignoreCase: true),
            Seed = parsed.GetRequiredValue(seed)!.Value,
            Device = parsed.GetRequiredValue(device),
            Output = parsed.GetValue(output) is "-" ? null : parsed.GetValue(output),
            Json = parsed.GetValue(json),
            Quiet = parsed.GetValue(quiet),
        };
        CheckTogether(request);
        return request;
    }

    private static void CheckTogether(ScoreRequest request)
    {
        if (request.SampleFiles.Append(request.Points).Append(request.Judges).Count(path => path == "-") > 1)
            throw new UsageException("only one of --samples, --at and --loss can be standard input (-); give files for the others");
        if (request is { Json: true, Output: null })
            throw new UsageException("--json: the scores would be on standard output too; give --out");
        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
        if (request is { Judges: not null, Quiet: true })
            throw new UsageException("--loss: it has no effect with --quiet, which does not print the loss. Leave one of them out.");
    }

    private static double Number(ScoreEstimator estimator, string given)
    {
        if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            string closest = EditDistance.Closest(given, [Rule, HeldOut]);
            throw new UsageException($"--regularisation {given}: it must be a number, {Rule} or {HeldOut}. Did you mean '{closest}'?");
        }

        return estimator.ProblemWith(number) is { } problem
            ? throw new UsageException($"--regularisation {given}: the {estimator.RegularisationName} of {estimator.Name}: {problem}")
            : number;
    }
}
