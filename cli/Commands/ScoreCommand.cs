using System.CommandLine;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Experiments.Reports;

namespace Stein.Cli;

/// <summary><c>stein score</c>: estimates the score function of the density that somebody's samples come from.</summary>
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
            new Example("cat x.csv | stein score --samples - --estimator ssge --regularisation 0.99", "in a pipe"));
        options.AddTo(command);
        command.SetAction(parsed => Run(options.Read(parsed), interruption));
        return command;
    }

    private static int Run(ScoreRequest request, Interruption interruption)
    {
        if (request.Output is { } output)
            OutputFolder.Require(("--out", Path.GetDirectoryName(Path.GetFullPath(output))!));

        // Apart from this thread, which an interruption thus never waits for: there is nothing to save before the end.
        using var progress = new PhaseProgress(request.Quiet || request.Json);
        (ScoreOutput result, double[] scores) =
            Task.Run(() => Estimate(request, progress)).WaitAsync(interruption.Token).GetAwaiter().GetResult();
        progress.End();
        result.Write(scores);
        return ExitCode.Success;
    }

    private static (ScoreOutput Output, double[] Scores) Estimate(ScoreRequest request, PhaseProgress progress)
    {
        NumericCsv samples = Read(request.Samples);
        NumericCsv? points = request.Points is { } path ? Read(path) : null;
        if (points is not null && points.Columns != samples.Columns)
        {
            throw new UsageException(
                $"--at {request.Points}: it has {points.Columns} columns and --samples {request.Samples} has {samples.Columns}; "
                + "both must have the same.");
        }

        using Device device = DeviceCatalog.Create(request.Device);
        try
        {
            ScoreEstimatorSettings settings = request.Settings;
            HeldOutSelection? selection = null;
            if (request.IsHeldOut)
            {
                progress.Begin($"selecting the {request.Estimator.RegularisationName} on samples held out");
                selection = HeldOutSelection.Choose(request.Estimator, device, samples.Values, samples.Columns, settings, request.Seed);
                settings = settings with { Regularisation = selection.Regularisation };
            }

            progress.Begin($"estimating from {samples.Rows} samples in {samples.Columns} dimensions");
            ScoreEstimate estimate = request.Estimator.Fit(device, samples.Values, samples.Columns, settings);
            progress.Begin($"evaluating at {(points ?? samples).Rows} points");
            double[] scores = points is null ? estimate.ScoresAtSamples() : estimate.Scores(points.Values);
            if (!Array.TrueForAll(scores, double.IsFinite))
            {
                throw new ScoreEstimationException(
                    "The scores are not finite numbers: in this precision the regularisation is too small. Give a larger one, or --device "
                    + "simd-double.");
            }

            return (new ScoreOutput(request, device.Name, samples, estimate, selection), scores);
        }
        catch (Exception exception) when (exception is ScoreEstimationException or ArgumentException)
        {
            // What the engine says of samples and settings is for people; the name of the parameter is not.
            throw new UsageException($"--samples {request.Samples}: {exception.Message.Split(" (Parameter")[0]}", exception);
        }
    }

    private static NumericCsv Read(string path)
    {
        try
        {
            return NumericCsv.Read(path);
        }
        catch (InvalidDataException exception)
        {
            throw new UsageException(exception.Message, exception);
        }
    }
}
