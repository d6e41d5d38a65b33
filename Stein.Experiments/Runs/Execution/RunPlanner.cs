using Stein.Experiments.Provenance;
using Stein.Experiments.Runs.Claiming;

namespace Stein.Experiments.Runs.Execution;

/// <summary>Says for every run why it is to be done, and how long that will take. Writes nothing.</summary>
/// <param name="store">Where the runs are kept.</param>
/// <param name="device">The device to be used, for the estimate of time.</param>
/// <param name="timing">When a claim is void.</param>
/// <param name="processes">The processes of this machine.</param>
internal sealed class RunPlanner(
    RunStore store, DeviceIdentity? device = null, ClaimTiming? timing = null, ProcessTable? processes = null)
{
    private readonly ClaimTiming timing = timing ?? new ClaimTiming();
    private readonly ProcessTable processes = processes ?? new ProcessTable();

    /// <summary>The plan of some runs; one that is there twice is done once.</summary>
    /// <param name="force">Whether finished runs are done again.</param>
    public RunPlan Plan(IEnumerable<RunConfig> runs, bool force = false)
    {
        RunConfig[] distinct = [.. runs.Distinct()];
        var speeds = distinct.Select(run => run.Experiment).Distinct()
            .ToDictionary(experiment => experiment, experiment => new SpeedTable(store.List(experiment), device));
        var older = new OlderProtocols(store);
        return new RunPlan([.. distinct.Select(run => Plan(run, force, speeds[run.Experiment], older))]);
    }

    private PlannedRun Plan(RunConfig run, bool force, SpeedTable speeds, OlderProtocols older)
    {
        try
        {
            return PlanReadable(run, force, speeds, older);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            (double seconds, EstimateBasis basis) = speeds.Estimate(run);
            return new PlannedRun(run, RunReason.Damaged, $"unreadable: {exception.Message}") { Seconds = seconds, Basis = basis };
        }
    }

    private PlannedRun PlanReadable(RunConfig run, bool force, SpeedTable speeds, OlderProtocols older)
    {
        string folder = store.FolderOf(run);
        ResultReading result = ResultFile.Read(run, folder);
        bool repeats = force && result.Run is not null;
        string working = repeats ? Path.Combine(folder, RunFiles.Repetition) : folder;
        // A damaged file is set aside, and reported, by the process that runs it.
        Checkpoint? checkpoint = Checkpoint.Newest(working, run.Id);
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
        if (ClaimFile.LiveOwner(folder, timing, processes) is { } owner)
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
}
