using Stein.Experiments.Provenance;

namespace Stein.Experiments.Runs;

/// <summary>Says for every run why it is to be done, and how long that will take. Writes nothing.</summary>
internal sealed class RunPlanner
{
    private readonly RunStore store;
    private readonly DeviceIdentity? device;
    private readonly ClaimTiming timing;
    private readonly ProcessTable processes;

    /// <param name="store">Where the runs are kept.</param>
    /// <param name="device">The device to be used, for the estimate of time.</param>
    public RunPlanner(RunStore store, DeviceIdentity? device = null)
        : this(store, device, new ClaimTiming(), new ProcessTable())
    {
    }

    internal RunPlanner(RunStore store, DeviceIdentity? device, ClaimTiming timing, ProcessTable processes)
    {
        ArgumentNullException.ThrowIfNull(store);
        this.store = store;
        this.device = device;
        this.timing = timing;
        this.processes = processes;
    }

    /// <summary>The plan of some runs; one that is there twice is done once.</summary>
    /// <param name="force">Whether finished runs are done again.</param>
    public RunPlan Plan(IEnumerable<RunConfig> runs, bool force = false)
    {
        ArgumentNullException.ThrowIfNull(runs);
        RunConfig[] distinct = [.. runs.Distinct()];
        var speeds = distinct.Select(run => run.Experiment).Distinct()
            .ToDictionary(experiment => experiment, experiment => new SpeedTable(store.List(experiment), device));
        var older = new OlderProtocols(store);
        return new RunPlan([.. distinct.Select(run => Plan(run, force, speeds[run.Experiment], older))]);
    }

    private PlannedRun Plan(RunConfig run, bool force, SpeedTable speeds, OlderProtocols older)
    {
        string folder = store.FolderOf(run);
        ResultReading result = ResultFile.Read(run, folder);
        bool repeats = force && result.Run is not null;
        string working = repeats ? Path.Combine(folder, RunFiles.Repetition) : folder;
        Checkpoint? checkpoint = LastGood(working, run);
        (RunReason reason, string explanation) = Reason(run, folder, result, force, checkpoint, older);
        (double seconds, EstimateBasis basis) = speeds.Estimate(run);
        double remaining = reason == RunReason.Done ? 0
            : checkpoint is { Iterations: > 0 } ? 1 - ((double)checkpoint.Iteration / checkpoint.Iterations)
            : 1;
        return new PlannedRun(run, reason, explanation)
        {
            Iteration = checkpoint?.Iteration ?? 0,
            Seconds = seconds * remaining,
            Basis = basis,
            ResultMark = result.Mark,
            FailureMark = RunFailure.MarkIn(working),
            IsUntidy = reason == RunReason.Done && Leftovers.Any(folder, result.Run!),
        };
    }

    private (RunReason Reason, string Explanation) Reason(
        RunConfig run, string folder, ResultReading result, bool force, Checkpoint? checkpoint, OlderProtocols older)
    {
        if (result.Run is not null)
            return force ? (RunReason.Forced, "forced: it is done") : (RunReason.Done, "done");
        if (result.Damage is { } damage)
            return (RunReason.Damaged, $"damaged: {RunFiles.Result}: {damage}");
        if (LiveOwner(folder) is { } owner)
            return (RunReason.Elsewhere, $"running elsewhere: {owner}");
        if (RunFailure.Read(folder) is { } failure)
            return (RunReason.Failed, $"failed: {failure.Message}");
        if (checkpoint is not null)
            return (RunReason.Interrupted, $"interrupted at iteration {checkpoint.Iteration} of {checkpoint.Iterations}");
        if (File.Exists(Path.Combine(folder, RunFiles.Config)))
            return (RunReason.Interrupted, "interrupted before its first checkpoint");
        return older.VersionOf(run) is { } version
            ? (RunReason.Changed, $"changed: done under protocol {version}, now {run.Experiment.ProtocolVersion}")
            : (RunReason.New, "new");
    }

    private static Checkpoint? LastGood(string folder, RunConfig run)
    {
        foreach (string name in new[] { RunFiles.Checkpoint, RunFiles.PreviousCheckpoint })
        {
            try
            {
                if (Checkpoint.Read(Path.Combine(folder, name), run.Id) is { } checkpoint)
                    return checkpoint;
            }
            catch (InvalidDataException)
            {
                // The process that runs it sets the file aside, and reports it.
            }
        }

        return null;
    }

    /// <summary>
    /// By this machine's clock, because asking the file system's means writing to it; it is shown to people, and decides nothing.
    /// </summary>
    private string? LiveOwner(string folder)
    {
        if (ClaimFile.Highest(folder)?.Read() is not { } found)
            return null;
        return LifeSigns.AreOver(found, () => DateTime.UtcNow, timing, processes)
            ? null
            : found.Owner?.ToString() ?? "a process that is just beginning";
    }
}
