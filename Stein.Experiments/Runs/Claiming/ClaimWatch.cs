namespace Stein.Experiments.Runs.Claiming;

/// <summary>Watches claims, and tells which are void.</summary>
/// <remarks>
/// A claim whose owner was a process of this machine is void at once when that is gone. Any other is void when it was seen not to change
/// for <see cref="ClaimTiming.Patience"/>, by the watcher's own clock: the times of claims are compared with each other only, since the
/// clocks of machines and file systems may differ by years. Who has just begun to watch thus has to wait that long.
/// </remarks>
internal sealed class ClaimWatch(ClaimTiming timing, ProcessTable processes)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (ClaimContent Content, long Since)> seen = [];

    /// <summary>Looks at a claim once more.</summary>
    /// <returns>Whether its owner is gone, or has given no sign of life for so long that it must be.</returns>
    public bool IsVoid(ClaimFile claim)
    {
        if (claim.Read() is not { } content)
            return false;
        if (content.IsOfDead(processes))
            return true;
        long now = timing.Clock.GetTimestamp();
        lock (gate)
        {
            if (seen.TryGetValue(claim.Path, out (ClaimContent Content, long Since) last) && last.Content == content)
                return timing.Clock.GetElapsedTime(last.Since, now) >= timing.Patience;
            seen[claim.Path] = (content, now);
            return false;
        }
    }
}
