namespace Stein.Experiments.Runs;

/// <summary>Tells from a claim whether its owner is dead.</summary>
internal static class LifeSigns
{
    /// <summary>Whether the process is gone, or has given no sign for so long that it must be.</summary>
    /// <param name="now">Tells the present time by the clock that gave the claim its time; asked only if that decides.</param>
    /// <param name="timing">How long is too long.</param>
    /// <param name="processes">Those of this machine.</param>
    public static bool AreOver(
        (ClaimOwner? Owner, DateTime LastSign) found, Func<DateTime> now, ClaimTiming timing, ProcessTable processes)
        => (found.Owner is { } owner && processes.IsRunning(owner) == false) || now() - found.LastSign > timing.Patience;
}
