using System.Diagnostics;
using CsvHelper;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.ScoreEstimation.Benchmark;

/// <summary>What is timed: one estimator, by its rules, on samples of N(0, I).</summary>
/// <param name="Estimator">A name of <see cref="ScoreEstimators.Names"/>.</param>
/// <param name="Samples">K, at least 2.</param>
/// <param name="Dimension">D, at least 1.</param>
/// <param name="Fits">How many fits are timed.</param>
internal sealed record EstimatorBenchmarkSettings(string Estimator, int Samples, int Dimension, int Fits);

/// <summary>How much time and memory one estimator takes: measurements of a machine, not results to be reproduced.</summary>
/// <param name="Fits">Fits timed, after one to warm up.</param>
/// <param name="FitSeconds">Median over the fits, each from samples of its own; NaN if the samples determined no score.</param>
/// <param name="ScoresSeconds">Median of the time for the scores at <see cref="EstimatorBenchmark.TestPoints"/> other points.</param>
/// <param name="FitBytes">
/// Memory that one fit allocates, the median: on a processor all of it, matrices included; on a GPU what is in main memory. No fit needs
/// more at once.
/// </param>
/// <param name="ScoresBytes">The same for the scores.</param>
/// <param name="PeakBytes">The largest working set of the whole process so far: of this row and those before it.</param>
[CsvRecord]
internal sealed partial record EstimatorBenchmarkRow(
    [CsvColumn("estimator")] string Estimator,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("device")] string Device,
    [CsvColumn("regularisation")] double Regularisation,
    [CsvColumn("fits")] int Fits,
    [CsvColumn("fit_seconds")] double FitSeconds,
    [CsvColumn("scores_seconds")] double ScoresSeconds,
    [CsvColumn("fit_bytes")] double FitBytes,
    [CsvColumn("scores_bytes")] double ScoresBytes,
    [CsvColumn("peak_bytes")] long PeakBytes);

internal static class EstimatorBenchmark
{
    /// <summary>The number of points at which scores are evaluated.</summary>
    public const int TestPoints = 1024;

    private const uint Seed = 60;

    /// <summary>Fits and evaluates once to warm up, and then as often as the settings say.</summary>
    /// <param name="device">A device of its own.</param>
    /// <param name="cancellation">Checked before every fit.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static EstimatorBenchmarkRow Run(Device device, EstimatorBenchmarkSettings settings, CancellationToken cancellation = default)
    {
        ScoreEstimator estimator = ScoreEstimators.Find(settings.Estimator);
        Measurement[] measured =
        [
            .. Enumerable.Range(0, settings.Fits + 1).Select(fit => Measure(device, estimator, settings, (uint)fit, cancellation)).Skip(1),
        ];
        using var process = Process.GetCurrentProcess();
        return new(
            settings.Estimator,
            settings.Samples,
            settings.Dimension,
            device.Name,
            estimator.DefaultRegularisation(settings.Samples, settings.Dimension),
            settings.Fits,
            Median(measurement => measurement.FitSeconds),
            Median(measurement => measurement.ScoresSeconds),
            Median(measurement => measurement.FitBytes),
            Median(measurement => measurement.ScoresBytes),
            process.PeakWorkingSet64);

        double Median(Func<Measurement, double> value) => measured.Select(value).Median();
    }

    private static Measurement Measure(
        Device device, ScoreEstimator estimator, EstimatorBenchmarkSettings settings, uint trial, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var target = ScoreTarget.Create("gauss", settings.Dimension, Seed, trial);
        double[] samples = target.Sample(new PhiloxStream(Seed, StreamPurpose.TrainingData, trial), settings.Samples);
        double[] points = target.Sample(new PhiloxStream(Seed, StreamPurpose.TestData, trial), TestPoints);

        // The garbage of the previous fit must not count as time or memory of this one.
        GC.Collect();
        try
        {
            long bytes = Allocated();
            long start = Stopwatch.GetTimestamp();
            ScoreEstimate estimate = estimator.Fit(device, samples, settings.Dimension);
            device.Synchronize();
            double fitSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            long fitBytes = Allocated() - bytes;

            bytes = Allocated();
            start = Stopwatch.GetTimestamp();
            estimate.Scores(points);
            double scoresSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return new(fitSeconds, scoresSeconds, fitBytes, Allocated() - bytes);
        }
        catch (ScoreEstimationException)
        {
            return new(double.NaN, double.NaN, double.NaN, double.NaN);
        }
    }

    /// <summary>Counts all threads, because large products are shared between the cores.</summary>
    private static long Allocated() => GC.GetTotalAllocatedBytes(precise: true);

    private readonly record struct Measurement(double FitSeconds, double ScoresSeconds, double FitBytes, double ScoresBytes);
}
