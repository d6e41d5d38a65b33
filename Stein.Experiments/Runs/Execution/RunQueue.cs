using System.Diagnostics;

namespace Stein.Experiments.Runs.Execution;

/// <summary>The runs of a plan that still have to be tried, and those that another process works on, which are tried again later.</summary>
/// <param name="order">The runs, in the order they are to be tried.</param>
/// <param name="revisit">Time before one is tried again.</param>
internal sealed class RunQueue(IEnumerable<int> order, TimeSpan revisit)
{
    private readonly object gate = new();
    private readonly Queue<int> first = new(order);
    private readonly PriorityQueue<int, long> later = new();
    private int taken;
    private bool isStopped;

    /// <summary>The next run to be tried; waits for one that is to be tried again.</summary>
    /// <returns>False if there is nothing left to do, or the queue was stopped.</returns>
    public bool TryTake(out int run)
    {
        lock (gate)
        {
            while (!isStopped)
            {
                if (first.TryDequeue(out run) || TryTakeDue(out run))
                {
                    taken++;
                    return true;
                }

                if (taken == 0 && later.Count == 0)
                    break;
                Monitor.Wait(gate, Untaken());
            }

            run = 0;
            return false;
        }
    }

    /// <summary>A run that was taken has its outcome.</summary>
    public void Complete()
    {
        lock (gate)
        {
            taken--;
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>A run that was taken is to be tried again later.</summary>
    public void Postpone(int run)
    {
        lock (gate)
        {
            taken--;
            later.Enqueue(run, Stopwatch.GetTimestamp() + (long)(revisit.TotalSeconds * Stopwatch.Frequency));
            Monitor.PulseAll(gate);
        }
    }

    /// <summary>No more runs are given out.</summary>
    public void Stop()
    {
        lock (gate)
        {
            isStopped = true;
            Monitor.PulseAll(gate);
        }
    }

    private bool TryTakeDue(out int run)
    {
        if (later.TryPeek(out run, out long due) && due <= Stopwatch.GetTimestamp())
        {
            later.Dequeue();
            return true;
        }

        return false;
    }

    /// <summary>How long there is nothing to do; forever if only runs that are taken may come back.</summary>
    private TimeSpan Untaken()
        => later.TryPeek(out _, out long due)
            ? TimeSpan.FromMilliseconds(Math.Max(1, Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due).TotalMilliseconds))
            : Timeout.InfiniteTimeSpan;
}
