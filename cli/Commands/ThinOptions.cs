using System.Globalization;
using Stein.Engine.Text;
using Stein.Engine.Thinning;
using Stein.Experiments.Samples;
using Stein.Experiments.Studies;
using Stein.Experiments.Targets;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein thin</c> is asked for.</summary>
internal sealed record ThinRequest
{
    /// <summary>The file of the samples; - for standard input.</summary>
    public required string Samples { get; init; }

    /// <summary>The file of the scores; null where they are columns of the samples' file.</summary>
    public string? Scores { get; init; }

    /// <summary>The density whose scores are computed; null for scores from a file.</summary>
    public TargetFile? Target { get; init; }

    /// <summary>The columns of the scores; none for all of their file.</summary>
    public required IReadOnlyList<string> ScoreColumns { get; init; }

    /// <summary>Whether the file has gradients of the negative log-density.</summary>
    public bool AreScoresNegated { get; init; }

    /// <summary>How the files are read.</summary>
    public required SampleTableOptions Files { get; init; }

    /// <summary>The number of samples to select.</summary>
    public required int Points { get; init; }

    public required ThinningSettings Settings { get; init; }

    public bool HasWeights { get; init; }

    /// <summary>Decides the random sets that are compared.</summary>
    public uint Seed { get; init; }

    /// <summary>The two coordinates of the figure; null for the first two.</summary>
    public string? Plane { get; init; }

    /// <summary>The folder to write; null for the selected samples alone, on standard output.</summary>
    public string? Output { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }
}

/// <summary>The options of <c>stein thin</c>.</summary>
internal sealed class ThinOptions
{
    private readonly Option<string> samples = new("--samples")
    {
        Description = "CSV file with one sample per line, with or without a header, perhaps compressed by gzip; - for standard input",
        HelpName = "file",
        Required = true,
    };

    private readonly Option<string> scores = Values.Text(
        "--scores", "file", "CSV file with the score of the target, the gradient of its log-density, at each sample; - for standard input");

