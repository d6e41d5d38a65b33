using System.Diagnostics;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Output;

/// <summary>How much of a plan is done, in estimated seconds, and how long the rest will take. Safe for use by several threads.</summary>
internal sealed class PlanProgress
{
    private readonly Lock gate = new();
    private readonly Dictionary<RunConfig, PlannedRun> toDo;
    private readonly Dictionary<RunConfig, double> shares = [];
    private readonly Dictionary<RunConfig, string> statuses = [];
    private readonly double total;
    private readonly long start = Stopwatch.GetTimestamp();
    private int ended;

    public PlanProgress(RunPlan plan)
    {
        toDo = plan.ToDo.ToDictionary(planned => planned.Run);
        total = Math.Max(toDo.Values.Sum(Weight), double.Epsilon);
    }

    /// <summary>Runs to do.</summary>
    public int Count => toDo.Count;

    /// <summary>Whether the run was to be done when the plan was made.</summary>
    public bool Has(RunConfig run) => toDo.ContainsKey(run);

    /// <summary>Records the progress of a run.</summary>
    public void Advance(RunConfig run, RunProgress progress)
    {
        PlannedRun planned = toDo[run];
        int left = Math.Max(progress.Iterations - planned.Iteration, 1);
        lock (gate)
        {
            shares[run] = Math.Clamp((double)(progress.Iteration - planned.Iteration) / left, 0, 1);
            statuses[run] = progress.Status;
        }
    }

    /// <summary>Records the end of a run.</summary>
    /// <returns>Its number among the runs that have ended, and its last status.</returns>
    public (int Number, string Status) End(RunConfig run)
    {
        lock (gate)
        {
            shares[run] = 1;
            return (++ended, statuses.GetValueOrDefault(run, ""));
        }
    }

    /// <summary>The share done, from 0 to 1.</summary>
    public double Share()
    {
        lock (gate)
            return Math.Min(shares.Sum(entry => entry.Value * Weight(toDo[entry.Key])) / total, 1);
    }

    /// <summary>Seconds that the rest takes at the speed so far; NaN at the beginning.</summary>
    public double SecondsLeft()
    {
        double share = Share();
        return share > 0 ? Stopwatch.GetElapsedTime(start).TotalSeconds * (1 - share) / share : double.NaN;
    }

    private static double Weight(PlannedRun planned) => Math.Max(planned.Seconds, 1e-3);
}
