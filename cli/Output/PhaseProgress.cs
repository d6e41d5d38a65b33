namespace Stein.Cli;

/// <summary>
/// A line on standard error for each phase of a computation that is still going on after two seconds; none where all is done by then.
/// </summary>
internal sealed class PhaseProgress(bool isSilent) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private Timer? timer;

    /// <summary>Ends the phase before, and begins another.</summary>
    /// <param name="phase">What is being done, as in "estimating".</param>
    public void Begin(string phase)
    {
        End();
        if (!isSilent)
            timer = new Timer(_ => Console.Error.WriteLine($"{phase} …"), null, Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the phase.</summary>
    public void End()
    {
        timer?.Dispose();
        timer = null;
    }

    public void Dispose() => End();
}
