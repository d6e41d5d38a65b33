using System.Diagnostics;
using Stein.Experiments.Ica;

namespace Stein.Cli;

/// <summary>Where there is no terminal: a line when a run ends, and one for each active run every ten seconds.</summary>
internal sealed class IcaPlainProgress(IReadOnlyList<IcaSettings> plan) : IIcaObserver
{
    private static readonly long Interval = 10 * Stopwatch.Frequency;

    private readonly Lock gate = new();
    private readonly Dictionary<int, long> spoken = [];
    private int ended;

    public void Started(int index, IcaSettings settings)
    {
        lock (gate)
            spoken[index] = Stopwatch.GetTimestamp();
    }

    public void Progressed(int index, IcaProgress progress)
    {
        long now = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (now - spoken[index] < Interval)
                return;
            spoken[index] = now;
            Terminal.Error.Profile.Out.Writer.WriteLine(RunText.Standing(plan[index], progress));
        }
    }

    public void Ended(int index, IcaRunOutcome outcome)
    {
        lock (gate)
            Terminal.Error.Profile.Out.Writer.WriteLine(RunText.Ending(outcome, ++ended, plan.Count));
    }
}
