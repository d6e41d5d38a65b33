using System.Diagnostics;
using Stein.Engine.Devices;
using Stein.Experiments.Runs.Claiming;

namespace Stein.Experiments.Runs.Execution;

/// <summary>One attempt at one run of a plan: claims it, checks what the store has of it, and does the rest.</summary>
internal sealed class RunAttempt(
    RunStore store,
    Claims claims,
    Func<Device> createDevice,
    ExecutorOptions options,
    IRunObserver? observer,
    PlannedRun planned,
    CancellationToken cancellation)
{
    private readonly long start = Stopwatch.GetTimestamp();
    private readonly string folder = store.FolderOf(planned.Run);

    /// <summary>Does the run.</summary>
    /// <returns>The outcome; null if another process is working on it.</returns>
    public RunOutcome? Execute()
    {
        Claim? acquired;
        try
        {
            store.Disk.CreateFolder(folder);
            acquired = claims.TryAcquire(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Outcome(RunStatus.Failed, 0, new StoreException(folder, exception).Message);
        }

        if (acquired is null)
            return planned.Reason == RunReason.Done ? Outcome(RunStatus.AlreadyDone, 0) : null;
        using Claim claim = acquired;
        try
        {
            return Execute(new ClaimedRun(store.Disk, claim, planned.Run, folder, observer));
        }
        catch (ClaimLostException)
        {
            return null;
        }
        catch (StoreException exception)
        {
            return Outcome(RunStatus.Failed, 0, exception.Message);
        }
    }

    private RunOutcome Execute(ClaimedRun claimed)
    {
        claimed.Change(disk => Leftovers.RemoveTemporary(disk, folder));
        claimed.Change(disk => Repetition.PutInPlace(disk, claimed.Run, folder));
        ResultReading result = ResultFile.Read(claimed.Run, folder);
        // A forced run is repeated once; skip it if another process has already repeated it.
        bool repeats = planned.Reason == RunReason.Forced && result.Run is not null && result.Mark == planned.ResultMark;
        if (result.Run is not null && !repeats)
        {
            WriteConfig(claimed);
            claimed.Change(disk => Leftovers.RemoveUnneeded(disk, folder));
            return Outcome(RunStatus.AlreadyDone, 0);
        }

        string working = repeats ? Path.Combine(folder, RunFiles.Repetition) : folder;
        if (RunFailure.Read(working) is { } failure && RunFailure.MarkIn(working) != planned.FailureMark)
            return Outcome(RunStatus.Failed, failure.Iteration, failure.Message);
        foreach (string name in result.DamagedFiles)
            claimed.SetAside(Path.Combine(folder, name), result.Damage!);
        WriteConfig(claimed);
        if (repeats)
        {
            claimed.Change(disk => disk.CreateFolder(working));
            claimed.Change(disk => Leftovers.RemoveTemporary(disk, working));
        }

        RunOutcome outcome;
        using (var training = new RunTraining(claimed, working, createDevice, options, observer))
        {
            (RunStatus status, int iteration, string? message) = training.Train(cancellation);
            outcome = Outcome(status, iteration, message);
        }

        if (outcome.Status == RunStatus.Finished)
        {
            claimed.Change(disk => Repetition.PutInPlace(disk, claimed.Run, folder));
            claimed.Change(disk => Leftovers.RemoveUnneeded(disk, folder));
        }

        return outcome;
    }

    /// <summary>Written first: the other files of a folder mean nothing without it.</summary>
    private void WriteConfig(ClaimedRun claimed)
    {
        if (Leftovers.HasConfig(folder, claimed.Run))
            return;
        string path = Path.Combine(folder, RunFiles.Config);
        // One that says the same in other words was written by another version of the program, and is not damaged.
        if (File.Exists(path) && store.RunIn(folder, claimed.Run.Experiment) is null)
            claimed.SetAside(path, "it is not the config of this run");
        claimed.Change(disk => disk.Write(path, ConfigDocument.Text(claimed.Run)));
    }

    private RunOutcome Outcome(RunStatus status, int iteration, string? message = null)
        => new(planned.Run, status, iteration, Stopwatch.GetElapsedTime(start).TotalSeconds, message, folder);
}
