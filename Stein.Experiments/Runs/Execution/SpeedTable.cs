using Stein.Experiments.Provenance;

namespace Stein.Experiments.Runs.Execution;

/// <summary>Estimates the time of a run from the finished ones of its experiment.</summary>
/// <param name="finished">Finished runs of one experiment.</param>
/// <param name="device">The device to be used; null if unknown.</param>
internal sealed class SpeedTable(IReadOnlyList<StoredRun> finished, DeviceIdentity? device)
{
    /// <summary>Operations in a second where nothing was measured: about what one core does in small problems.</summary>
    public const double AssumedOperationsPerSecond = 5e10;

    /// <summary>The largest ratio between the operations of two runs at which the time of one predicts that of the other.</summary>
    private const double MaxRatio = 20;

    private readonly StoredRun[] sameDevice =
    [
        .. finished.Where(run => run.Sessions.All(
            session => session.Device == device && session.Machine.Processor == Machine.Current.Processor)),
    ];

    /// <summary>Seconds of a whole run, and what they come from.</summary>
    public (double Seconds, EstimateBasis Basis) Estimate(RunConfig run)
        => From(sameDevice, run) is { } same ? (same, EstimateBasis.SameDevice)
            : From(finished, run) is { } other ? (other, EstimateBasis.OtherDevices)
            : (run.Operations / AssumedOperationsPerSecond, EstimateBasis.Assumed);

    private static double? From(IReadOnlyList<StoredRun> finished, RunConfig run)
    {
        // The speed of a run a hundred times as small says nothing: there, other work than the counted operations decides.
        StoredRun[] alike = [.. finished.Where(other => other.Run.Precision == run.Precision && IsOfSize(other.Run, run))];
        StoredRun[] ofClass = [.. alike.Where(other => other.Run.SpeedClass == run.SpeedClass)];
        StoredRun[] basis = ofClass.Length > 0 ? ofClass : alike;
        if (basis.Length == 0)
            return null;
        double seconds = basis.Sum(other => other.Seconds);
        double operations = basis.Sum(other => other.Run.Operations);
        return operations > 0 ? run.Operations * seconds / operations : seconds / basis.Length;
    }

    private static bool IsOfSize(RunConfig other, RunConfig run)
        => other.Operations <= MaxRatio * run.Operations && run.Operations <= MaxRatio * other.Operations;
}
