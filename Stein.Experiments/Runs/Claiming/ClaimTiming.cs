namespace Stein.Experiments.Runs.Claiming;

/// <summary>When a claim on a run is renewed, and when it is void.</summary>
internal sealed record ClaimTiming
{
    /// <summary>Time between two signs of life.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time without a sign of life after which an owner that is not a process of this machine counts as dead.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);
}
