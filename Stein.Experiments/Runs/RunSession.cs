using Stein.Experiments.Provenance;

namespace Stein.Experiments.Runs;

/// <summary>The part of a run that one process computed. The sessions of a result together cover all its iterations, in order.</summary>
/// <param name="Machine">The machine; its widest vectors are the instruction set of the processor's own devices.</param>
/// <param name="Host">The machine's name in its network.</param>
/// <param name="FromIteration">Iterations done before.</param>
/// <param name="ToIteration">Iterations done at its end.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it ended, or wrote the checkpoint that the next one went on from.</param>
/// <param name="Seconds">Between the two, by a monotonic clock.</param>
internal sealed record RunSession(
    BuildIdentity Program,
    DeviceIdentity Device,
    Machine Machine,
    string Host,
    int FromIteration,
    int ToIteration,
    DateTimeOffset Started,
    DateTimeOffset Ended,
    double Seconds)
{
    /// <summary>The part of <see cref="Seconds"/> spent in iterations, without data and files; null in older results.</summary>
    public double? IterationSeconds { get; init; }
}
