using System.Text.Json;
using Stein.Engine.Diffusion;
using Stein.Experiments.Diffusion;
using Stein.Experiments.Files;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary>
/// <c>stein diffusion --data</c>: location and scale of people's own samples by minimum Stein discrepancies, beside maximum likelihood and
/// medians. It shares its first word with experiments; see <see cref="DataRoute"/>.
/// </summary>
internal sealed class DiffusionDataCommand
{
    /// <summary>The number of samples up to which all pairs are formed.</summary>
    private const int MaxSamples = 5000;

    /// <summary>With it samples far out lose their influence even where the score is bounded.</summary>
    private const double LeastExponent = 0.5;

    private readonly Option<string[]> data = SampleFileOptions.Paths(
        "--data", "CSV file with one sample per line, perhaps compressed by gzip, or .npy or .npz; - for standard input");

    private readonly SampleFileOptions files = new();

    private readonly Option<string> model = Values.Choice(
        "--model", "density of the samples", LocationScaleEstimates.ModelNames, LocationScaleEstimates.ModelNames[0]);

    private readonly Option<double?> degrees = Values.Number<double>(
        "--degrees-of-freedom", "degrees of freedom ν of the Student-t density [default: 5]");

    private readonly Option<double?> power = Values.Number<double>(
        "--power", "k of the generalised Gaussian density exp(−‖z‖^k) [default: 2]");

    private readonly Option<int?> bootstrap = Values.Number<int>("--bootstrap", "bootstrap samples for standard errors; 0 for none", 50);
    private readonly Option<uint?> seed = Values.Number<uint>("--seed", "seed of the bootstrap", 0);
    private readonly Option<string> output = Values.Text("--out", "folder", "folder for the estimates and how they came about");
    private readonly Option<bool> json = Values.Flag("--json", "one line of JSON on standard output instead of a table");
    private readonly Option<bool> quiet = Values.Flag("--quiet", "errors only", "-q");

    /// <param name="interruption">Stops what runs.</param>
    /// <param name="experiments">The command of the experiments with this first word, which tells of this one.</param>
    public static Command Create(Interruption interruption, Command? experiments)
    {
        var options = new DiffusionDataCommand();
        options.data.Required = true;
        var command = new CommandWithExamples(
            DataRoute.CommandOf("diffusion"),
            "Estimates location and scale of your own samples: by medians, maximum likelihood, score matching and KSD, and by the "
            + "diffusion forms of these two, which outliers cannot move far.",
            new Example("stein diffusion --data x.csv --model student-t", "with standard errors of two kinds"),
            new Example("stein diffusion --data x.csv --model laplace --bootstrap 200", "a score that jumps: no score matching"),
            new Example("stein diffusion --data x.csv --columns a,b --model generalised-gaussian --power 5", "light tails, two columns"))
        {
            Hidden = true,
            Typed = "diffusion --data",
        };
        foreach (Option option in (Option[])
            [
                options.data, .. options.files.Unweighted, options.model, options.degrees, options.power, options.bootstrap, options.seed,
                options.output, options.json, options.quiet,
            ])
        {
            command.Options.Add(option);
        }

        experiments?.Options.Add(Values.Text(
            "--data", "file", "location and scale of a file of your own instead of the experiments; see stein diffusion --data --help"));
        command.SetAction(parsed => options.Run(parsed, interruption));
        return command;
    }

    private int Run(ParseResult parsed, Interruption interruption)
    {
        (LocationScaleShape shape, double exponent) = Shape(parsed);
        int replicates = parsed.GetRequiredValue(bootstrap)!.Value;
        if (replicates is < 0 or 1)
            throw new UsageException($"--bootstrap {replicates}: it must be at least 2, or 0 for none");
        bool isJson = parsed.GetValue(json), isQuiet = parsed.GetValue(quiet);
        if (isJson && isQuiet)
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
        string[] paths = parsed.GetRequiredValue(data);
        SampleTableOptions reading = files.Read(parsed);
        string? folder = parsed.GetValue(output);
        if (folder is not null)
        {
            OutputFile.RequireAll(
                "--out", folder, DiffusionFit.FileNames, [.. paths.Select(path => ("--data", (string?)path))]);
            OutputFolder.Require(("--out", folder));
        }

        using var progress = new PhaseProgress(isJson || isQuiet);
        (SampleTable table, IReadOnlyList<LocationScaleEstimate> estimates) = interruption.WaitFor(() =>
        {
            progress.Begin("reading");
            SampleTable read = SampleFileOptions.Open("--data", paths, reading);
            Require(read, paths);
            return (read, LocationScaleEstimates.Of(
                read.Values,
                new LocationScaleModel(shape, read.Columns),
                exponent,
                replicates,
                parsed.GetRequiredValue(seed)!.Value,
                progress.Begin,
                interruption.Token));
        });
        progress.End();
        var result = new DiffusionFit(shape.Name, paths, table, replicates, estimates);
        IReadOnlyList<string> written = folder is null ? [] : result.WriteTo(folder);
        if (isJson)
            Terminal.Text.WriteLine(JsonSerializer.Serialize(result.Summary(written), JsonFormat.Line));
        else if (!isQuiet)
            result.Print();
        if (folder is not null && !isJson && !isQuiet)
            Terminal.Text.WriteLine($"{written.Count} files (estimates, provenance) are in {folder}");
        return ExitCode.Success;
    }

    /// <summary>The density, and the exponent with which m bounds the influence of a sample: m s is bounded.</summary>
    private (LocationScaleShape Shape, double Exponent) Shape(ParseResult parsed)
    {
        double? given = parsed.GetValue(degrees), k = parsed.GetValue(power);
        string name = parsed.GetRequiredValue(model);
        if (given is not null && name != "student-t")
            throw new UsageException("--degrees-of-freedom: it has no effect without --model student-t. Leave it out.");
        if (k is not null && name != "generalised-gaussian")
            throw new UsageException("--power: it has no effect without --model generalised-gaussian. Leave it out.");
        if (given is { } freedom && !(freedom > 0 && double.IsFinite(freedom)))
            throw new UsageException($"--degrees-of-freedom {freedom}: it must be a positive number");
        if (k is { } exponent && !(exponent > 1 && double.IsFinite(exponent)))
            throw new UsageException($"--power {exponent}: it must be above 1; for 1 there is --model laplace");
        return name switch
        {
            "student-t" => (new StudentTShape(given ?? 5), LeastExponent),
            "laplace" => (new GeneralisedGaussianShape(1), LeastExponent),
            _ => (new GeneralisedGaussianShape(k ?? 2), Math.Max(LeastExponent, ((k ?? 2) - 1) / 2)),
        };
    }

    private static void Require(SampleTable table, string[] paths)
    {
        string file = $"--data {string.Join(' ', paths)}";
        if (table.Rows < 10)
            throw new UsageException($"{file}: {table.Rows} samples are too few; give 10 or more");
        if (table.Rows > MaxSamples)
        {
            throw new UsageException(
                $"{file}: {table.Rows} samples are too many, since discrepancies compare all pairs; use at most {MaxSamples}, for example "
                + $"every {(table.Rows + MaxSamples - 1) / MaxSamples}th by --thin-input");
        }

        for (int d = 0; d < table.Columns; d++)
        {
            double first = table.Values[d];
            if (Enumerable.Range(0, table.Rows).All(row => table.Values[(row * table.Columns) + d] == first))
                throw new UsageException($"{file}: {table.CoordinateNames[d]} is {first} in all samples, which has no scale");
        }
    }
}
