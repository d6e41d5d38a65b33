using Stein.Experiments.Runs.Claiming;

namespace Stein.Experiments.Runs.Execution;

/// <summary>How a plan is run; no number depends on it.</summary>
internal sealed record ExecutorOptions
{
    /// <summary>Runs at a time, at least one.</summary>
    public int Jobs { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether the first run that fails stops the others, each after its present iteration and with a checkpoint.</summary>
    public bool FailFast { get; init; }

    /// <summary>Time between two checkpoints of a run.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Iterations after which there is a checkpoint even if the time is not up; unset, the time decides alone.</summary>
    public int? CheckpointIterations { get; init; }

    /// <summary>Time between two reports of a run to the observer.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(125);

    /// <summary>Time after which a run that another process works on is checked again.</summary>
    public TimeSpan RevisitInterval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>When a claim is renewed, and when it is void.</summary>
    public ClaimTiming Claims { get; init; } = new();
}
