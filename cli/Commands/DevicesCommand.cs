using System.Text.Json;
using Spectre.Console;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Table = Spectre.Console.Table;

namespace Stein.Cli.Commands;

/// <summary><c>stein devices</c>: what can compute here, what cannot and why, and a short check of each.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        Option<bool> json = Values.Flag("--json", "JSON on standard output, and nothing else there");
        var command = new CommandWithExamples(
            "devices",
            "Lists the devices: which are available, which are not and why, with a short check of speed and correctness.",
            new Example("stein devices", "the table"),
            new Example("stein devices --json", "the same for programs"))
        {
            json,
        };
        command.SetAction(parsed =>
        {
            Row[] rows = [.. DeviceCatalog.List().Select(Check)];
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(rows, JsonFormat.Line));
            else
                Print(rows);
            return rows.All(row => row.Correct != false && row.Error is null) ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static Row Check(DeviceStatus status)
    {
        // auto is one of the others.
        if (!status.Available || status.Name == "auto")
            return new(status.Name, status.Available, status.Description, null, null, null, null, null);
        try
        {
            using Device device = DeviceCatalog.Create(status.Name);
            DeviceCheck check = DeviceCheck.Run(device);
            string? wrong = check.WrongOperations.Count == 0 ? null : string.Join(", ", check.WrongOperations);
            return new(status.Name, true, device.Description, check.Gigaflops, check.IsCorrect, check.RelativeError, wrong, null);
        }
#pragma warning disable CA1031 // A driver may fail in any way; the others are still listed.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return new(status.Name, true, status.Description, null, null, null, null, exception.Message);
        }
    }

    private static void Print(Row[] rows)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        table.AddColumns("device", "available", "what it is, or why it is not there");
        table.AddColumn(new TableColumn(new Text("matrix product")).RightAligned());
        table.AddColumn("against double");
        foreach (Row row in rows)
        {
            string speed = row.Gigaflops is { } gigaflops ? $"{NumberText.Fixed(gigaflops, gigaflops < 1 ? 3 : 1)} GFLOP/s" : "";
            string verdict = row switch
            {
                { Error: { } error } => $"failed: {error}",
                { WrongOperations: { } wrong } => $"WRONG: {wrong}",
                { RelativeError: { } error } => $"{(row.Correct == true ? "agrees" : "WRONG")}, error {error:0.0e+0}",
                _ => "",
            };
            string[] cells = [row.Name, row.Available ? "yes" : "no", row.Description, speed, verdict];
            table.AddRow([.. cells.Select(cell => new Text(cell))]);
        }

        Terminal.Output.Write(table);
    }

    private sealed record Row(
        string Name, bool Available, string Description, double? Gigaflops, bool? Correct, double? RelativeError, string? WrongOperations,
        string? Error);
}
