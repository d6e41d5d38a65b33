using Stein.Engine.Devices;
using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Provenance;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Running;

/// <summary>
/// Options of every command that runs experiments: where, how many at a time, what is printed. Only --device changes numbers.
/// </summary>
internal sealed class RunOptions(string folderHelp)
{
    private readonly Option<string> device =
        Values.Choice("--device", "device to compute on; see stein devices", DeviceCatalog.Names, "auto");


    private readonly Option<int?> jobs =
        Values.Number<int>("--jobs", "number of parallel runs; results do not depend on it [default: one per core; 1 on a GPU]");

    private readonly Option<string> folder = Values.Text("--out", "folder", folderHelp);
    private readonly StoreOption store = new();
    private readonly Option<bool> force =
        Values.Flag("--force", "repeat finished runs; the old result is kept until the new one is complete");

    private readonly Option<bool> failFast = Values.Flag("--fail-fast", "when a run fails, stop the others too; they resume next time");
    private readonly Option<bool> dryRun =
        Values.Flag("--dry-run", "print what would be run, why, and how long it would take; write nothing");

    private readonly Option<int?> checkpointEvery = Values.Number<int>(
        "--checkpoint-every", "write a checkpoint after so many iterations, as well as every 10 seconds [default: every 10 seconds only]");

    private readonly Option<bool> json =
        Values.Flag("--json", "events on standard output, one line of JSON each, and nothing else there");

    private readonly Option<bool> quiet = Values.Flag("--quiet", "print errors only: no progress and no tables", "-q");

    public void AddTo(Command command)
        => command.AddShared(device, jobs, folder, store.Option, force, failFast, dryRun, checkpointEvery, json, quiet);

    /// <exception cref="UsageException">A value cannot be used.</exception>
    /// <exception cref="DeviceUnavailableException">The device is not there; the message says which are.</exception>
    public RunContext Read(ParseResult parsed)
    {
        // The name that auto stands for, from here on: every run gets the same kind.
        using Device first = DeviceCatalog.Create(parsed.GetRequiredValue(device));
        int count = parsed.GetValue(jobs) ?? (first.IsHost ? Environment.ProcessorCount : 1);
        if (count is < 1 or > 4096)
            throw new UsageException($"--jobs {count}: it must be a whole number from 1 to 4096");
        int? checkpoint = parsed.GetValue(checkpointEvery);
        if (checkpoint < 1)
            throw new UsageException($"--checkpoint-every {checkpoint}: it must be a whole number of at least 1");
        string? target = parsed.GetValue(folder);
        if (target is not null && string.IsNullOrWhiteSpace(target))
            throw new UsageException("--out: it must be the path of a folder");
        return new RunContext
        {
            Device = new DeviceIdentity(first.Name, first.Description),
            Precision = DevicePrecision.Of(first),
            Store = store.Read(parsed),
            Folder = target,
            Executor = new ExecutorOptions { Jobs = count, FailFast = parsed.GetValue(failFast), CheckpointIterations = checkpoint },
            Force = parsed.GetValue(force),
            DryRun = parsed.GetValue(dryRun),
            Json = parsed.GetValue(json),
            Quiet = parsed.GetValue(quiet),
        };
    }
}

/// <summary><c>--store</c>: the folder that runs are kept in.</summary>
internal sealed class StoreOption
{
    private const string Variable = "STEIN_STORE";

    public Option<string> Option { get; } = Values.Text(
        "--store",
        "folder",
        $"folder that runs are kept in; any number of processes may share it [default: ${Variable}, or {DefaultFolder}]");

    private static string DefaultFolder => Path.Combine("results", "runs");

    /// <exception cref="UsageException">It is not the path of a folder.</exception>
    public RunStore Read(ParseResult parsed)
    {
        (string folder, _) = Folder(parsed);
        if (string.IsNullOrWhiteSpace(folder))
            throw new UsageException("--store: it must be the path of a folder");
        return new RunStore(folder);
    }

    /// <summary>For a command that only reads it. The default one need not be there: then there are no runs yet.</summary>
    /// <exception cref="UsageException">It is a file, or a folder that was named is not there.</exception>
    public RunStore ReadExisting(ParseResult parsed)
    {
        RunStore store = Read(parsed);
        (string folder, string? source) = Folder(parsed);
        return Directory.Exists(folder) || (source is null && !Path.Exists(folder)) ? store
            : throw new UsageException(
                $"{source ?? "the store"} {folder}: {(Path.Exists(folder) ? "it is not a folder" : "there is no such folder")}. "
                + "Give the folder that runs were kept in.");
    }

    /// <summary>The folder, and what named it; null for the default.</summary>
    private (string Path, string? Source) Folder(ParseResult parsed)
    {
        string? fromVariable = Environment.GetEnvironmentVariable(Variable);
        return parsed.GetValue(Option) is { } given ? (given, Option.Name)
            : string.IsNullOrWhiteSpace(fromVariable) ? (DefaultFolder, null)
            : (fromVariable, $"${Variable}");
    }
}

/// <summary>Where and how to run.</summary>
internal sealed record RunContext
{
    /// <summary>Never <c>auto</c>.</summary>
    public required DeviceIdentity Device { get; init; }

    public required Precision Precision { get; init; }

    public required RunStore Store { get; init; }

    /// <summary>Where tables and figures go; null for the command's own place.</summary>
    public string? Folder { get; init; }

    public required ExecutorOptions Executor { get; init; }

    /// <summary>Whether finished runs are repeated.</summary>
    public bool Force { get; init; }

    /// <summary>Whether nothing is to be run or written.</summary>
    public bool DryRun { get; init; }

    /// <summary>Whether standard output is JSON.</summary>
    public bool Json { get; init; }

    /// <summary>Whether only errors are printed.</summary>
    public bool Quiet { get; init; }

    /// <summary>Whether tables and remarks are printed on standard output.</summary>
    public bool PrintsText => !Json && !Quiet;
}
