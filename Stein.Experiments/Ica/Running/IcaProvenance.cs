using Stein.Experiments.Provenance;

namespace Stein.Experiments.Ica;

/// <summary>A run in <c>provenance.json</c>.</summary>
/// <param name="Method">Row id.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Seconds">Wall-clock time; null if it is not finished.</param>
/// <param name="Message">Why it failed, if it did.</param>
/// <param name="Settings">Everything that decides its numbers.</param>
public sealed record IcaRunProvenance(string Method, IcaRunStatus Status, double? Seconds, string? Message, IcaSettings Settings);

/// <summary>Writes where ICA results come from.</summary>
public static class IcaProvenance
{
    /// <summary>Writes <c>provenance.json</c>.</summary>
    /// <param name="folder">Target folder.</param>
    /// <param name="outcomes">All runs of the plan.</param>
    /// <param name="device">What computed them.</param>
    /// <param name="jobs">Runs side by side.</param>
    /// <param name="started">When the first began.</param>
    /// <param name="seconds">Wall-clock time of all together.</param>
    /// <returns>The path of the file.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static string Write(
        string folder, IReadOnlyList<IcaRunOutcome> outcomes, DeviceIdentity device, int jobs, DateTimeOffset started, double seconds)
        => new RunProvenance<IcaRunProvenance>(
            "ica",
            BuildIdentity.Current,
            device,
            Machine.Current,
            jobs,
            started,
            seconds,
            [
                .. outcomes.Select(outcome => new IcaRunProvenance(
                    outcome.Settings.RowId, outcome.Status, outcome.Run?.Seconds, outcome.Message, outcome.Settings)),
            ])
            .Write(folder);
}
