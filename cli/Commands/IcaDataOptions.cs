using Stein.Engine.IndependentComponents;
using Stein.Experiments.Ica;
using Stein.Experiments.Samples;
using Stein.Experiments.Separation;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein ica --data</c> is asked for.</summary>
internal sealed record IcaDataRequest
{
    /// <summary>The files of the samples, one after the other, - for standard input; none for an example.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>The example to write; null for samples to separate.</summary>
    public string? Example { get; init; }

    public required SampleTableOptions Files { get; init; }

    public required SeparationSettings Settings { get; init; }

    /// <summary>The samples as messages name them, such as "--data x.csv".</summary>
    public string Subject => $"--data {string.Join(' ', Data)}";

    /// <summary>The file of the mixing matrix that is known; null for none.</summary>
    public string? TrueMixing { get; init; }

    /// <summary>The width of the images whose pixels the rows are; null for other rows.</summary>
    public int? ImageWidth { get; init; }

    /// <summary>The folder to write; null for none.</summary>
    public string? Output { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }
}

/// <summary>The options of <c>stein ica --data</c>.</summary>
internal sealed class IcaDataOptions
{
    private static readonly SeparationSettings Defaults = new();

    private readonly Option<string[]> data = SampleFileOptions.Paths(
        "--data",
        "CSV, .npy or .npz file with one row per time, pixel or case and one mixed signal per column, perhaps compressed by gzip; several "
        + "are read one after the other; - for standard input");

    private readonly Option<string> example = Values.Choice(
        "--example", "instead of --data: writes mixtures of known signals into the folder --out, to try it on", SignalExample.Names);

    private readonly SampleFileOptions files = new();

    private readonly Option<string[]> methods = Values.Choices(
        "--method",
        "Stein discrepancies in local coordinates (local), maximum likelihood (mle), FastICA, or a Stein discrepancy of the paper; of "
        + "several, the first one's matrices are written [default: local and mle; mle with --no-whitening]",
        SeparationSettings.MethodNames);

    private readonly Option<string> density = Values.Choice(
        "--base",
        "density of the sources; auto chooses the best one for each [default: auto; laplace for Stein discrepancies of the paper]",
        SeparationSettings.BaseNames);

    private readonly Option<double?> freedom = Values.Number<double>(
        "--degrees-of-freedom", "of the density student-t", Defaults.DegreesOfFreedom);

    private readonly Option<int?> components = Values.Number<int>(
        "--components", "separates so many principal components only [default: as many as there are columns]");

    private readonly Option<bool> noCentring = Values.Flag(
        "--no-centring", "takes the means of the columns for 0 instead of removing them");

    private readonly Option<bool> noWhitening = Values.Flag(
        "--no-whitening", "begins at columns divided by their standard deviations instead of uncorrelated ones");

    private readonly Option<double?> testShare = Values.Number<double>(
        "--test-share", "share of the rows, chosen at random, that is held out to measure the likelihood; 0 for none", Defaults.TestShare);

    private readonly Option<int?> starts = Values.Number<int>(
        "--starts", "random starts of local, mle and fastica, of which the best counts", Defaults.Starts);

    private readonly Option<double?> tolerance = Values.Number<double>(
        "--tolerance", "norm of the relative gradient at which local and mle have converged", Defaults.Tolerance);

    private readonly Option<int?> maxIterations = Values.Number<int>(
        "--max-iterations", "steps after which local, mle and fastica give up", Defaults.MaxIterations);

    private readonly Option<int?> iterations = Values.Number<int>(
        "--iterations", "training iterations of a Stein discrepancy", Defaults.Stein.Iterations);

    private readonly Option<int?> batch = Values.Number<int>("--batch", "rows per batch, likewise", Defaults.Stein.Batch);

    private readonly Option<double?> learningRate = Values.Number<double>(
        "--learning-rate", "step size of Adam, likewise", Defaults.Stein.LearningRate);

    private readonly Option<uint?> seed = Values.Number<uint>("--seed", "seed of the rows held out, the starts, and all else", 0);

    private readonly Option<string> trueMixing = Values.Text(
        "--true-mixing", "file", "CSV file with the true mixing matrix, one row per column of the data: gives the Amari distance from it");

    private readonly Option<int?> imageWidth = Values.Number<int>(
        "--image-width", "the rows are the pixels of images so wide, line by line: draws the sources as images");

    private readonly Option<string> output = Values.Text(
        "--out", "folder", "folder for sources, matrices, tables, figures and provenance");

    private readonly Option<bool> json = Values.Flag("--json", "one line of JSON on standard output instead of tables");
    private readonly Option<bool> quiet = Values.Flag("--quiet", "errors only", "-q");

    public IReadOnlyList<Option> All =>
    [
        data, example, .. files.Unweighted, methods, density, freedom, components, noCentring, noWhitening, testShare, starts, tolerance,
        maxIterations, iterations, batch, learningRate, seed, trueMixing, imageWidth, output, json, quiet,
    ];

