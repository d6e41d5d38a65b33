using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;

namespace Stein.Cli.Commands;

/// <summary>What <c>stein bench</c> times: rows of one kind, measured one after the other, then shown and written.</summary>
/// <param name="Describe">What a row measures, in a few words.</param>
/// <param name="Measure">A row, on a device of its own.</param>
/// <param name="Print">Shows all rows.</param>
internal sealed record BenchSubject<TSettings, TRow>(
    string Schema,
    string FileName,
    Func<TSettings, string> Describe,
    Func<Device, TSettings, CancellationToken, TRow> Measure,
    Action<IReadOnlyList<TRow>, DeviceIdentity> Print)
{
    /// <param name="plan">What to time; at least one.</param>
    /// <param name="folder">The folder of CSV and provenance; null for none.</param>
    /// <param name="json">Whether the rows are for a program.</param>
    /// <param name="cancellation">Ends it, with nothing written.</param>
    public int Run(TSettings[] plan, string deviceName, string? folder, bool json, CancellationToken cancellation)
    {
        using (DeviceCatalog.Create(deviceName))
        {
            // Only whether it is there: every row gets a device of its own.
        }

        if (folder is not null)
            OutputFolder.Require(("--out", folder));
        DateTimeOffset started = DateTimeOffset.Now;
        var rows = new List<TRow>();
        DeviceIdentity identity = new("", "");
        using (var progress = new PhaseProgress(json))
        {
            foreach (TSettings settings in plan)
            {
                progress.Begin($"timing {Describe(settings)}, {rows.Count + 1} of {plan.Length}");
                using Device device = DeviceCatalog.Create(deviceName);
                identity = new(device.Name, device.Description);
                rows.Add(Measure(device, settings, cancellation));
            }
        }

        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(new { Schema, Machine = Machine.Current, Rows = rows }, JsonFormat.Line));
        else
            Print(rows, identity);
        if (folder is null)
            return ExitCode.Success;
        CsvFile.Write(Path.Combine(folder, FileName), rows);
        var provenance = new
        {
            Experiment = "bench",
            Program = BuildIdentity.Current,
            Device = identity,
            Machine = Machine.Current,
            Jobs = 1,
            Started = started,
            Seconds = (DateTimeOffset.Now - started).TotalSeconds,
            Runs = plan,
        };
        AtomicFile.WriteAllText(
            Path.Combine(folder, "provenance.json"), JsonSerializer.Serialize(provenance, JsonFormat.Indented) + "\n");
        if (!json)
            Terminal.Text.WriteLine($"{FileName} and provenance.json are in {folder}");
        return ExitCode.Success;
    }
}
