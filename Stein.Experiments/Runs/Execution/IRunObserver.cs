namespace Stein.Experiments.Runs.Execution;

/// <summary>Receives progress events from worker threads: several at a time, and each waits until the call returns.</summary>
internal interface IRunObserver
{
    /// <summary>A run was claimed, and starts or resumes.</summary>
    /// <param name="iteration">Iterations done; 0 unless it resumes from a checkpoint.</param>
    /// <param name="iterations">Iterations it has.</param>
    void Started(RunConfig run, int iteration, int iterations);

    /// <summary>A few times a second for every run under way.</summary>
    void Progressed(RunConfig run, RunProgress progress);

    /// <summary>A run of the plan has its outcome; called once for each run, including those that were done before.</summary>
    void Ended(RunOutcome outcome);

    /// <summary>Something that people should know, such as a damaged file that was set aside.</summary>
    void Noted(RunConfig run, string message);
}

/// <summary>The progress of a run under way.</summary>
/// <param name="Iterations">Iterations it has.</param>
/// <param name="IterationsPerSecond">Since it started or resumed; 0 before the first iteration.</param>
/// <param name="Status"><see cref="IRun.Status"/>.</param>
/// <param name="Metrics">As last measured; empty before.</param>
internal sealed record RunProgress(
    int Iteration, int Iterations, double IterationsPerSecond, string Status, IReadOnlyList<Metric> Metrics);

/// <summary>How a run of a plan ended.</summary>
internal enum RunStatus
{
    /// <summary>Done here and now.</summary>
    Finished,

    /// <summary>Done before, or by another process meanwhile.</summary>
    AlreadyDone,

    /// <summary>It failed, here or in another process; the message says why.</summary>
    Failed,

    /// <summary>Stopped after an iteration, with a checkpoint to resume from.</summary>
    Interrupted,

    /// <summary>The plan was stopped before its turn came.</summary>
    NotStarted,

    /// <summary>The plan was stopped while another process was working on it.</summary>
    Elsewhere,
}

/// <summary>How a run of a plan ended.</summary>
/// <param name="Iteration">Iterations done, where it was interrupted or failed.</param>
/// <param name="Seconds">Time spent on it here.</param>
/// <param name="Message">Why it failed, for people.</param>
/// <param name="Folder">Its folder in the store.</param>
internal sealed record RunOutcome(RunConfig Run, RunStatus Status, int Iteration, double Seconds, string? Message, string Folder);