    /// <exception cref="UsageException">A value cannot be used.</exception>
    public IcaDataRequest Read(ParseResult parsed)
    {
        var request = new IcaDataRequest
        {
            Data = parsed.GetValue(data) ?? [],
            Example = parsed.GetValue(example),
            Files = files.Read(parsed),
            Settings = new SeparationSettings
            {
                Methods = parsed.GetValue(methods) is { Length: > 0 } given ? given
                    : parsed.GetValue(noWhitening) ? [SeparationSettings.MaximumLikelihood] : SeparationSettings.DefaultMethods,
                Base = parsed.GetValue(density),
                DegreesOfFreedom = parsed.GetRequiredValue(freedom)!.Value,
                Components = parsed.GetValue(components),
                IsCentred = !parsed.GetValue(noCentring),
                IsWhitened = !parsed.GetValue(noWhitening),
                TestShare = parsed.GetRequiredValue(testShare)!.Value,
                Seed = parsed.GetRequiredValue(seed)!.Value,
                Starts = parsed.GetRequiredValue(starts)!.Value,
                Tolerance = parsed.GetRequiredValue(tolerance)!.Value,
                MaxIterations = parsed.GetRequiredValue(maxIterations)!.Value,
                Stein = new IcaSettings
                {
                    Iterations = parsed.GetRequiredValue(iterations)!.Value,
                    Batch = parsed.GetRequiredValue(batch)!.Value,
                    LearningRate = parsed.GetRequiredValue(learningRate)!.Value,
                },
            },
            TrueMixing = parsed.GetValue(trueMixing),
            ImageWidth = parsed.GetValue(imageWidth),
            Output = parsed.GetValue(output),
            Json = parsed.GetValue(json),
            Quiet = parsed.GetValue(quiet),
        };
        if (request.Example is null)
        {
            CheckValues(request.Settings);
            CheckTogether(request);
            CheckMethods(request.Settings, parsed);
        }
        else
        {
            CheckExample(request, parsed);
        }

        return request;
    }

    private static void CheckValues(SeparationSettings settings)
    {
        Require(settings.DegreesOfFreedom is > 0 and < double.PositiveInfinity, "--degrees-of-freedom", settings.DegreesOfFreedom,
            "a positive finite number");
        Require(settings.Components is null or >= 1, "--components", settings.Components, "a whole number, 1 or more");
        Require(settings.TestShare is >= 0 and <= 0.9, "--test-share", settings.TestShare, "from 0 to 0.9");
        Require(settings.Starts is >= 1 and <= 1000, "--starts", settings.Starts, "a whole number from 1 to 1000");
        Require(settings.Tolerance is > 0 and < 1, "--tolerance", settings.Tolerance, "above 0 and below 1");
        Require(settings.MaxIterations >= 1, "--max-iterations", settings.MaxIterations, "a whole number, 1 or more");
        Require(settings.Stein.Iterations >= 1, "--iterations", settings.Stein.Iterations, "a whole number, 1 or more");
        Require(settings.Stein.Batch >= 2, "--batch", settings.Stein.Batch, "a whole number, 2 or more");
        Require(settings.Stein.LearningRate is > 0 and < double.PositiveInfinity, "--learning-rate", settings.Stein.LearningRate,
            "a positive finite number");

        static void Require(bool isAllowed, string option, object? value, string allowed)
        {
            if (!isAllowed)
                throw new UsageException($"{option} {value}: it must be {allowed}");
        }
    }

    private static void CheckTogether(IcaDataRequest request)
    {
        SeparationSettings settings = request.Settings;
        if (request.Data.Count == 0)
            throw new UsageException("--data: it is missing. Give a file, or - for standard input.");
        if (request.Data.Append(request.TrueMixing).Count(path => path == "-") > 1)
            throw new UsageException("only one of --data and --true-mixing can be standard input (-); give a file for the other");
        if (request is { Json: true, Quiet: true })
            throw new UsageException("--quiet: it has no effect with --json, which prints one line and no more. Leave it out.");
        if (request is { ImageWidth: not null, Output: null })
            throw new UsageException("--image-width: it has no effect without --out, which writes the figure. Give --out.");
        if (request.ImageWidth < 1)
            throw new UsageException($"--image-width {request.ImageWidth}: it must be a whole number, 1 or more");
        if (settings is { IsWhitened: false, Components: not null })
            throw new UsageException("--no-whitening: principal components are uncorrelated; leave out one of it and --components");
    }

    private void CheckMethods(SeparationSettings settings, ParseResult parsed)
    {
        if (!settings.IsWhitened
            && settings.Methods.FirstOrDefault(method => method is SeparationSettings.FastIca or SeparationSettings.Local) is { } rotating)
        {
            throw new UsageException($"--no-whitening: {rotating} needs whitened samples. Leave it out, or --method {rotating}.");
        }

        string[] stein = [.. settings.Methods.Where(SeparationSettings.IsStein)];
        if (stein.Length == 0)
        {
            Option[] training = [iterations, batch, learningRate];
            if (Array.Find(training, option => parsed.GetResult(option) is { Implicit: false }) is { } idle)
            {
                throw new UsageException(
                    $"{idle.Name}: it has no effect on local, mle and fastica. Leave it out, or give --max-iterations.");
            }

            return;
        }

        string first = stein[0];
        if (settings.Base is { } name && name != SourceDensity.Laplace.Name && name != SourceDensity.StudentT(1).Name)
            throw new UsageException($"--base {name}: --method {first} knows laplace and student-t only. Give one of them.");
        if (settings.Base == SourceDensity.StudentT(1).Name && settings.DegreesOfFreedom != Defaults.DegreesOfFreedom)
        {
            throw new UsageException(
                $"--degrees-of-freedom {settings.DegreesOfFreedom}: --method {first} has {Defaults.DegreesOfFreedom}. Leave it out.");
        }
    }

    private void CheckExample(IcaDataRequest request, ParseResult parsed)
    {
        if (request.Output is null)
            throw new UsageException("--example: give --out, the folder that the files are written to");
        Option[] used = [example, output, seed, quiet, json];
        if (All.FirstOrDefault(option => !used.Contains(option) && parsed.GetResult(option) is { Implicit: false }) is { } stray)
        {
            throw new UsageException(
                $"{stray.Name}: it has no effect with --example, which writes files to separate afterwards. Leave it out.");
        }
    }
}
