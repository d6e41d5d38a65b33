using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.ScoreEstimation.Benchmark;

namespace Stein.Cli;

/// <summary><c>stein bench --what estimators</c>.</summary>
internal static class EstimatorBench
{
    private const double Mebibyte = 1024 * 1024;

    public static BenchSubject<EstimatorBenchmarkSettings, EstimatorBenchmarkRow> Subject { get; } = new(
        "stein.bench-estimators/1",
        "bench-estimators.csv",
        settings => $"{settings.Estimator}, K = {settings.Samples}, D = {settings.Dimension}",
        EstimatorBenchmark.Run,
        Print);

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
