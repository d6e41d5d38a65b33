using System.Globalization;
using Stein.Engine.Text;
using Stein.Engine.Thinning;
using Stein.Experiments.Studies;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein thin</c> is asked for.</summary>
internal sealed record ThinRequest
{
    /// <summary>The files of the samples and of the scores.</summary>
    public required ScoredSampleFiles Files { get; init; }

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
    private readonly ScoredSampleOptions files = new();
    private readonly Option<int?> points = Values.Number<int>("--points", "number of samples to select");
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
                points, .. files.All, kernel, preconditioner, raw, weights, seed, plane, output, json, quiet,
            ]);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public ThinRequest Read(ParseResult parsed)
    {
        string rule = parsed.GetRequiredValue(preconditioner);
        int index = Preconditioner.RuleNames.ToList().FindIndex(name => string.Equals(name, rule, StringComparison.OrdinalIgnoreCase));
        var request = new ThinRequest
        {
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
        if (!request.Files.HasScores)
        {
            throw new UsageException(
                "--scores: it is missing. Give a file of scores, --score-columns if they are columns of --samples, or --target.");
        }

        if (request.Files.Target is { Support: not null } target)
        {
            throw new UsageException(
                $"--target {target.Path}: its support is bounded, and samples are selected on the whole space. Pass transformed samples, "
                + "such as their logarithms, with the scores of their density.");
        }

        if (request is { Json: true, Output: null })
            throw new UsageException("--json: the selected samples would be on standard output too; give --out");
        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
        if (request is { Plane: not null, Output: null })
            throw new UsageException("--plane: it has no effect without --out, which writes the figure. Leave it out, or give --out.");
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
