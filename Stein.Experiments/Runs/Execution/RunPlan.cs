namespace Stein.Experiments.Runs.Execution;

/// <summary>Why a run of a plan is to be done, or is not.</summary>
internal enum RunReason
{
    /// <summary>The store has nothing of it.</summary>
    New,

    /// <summary>It was done under an older protocol version, whose numbers differ.</summary>
    Changed,

    /// <summary>It was started, and resumes from its checkpoint.</summary>
    Interrupted,

    /// <summary>It failed when it was last tried.</summary>
    Failed,

    /// <summary>It was finished, but a file of it is damaged.</summary>
    Damaged,

    /// <summary>It is finished, and is repeated on request.</summary>
    Forced,

    /// <summary>Another process works on it.</summary>
    Elsewhere,

    /// <summary>It is finished; nothing is to be done.</summary>
    Done,
}

/// <summary>What an estimate of time comes from.</summary>
internal enum EstimateBasis
{
    /// <summary>Finished runs on the same device.</summary>
    SameDevice,

    /// <summary>Finished runs on other devices or machines.</summary>
    OtherDevices,

    /// <summary>No run: <see cref="SpeedTable.AssumedOperationsPerSecond"/>.</summary>
    Assumed,
}

/// <summary>A run of a plan, and what the store had of it when the plan was made.</summary>
/// <param name="Explanation">The reason in words, <c>interrupted at iteration 4200 of 15000</c>.</param>
internal sealed record PlannedRun(RunConfig Run, RunReason Reason, string Explanation)
{
    /// <summary>Iterations done already.</summary>
    public int Iteration { get; init; }

    /// <summary>Seconds it will take one job; 0 where nothing is to be done.</summary>
    public double Seconds { get; init; }

    /// <summary>What <see cref="Seconds"/> comes from.</summary>
    public EstimateBasis Basis { get; init; }

    /// <summary>The checksum of the result there was; one that has another later was written meanwhile.</summary>
    public string? ResultMark { get; init; }

    /// <summary>Likewise for the failure.</summary>
    public string? FailureMark { get; init; }

    /// <summary>Whether something is to be removed or put in place though the run is done.</summary>
    public bool IsUntidy { get; init; }
}

/// <summary>The runs to be done, and why; made by <see cref="RunPlanner"/>.</summary>
/// <param name="Runs">Each run once, in the order they were asked for.</param>
internal sealed record RunPlan(IReadOnlyList<PlannedRun> Runs)
{
    /// <summary>The runs that are not done.</summary>
    public IEnumerable<PlannedRun> ToDo => Runs.Where(run => run.Reason != RunReason.Done);

    /// <summary>Seconds with a number of jobs: those of the longest run, or an equal share of the sum if that is more.</summary>
    public double Seconds(int jobs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(jobs, 1);
        return Runs.Count == 0 ? 0 : Math.Max(Runs.Max(run => run.Seconds), Runs.Sum(run => run.Seconds) / jobs);
    }
}
