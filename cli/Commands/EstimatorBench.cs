using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.ScoreEstimation;

namespace Stein.Cli;

/// <summary><c>stein bench --what estimators</c>.</summary>
internal static class EstimatorBench
{
    private const double Mebibyte = 1024 * 1024;

    public static int Run(
        EstimatorBenchmarkSettings[] plan, string deviceName, string? folder, bool json, CancellationToken cancellation)
    {
        DateTimeOffset started = DateTimeOffset.Now;
        var rows = new List<EstimatorBenchmarkRow>();
        DeviceIdentity identity = new("", "");
        foreach (EstimatorBenchmarkSettings settings in plan)
        {
            using Device device = DeviceCatalog.Create(deviceName);
            identity = new(device.Name, device.Description);
            rows.Add(EstimatorBenchmark.Run(device, settings, cancellation));
        }

        if (json)
        {
            var content = new { Schema = "stein.bench-estimators/1", Machine = Machine.Current, Rows = rows };
            Console.Out.WriteLine(JsonSerializer.Serialize(content, JsonFormat.Line));
        }
        else
        {
            Print(rows, identity);
        }

        if (folder is not null)
        {
            EstimatorBenchmark.Write(folder, rows);
            new RunProvenance<EstimatorBenchmarkSettings>(
                "bench", BuildIdentity.Current, identity, Machine.Current, 1, started, (DateTimeOffset.Now - started).TotalSeconds, plan)
                .Write(folder);
            if (!json)
                Terminal.Output.Profile.Out.Writer.WriteLine($"bench-estimators.csv and provenance.json are in {folder}");
        }

        return ExitCode.Success;
    }

    private static void Print(List<EstimatorBenchmarkRow> rows, DeviceIdentity device) =>
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
