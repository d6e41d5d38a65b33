using Stein.Engine.Devices.Discovery;
using Stein.Experiments;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Benchmark;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;

namespace Stein.Cli.Commands;

/// <summary><c>stein bench</c>: how long a training iteration takes, or a score estimator.</summary>
internal static class BenchCommand
{
    private static readonly BenchSubject<IcaSettings, IcaBenchmarkRow> Training = new(
        "stein.bench/2",
        "bench.csv",
        settings => $"{settings.Method}, D = {settings.Dimension}",
        IcaBenchmark.Run,
        Print);

    public static Command Create(Interruption interruption)
    {
        Option<string> what = Values.Choice("--what", "what is timed", ["training", "estimators"], "training");
        Option<int[]> dimensions = Values.Numbers("--dim", "dimensions", 10, 100, 200);
        Option<string[]> methods = Values.Choices("--method", "methods", IcaMethod.Names, "maxsksd", "ksd", "lsd");
        Option<int?> iterations = Values.Number<int>("--iterations", "iterations timed, each on its own, after the warm-up", 500);
        var estimators = new EstimatorBench();
        Option<string> deviceName = Values.Choice("--device", "device to compute on; see stein devices", DeviceCatalog.Names, "auto");
        Option<string> folder = Values.Text("--out", "folder", "folder for the CSV and provenance.json");
        Option<bool> json = Values.Flag("--json", "one line of JSON on standard output, and nothing else there");
        var command = new CommandWithExamples(
            "bench",
            "Times training iterations, on one thread, or score estimators: medians, the share of the measured FMA peak, and memory.",
            new Example("stein bench", "three methods at D = 10, 100 and 200; ten seconds"),
            new Example("stein bench --dim 100 --method maxsksd --iterations 2000", "one row, more precisely"),
            new Example("stein bench --what estimators --dim 10,100 --samples 2000", "all score estimators: seconds and bytes"),
            new Example("stein bench --device double --iterations 20 --json", "the reference device, for programs"))
        {
            what,
            dimensions,
            methods,
            iterations,
            estimators.Estimators,
            estimators.Samples,
            estimators.Fits,
            deviceName,
            folder,
            json,
        };
        command.SetAction(parsed =>
        {
            string subject = parsed.GetRequiredValue(what);
            RequireUse(parsed, subject == "training", "--what training", methods, iterations);
            RequireUse(parsed, subject == "estimators", "--what estimators", estimators.Estimators, estimators.Samples, estimators.Fits);
            (string device, string? target, bool isJson) =
                (parsed.GetRequiredValue(deviceName), parsed.GetValue(folder), parsed.GetValue(json));
            if (subject == "estimators")
                return EstimatorBench.Subject.Run(estimators.Read(parsed, dimensions), device, target, isJson, interruption.Token);

            IcaSettings[] plan =
            [
                .. from method in parsed.GetRequiredValue(methods).Where(method => IcaMethod.Find(method).IsTrained)
                   from dimension in parsed.GetRequiredValue(dimensions)
                   select new IcaSettings
                   {
                       Method = method,
                       Dimension = dimension,
                       Iterations = parsed.GetRequiredValue(iterations)!.Value,
                   },
            ];
            if (plan.Length == 0)
                throw new UsageException("--method whitening: it has no iterations to time");
            try
            {
                foreach (IcaSettings settings in plan)
                    ExperimentRegistry.Ica.Identify(settings);
            }
            catch (InvalidConfigException exception)
            {
                throw SettingOptions.Explain(exception, ExperimentRegistry.Ica);
            }

            return Training.Run(plan, device, target, isJson, interruption.Token);
        });
        return command;
    }

    private static void RequireUse(ParseResult parsed, bool used, string by, params Option[] options)
    {
        Option? given = used ? null : Array.Find(options, option => parsed.GetResult(option) is { Implicit: false });
        if (given is not null)
            throw new UsageException($"{given.Name}: it has no effect here, only with {by}. Leave it out.");
    }

    private static void Print(IReadOnlyList<IcaBenchmarkRow> rows, DeviceIdentity device) =>
        Column<IcaBenchmarkRow>.Print(
            $"One training iteration on {device.Name} ({device.Description})",
            [
                new("method", row => row.Method),
                new("D", row => $"{row.Dimension}"),
                new("median\nms", row => NumberText.Fixed(row.MedianMilliseconds, 4)),
                new("quartiles\nms", Quartiles),
                new("GFLOP/s", row => NumberText.Fixed(row.Gigaflops, 1)),
                new("of peak", row => double.IsNaN(row.ShareOfPeak)
                    ? NumberText.Missing
                    : $"{NumberText.Fixed(100 * row.ShareOfPeak, 1)} % of {NumberText.Fixed(row.PeakGigaflops, 0)}"),
                new("bytes\nallocated", row => $"{row.AllocatedBytes}"),
            ],
            rows,
            keys: 2);

    private static string Quartiles(IcaBenchmarkRow row) =>
        $"{NumberText.Fixed(row.LowerQuartileMilliseconds, 4)}–{NumberText.Fixed(row.UpperQuartileMilliseconds, 4)}";
}
