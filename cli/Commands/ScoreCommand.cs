using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Engine.Estimators;
using Stein.Experiments.Files;
using Stein.Experiments.Samples;

namespace Stein.Cli.Commands;

/// <summary><c>stein score</c>: estimates the score function of the density that samples come from.</summary>
internal static class ScoreCommand
{
    public static Command Create(Interruption interruption)
    {
        var options = new ScoreOptions();
        var command = new CommandWithExamples(
            "score",
            "Estimates the score, the gradient of the log-density, that samples come from, and writes it as CSV.",
            new Example("stein score --samples x.csv --out scores.csv", "at the samples themselves, by the Stein gradient estimator"),
            new Example("stein score --samples x.csv --at y.csv", "at other points; CSV on standard output"),
            new Example("stein score --samples x.csv --estimator kef --regularisation held-out", "the ridge selected on samples held out"),
            new Example("stein score --samples x.csv --loss z.csv --out scores.csv", "judged by others of the same density"),
            new Example("stein score --samples chain.csv --drop lp__ --standardise", "columns of different scale, without one of them"),
            new Example("stein score --samples x.npy y.npz --skip 1000 --thin-input 10", "chains of NumPy, each without its beginning"),
            new Example("stein score --samples x.csv --decimal , --header no", "1,5;2,5 in the first line, and no names"),
            new Example("cat x.csv | stein score --samples - --estimator ssge --regularisation 0.99", "in a pipe"));
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed), interruption));
        return command;
    }

    private static int Run(ScoreRequest request, Interruption interruption)
    {
        if (request.Output is { } output)
        {
            OutputFile.Require(
                "--out",
                output,
                [
                    .. request.SampleFiles.Select(path => ("--samples", (string?)path)),
                    ("--at", request.Points),
                    ("--loss", request.Judges),
                ]);
        }

        bool isFile = request.Output is { } target && OutputTarget.Of(target).IsReplaceable;
        using var progress = new PhaseProgress(request.Quiet || request.Json);

        // There is nothing to save before the end. A pipe may block as well; a file is written here, to its end or not at all.
        ScoreOutput result = interruption.WaitFor(() =>
        {
            ScoreOutput made = Estimate(request, progress);
            progress.End();
            if (request.Output is not { } path)
                made.WriteToPipe();
            else if (!isFile)
                made.WriteTo(path);
            return made;
        });
        if (isFile)
            result.WriteTo(request.Output!);
        result.Report();
        return ExitCode.Success;
    }

    private static ScoreOutput Estimate(ScoreRequest request, PhaseProgress progress)
    {
        SampleTable samples = SampleFileOptions.Open("--samples", request.SampleFiles, request.Files);
        SampleTable? points = request.Points is { } at ? ReadLike(samples, request, "--at", at) : null;
        SampleTable? judges = request.Judges is { } other ? ReadLike(samples, request, "--loss", other) : null;
        List<(string Option, string Path, SampleTable Table)> tables = [];
        if (points is not null)
            tables.Add(("--at", request.Points!, points));
        if (judges is not null)
            tables.Add(("--loss", request.Judges!, judges));
        string subject = $"--samples {request.Samples}";
        try
        {
            Standardisation? scales = request.Standardise ? Standardisation.Of(samples) : null;
            double[] values = scales?.Apply(samples.Values) ?? samples.Values;
            double[]? where = points is null ? null : scales?.Apply(points.Values) ?? points.Values;
            double[]? others = judges is null ? null : scales?.Apply(judges.Values) ?? judges.Values;
            ScoreEstimatorSettings settings = request.Settings with { Weights = samples.Weights };
            using Device device = ScoreDevice.Choose(
                request, values, samples.Columns, settings, [.. where ?? [], .. others ?? []], progress);
            HeldOutSelection? selection = null;
            if (request.IsHeldOut)
            {
                progress.Begin($"selecting the {request.Estimator.RegularisationName} on samples held out");
                subject += " --regularisation held-out";
                selection = HeldOutSelection.Choose(
                    request.Estimator, device, values, samples.Columns, settings, request.Seed, request.Folds, progress);
                settings = settings with { Regularisation = selection.Regularisation };
            }

            progress.Begin($"estimating from {samples.Rows} samples in {samples.Columns} dimensions");
            ScoreEstimate estimate = request.Estimator.Fit(device, values, samples.Columns, settings);
            progress.Begin($"evaluating at {(points ?? samples).Rows} points");
            if (points is not null)
                subject += $" --at {request.Points}";
            double[] scores = where is null ? estimate.ScoresAtSamples() : estimate.Scores(where);
            double? loss = null;
            if (others is not null)
            {
                progress.Begin($"judging by {judges!.Rows} samples");
                subject = $"--samples {request.Samples} --loss {request.Judges}";
                loss = estimate.ScoreMatchingLoss(others);
            }

            scales?.Restore(scores);
            RequireFinite(scores, loss, device);
            return new ScoreOutput(request, device.Name, samples, estimate, scores) { Selection = selection, Loss = loss, Others = tables };
        }
        catch (Exception exception) when (exception is ScoreEstimationException or ArgumentException or InvalidDataException)
        {
            throw UsageException.About(subject, exception);
        }
    }

    private static void RequireFinite(double[] scores, double? loss, Device device)
    {
        if (Array.TrueForAll(scores, double.IsFinite) && double.IsFinite(loss ?? 0))
            return;
        string what =
            Array.TrueForAll(scores, double.IsFinite) ? $"The score-matching loss is {loss}" : "The scores are not finite numbers";
        throw new ScoreEstimationException(
            $"{what}: the points lie too far from the samples, or the regularisation is too small. Look for points far from all others"
            + (device.IsSinglePrecision
                ? $", give a larger regularisation, or use --device {ScoreDevice.Accurate}."
                : " or give a larger one."));
    }

    private static SampleTable ReadLike(SampleTable samples, ScoreRequest request, string option, string path)
    {
        SampleTable read = SampleFileOptions.Open(option, path, request.Files.For(samples));
        if (read.Columns != samples.Columns)
        {
            throw new UsageException(
                $"{option} {path}: it has {Columns(read)} and --samples {request.Samples} has {Columns(samples)}; both must have the same "
                + "coordinates. Add or remove columns.");
        }

        if (read.Names is { } names && samples.Names is { } expected && !names.SequenceEqual(expected))
        {
            string cure = names.Except(expected).Any() ? "give both files the same names" : "put them in the same order";
            throw new UsageException(
                $"{option} {path}: its columns are {string.Join(", ", names)}, those of --samples {request.Samples} are "
                + $"{string.Join(", ", expected)}; {cure}, or choose them by --columns.");
        }

        return read;
    }

    private static string Columns(SampleTable table) => table.Columns == 1 ? "1 column" : $"{table.Columns} columns";
}
