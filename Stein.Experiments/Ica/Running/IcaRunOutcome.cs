namespace Stein.Experiments.Ica;

/// <summary>How a run of a plan ended.</summary>
public enum IcaRunStatus
{
    /// <summary>Never begun: the plan was interrupted before.</summary>
    NotStarted,

    /// <summary>Stopped after an iteration on request.</summary>
    Interrupted,

    /// <summary>All iterations done.</summary>
    Finished,

    /// <summary>Stopped at a NaN or an infinity.</summary>
    Diverged,

    /// <summary>Stopped by another error.</summary>
    Failed,
}

/// <summary>What became of one run of a plan.</summary>
/// <param name="Settings">What was to be run.</param>
/// <param name="Status">How it ended.</param>
public sealed record IcaRunOutcome(IcaSettings Settings, IcaRunStatus Status)
{
    /// <summary>The row of <c>runs.csv</c>; only of a finished run.</summary>
    public IcaRun? Run { get; init; }

    /// <summary>The training curve as far as the run came; all values of the log-likelihood are finite.</summary>
    public IReadOnlyList<IcaCurvePoint> Curve { get; init; } = [];

    /// <summary>V (D×D, row-major) at the last point of the curve; null if the run had none.</summary>
    public IReadOnlyList<double>? Unmixing { get; init; }

    /// <summary>The iteration of <see cref="Unmixing"/>.</summary>
    public int UnmixingIteration => Curve.Count > 0 ? Curve[^1].Iteration : 0;

    /// <summary>Why it diverged or failed.</summary>
    public string? Message { get; init; }

    /// <summary>Whether the run counts as failed.</summary>
    public bool IsFailure => Status is IcaRunStatus.Diverged or IcaRunStatus.Failed;
}