    private readonly Option<string[]> scoreColumns = new("--score-columns")
    {
        Description = "columns of the scores, in the order of the coordinates; without --scores, columns of the samples' file",
        HelpName = "a,b",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> target = Values.Text(
        "--target", "file", "instead of --scores: a JSON file that describes the target, as of stein ksd");

    private readonly Option<bool> negate = Values.Flag(
        "--negate-scores", "the file has gradients of the negative log-density, as the g_ columns of CmdStan's diagnostic file are");

    private readonly Option<int?> points = Values.Number<int>("--points", "number of samples to select");

    private readonly SampleFileOptions files = new();
    private readonly Option<string> kernel = Values.Choice("--kernel", "kernel", SteinKernels.Names, new ThinningSettings().Kernel);

    private readonly Option<string> preconditioner = new("--preconditioner")
    {
        Description = "scale of the kernel: that of the samples (id), the median of their distances (med), the same divided by √ln N "
            + "(sclmed), their covariance (smpcov), or a length",
        HelpName = "rule or x",
        DefaultValueFactory = _ => Preconditioner.RuleNames[0],
    };

    private readonly Option<bool> raw = Values.Flag(
        "--raw", "takes samples as they are; by default each coordinate is divided by its mean absolute deviation");

    private readonly Option<bool> weights = Values.Flag(
        "--importance-weights", "also computes the weights of the selected samples with the least discrepancy");

    private readonly Option<uint?> seed = Values.Number<uint>("--seed", "seed of the random sets that are compared", 0);

    private readonly Option<string> plane = Values.Text(
        "--plane", "a,b", "two coordinates for the figure, by name, or from 1 [default: the first two]");

    private readonly Option<string> output = Values.Text(
        "--out", "folder", "folder for thinned.csv, sets.csv, the figure and provenance [default: thinned.csv on standard output]");

    private readonly Option<bool> json = Values.Flag("--json", "one line of JSON on standard output about what was done; needs --out");
    private readonly Option<bool> quiet = Values.Flag("--quiet", "errors only, and the selected samples", "-q");

    public ThinOptions()
    {
        points.Required = true;
        preconditioner.CompletionSources.Add([.. Preconditioner.RuleNames]);
    }

    public void AddTo(Command command)
        => command.AddShared(
            [
                samples, scores, points, .. files.Columns, scoreColumns, negate, target, kernel, preconditioner, raw, weights, seed, plane,
                output, json, quiet,
            ]);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public ThinRequest Read(ParseResult parsed)
    {
        string rule = parsed.GetRequiredValue(preconditioner);
        int index = Preconditioner.RuleNames.ToList().FindIndex(name => string.Equals(name, rule, StringComparison.OrdinalIgnoreCase));
        var request = new ThinRequest
        {
            Samples = parsed.GetRequiredValue(samples),
            Scores = parsed.GetValue(scores),
            Target = parsed.GetValue(target) is { } file ? KsdSupport.OpenTarget(file) : null,
            ScoreColumns = parsed.GetValue(scoreColumns) ?? [],
            AreScoresNegated = parsed.GetValue(negate),
            Files = files.Read(parsed),
            Points = parsed.GetRequiredValue(points)!.Value,
            Settings = new ThinningSettings
            {
                Kernel = parsed.GetRequiredValue(kernel),
                Preconditioner = (PreconditionerRule)Math.Max(0, index),
                Length = index < 0 ? Length(rule) : null,
                IsStandardised = !parsed.GetValue(raw),
            },
            HasWeights = parsed.GetValue(weights),
            Seed = parsed.GetRequiredValue(seed)!.Value,
            Plane = parsed.GetValue(plane),
            Output = parsed.GetValue(output) is "-" ? null : parsed.GetValue(output),
            Json = parsed.GetValue(json),
            Quiet = parsed.GetValue(quiet),
        };
        CheckTogether(request);
        return request;
    }

    private static void CheckTogether(ThinRequest request)
    {
        if (request.Points < 1)
            throw new UsageException($"--points {request.Points}: it must be at least 1");
        if (request.Target is not null)
            CheckTarget(request);
        else if (request.Scores is null && request.ScoreColumns.Count == 0)
            throw new UsageException("--scores is missing: give a file of scores, or --score-columns if they are columns of --samples");
        else if (request.Samples == "-" && request.Scores is null or "-")
        {
            throw new UsageException(
                "--samples -: standard input is read once, for the samples or for the scores. Give a file for "
                + (request.Scores is null ? "samples with scores." : "one of them."));
        }

        if (request is { Json: true, Output: null })
            throw new UsageException("--json: the selected samples would be on standard output too; give --out");
        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
        if (request is { Plane: not null, Output: null })
            throw new UsageException("--plane: it has no effect without --out, which writes the figure. Leave it out, or give --out.");
    }

    private static void CheckTarget(ThinRequest request)
    {
        if (request.Scores is not null || request.ScoreColumns.Count > 0 || request.AreScoresNegated)
        {
            string option = request.Scores is not null ? "--scores" : request.AreScoresNegated ? "--negate-scores" : "--score-columns";
            throw new UsageException($"{option}: it has no effect with --target. Leave one of them out.");
        }

        if (request.Target!.Support is not null)
        {
            throw new UsageException(
                $"--target {request.Target.Path}: its support is bounded, and samples are selected on the whole space. Pass transformed "
                + "samples, such as their logarithms, with the scores of their density.");
        }
    }

    private static double Length(string given)
    {
        if (!double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
        {
            string closest = EditDistance.Closest(given, Preconditioner.RuleNames);
            throw new UsageException(
                $"--preconditioner {given}: it must be one of {string.Join(", ", Preconditioner.RuleNames)}, or a length. Did you mean "
                + $"'{closest}'?");
        }

        return number > 0 && double.IsFinite(number)
            ? number
            : throw new UsageException($"--preconditioner {given}: a length must be a positive finite number");
    }
}
