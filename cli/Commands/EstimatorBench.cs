using Stein.Engine.Estimators;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.ScoreEstimation.Benchmark;

namespace Stein.Cli.Commands;

/// <summary><c>stein bench --what estimators</c>, and the options that only it has.</summary>
internal sealed class EstimatorBench
{
    private const double Mebibyte = 1024 * 1024;

    public static BenchSubject<EstimatorBenchmarkSettings, EstimatorBenchmarkRow> Subject { get; } = new(
        "stein.bench-estimators/1",
        "bench-estimators.csv",
        settings => $"{settings.Estimator}, K = {settings.Samples}, D = {settings.Dimension}",
        EstimatorBenchmark.Run,
        Print);

    public Option<string[]> Estimators { get; } =
        Values.Choices("--estimator", "score estimators", ScoreEstimators.Names, [.. ScoreEstimators.Names]);

    public Option<int[]> Samples { get; } = Values.Numbers("--samples", "samples K that an estimate is made from", 200, 2000);

    public Option<int?> Fits { get; } = Values.Number<int>("--fits", "fits timed, each from samples of its own, after one to warm up", 5);

    /// <summary>What to time.</summary>
    /// <exception cref="UsageException">A number cannot be used.</exception>
    public EstimatorBenchmarkSettings[] Read(ParseResult parsed, Option<int[]> dimensions)
    {
        int fits = parsed.GetRequiredValue(Fits)!.Value;
        Require(Fits.Name, 1, 100_000, fits);
        Require(Samples.Name, 2, 100_000, parsed.GetRequiredValue(Samples));
        Require(dimensions.Name, 1, 10_000, parsed.GetRequiredValue(dimensions));
        return
        [
            .. from samples in parsed.GetRequiredValue(Samples)
               from dimension in parsed.GetRequiredValue(dimensions)
               from estimator in parsed.GetRequiredValue(Estimators)
               select new EstimatorBenchmarkSettings(estimator, samples, dimension, fits),
        ];
    }

    private static void Require(string option, int min, int max, params int[] values)
    {
        foreach (int value in values.Where(value => value < min || value > max))
            throw new UsageException($"{option} {value}: it must be a whole number from {min} to {max}");
    }

    private static void Print(IReadOnlyList<EstimatorBenchmarkRow> rows, DeviceIdentity device) =>
        Column<EstimatorBenchmarkRow>.Print(
            $"Score estimators by their rules on {device.Name} ({device.Description})",
            [
                new("estimator", row => row.Estimator),
                new("K", row => $"{row.Samples}"),
                new("D", row => $"{row.Dimension}"),
                new("regularisation", row => NumberText.Tick(row.Regularisation)),
                new("fit\ns", row => NumberText.Fixed(row.FitSeconds, 4)),
                new($"scores at {EstimatorBenchmark.TestPoints}\ns", row => NumberText.Fixed(row.ScoresSeconds, 4)),
                new("fit allocates\nMiB", row => NumberText.Fixed(row.FitBytes / Mebibyte, 1)),
                new("scores allocate\nMiB", row => NumberText.Fixed(row.ScoresBytes / Mebibyte, 1)),
                new("peak so far\nMiB", row => NumberText.Fixed(row.PeakBytes / Mebibyte, 0)),
            ],
            rows,
            keys: 3);
}
