using System.Diagnostics;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Output;

/// <summary>Where there is no terminal: a line when a run ends, and one for each active run every ten seconds.</summary>
internal sealed class PlainRunProgress(RunPlan plan) : IRunObserver
{
    private static readonly long Interval = 10 * Stopwatch.Frequency;

    private readonly Lock gate = new();
    private readonly PlanProgress progress = new(plan);
    private readonly Dictionary<RunConfig, long> spoken = [];

    public void Started(RunConfig run, int iteration, int iterations)
    {
        lock (gate)
        {
            spoken[run] = Stopwatch.GetTimestamp();
            if (iteration > 0)
                WriteLine($"{run.Description}: resumes at iteration {iteration} of {iterations}");
        }
    }

    public void Progressed(RunConfig run, RunProgress state)
    {
        if (!progress.Has(run))
            return;
        progress.Advance(run, state);
        long now = Stopwatch.GetTimestamp();
        lock (gate)
        {
            if (now - spoken.GetValueOrDefault(run) < Interval)
                return;
            spoken[run] = now;
            WriteLine(RunText.Status(run, state));
        }
    }

    public void Ended(RunOutcome outcome)
    {
        if (!progress.Has(outcome.Run))
            return;
        lock (gate)
        {
            (int number, string status) = progress.End(outcome.Run);
            double left = progress.SecondsLeft();
            string rest = number < progress.Count && double.IsFinite(left) ? $"; about {RunText.Duration(left)} left" : "";
            WriteLine($"[{number}/{progress.Count}] {RunText.Ending(outcome, status)}{rest}");
        }
    }

    public void Noted(RunConfig run, string message)
    {
        lock (gate)
            WriteLine($"{run.Description}: {message}");
    }

    private static void WriteLine(string line) => Terminal.Error.Profile.Out.Writer.WriteLine(line);
}
