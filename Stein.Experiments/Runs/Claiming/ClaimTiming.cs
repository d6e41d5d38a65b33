namespace Stein.Experiments.Runs.Claiming;

/// <summary>When a claim on a run is renewed, and when it is void.</summary>
internal sealed record ClaimTiming
{
    /// <summary>Time between two signs of life.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Time of watching a claim that does not change after which its owner counts as dead.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Measures the time that a claim was watched for; monotonic.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
