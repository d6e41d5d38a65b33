using System.Diagnostics;

namespace Stein.Cli.Output;

/// <summary>
/// Lines on standard error for a computation in phases: one for each phase that is still going on after two seconds, none where all is done
/// by then, and one every five seconds for a phase that says how much of it is done.
/// </summary>
internal sealed class PhaseProgress(bool isSilent) : IProgress<double>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private string phase = "";
    private long begun;
    private long said;
    private Timer? timer;

    /// <summary>Ends the phase before, and begins another.</summary>
    /// <param name="next">What is being done, as in "estimating".</param>
    public void Begin(string next)
    {
        End();
        phase = next;
        begun = said = Stopwatch.GetTimestamp();
        if (!isSilent)
            timer = new Timer(_ => Console.Error.WriteLine($"{next} …"), null, Patience, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Says how long the rest of the phase will take, unless that was said a moment ago.</summary>
    /// <param name="value">How much of the phase is done, from 0 to 1.</param>
    public void Report(double value)
    {
        if (isSilent || value is <= 0 or >= 1 || Stopwatch.GetElapsedTime(said) < Interval)
            return;
        said = Stopwatch.GetTimestamp();
        double left = Stopwatch.GetElapsedTime(begun).TotalSeconds * (1 - value) / value;
        Console.Error.WriteLine($"{phase}: {100 * value:F0} %, about {RunText.Duration(left)} left");
    }

    /// <summary>Ends the phase.</summary>
    public void End()
    {
        timer?.Dispose();
        timer = null;
    }

    public void Dispose() => End();
}
