using Stein.Engine.Devices;
using Stein.Experiments.Runs.Claiming;

namespace Stein.Experiments.Runs.Execution;

/// <summary>
/// Runs a plan in parallel, longest run first, together with any other process that works on the same runs in the same store. Every run
/// has its own thread and device and shares nothing that it writes to: the numbers are the same, to the last bit, for any number of jobs
/// and however often a run was interrupted.
/// </summary>
/// <param name="store">Where the runs are kept.</param>
/// <param name="createDevice">Makes the device of a run; called by the thread that runs it.</param>
/// <param name="options">How; the defaults if null.</param>
/// <param name="observer">Receives progress events.</param>
/// <param name="processes">The processes of this machine.</param>
internal sealed class RunExecutor(
    RunStore store,
    Func<Device> createDevice,
    ExecutorOptions? options = null,
    IRunObserver? observer = null,
    ProcessTable? processes = null)
{
    private readonly ExecutorOptions options = options ?? new ExecutorOptions();

    /// <summary>
    /// Does what is to be done; one run that fails does not stop the others, unless told so. Runs that another process works on are waited
    /// for, and taken over if it dies. Cancelled, every run stops after its present iteration and leaves a checkpoint.
    /// </summary>
    /// <returns>The outcomes in the order of the plan.</returns>
    public IReadOnlyList<RunOutcome> Run(RunPlan plan, CancellationToken cancellation = default)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var claims = new Claims(store.Disk, options.Claims, processes ?? new ProcessTable());
        var outcomes = new RunOutcome?[plan.Runs.Count];
        var indices = plan.Runs.Index().ToDictionary(planned => planned.Item.Run, planned => planned.Index);
        for (int index = 0; index < outcomes.Length; index++)
        {
            if (plan.Runs[index] is { Reason: RunReason.Done, IsUntidy: false } planned)
                End(index, OutcomeOf(planned, RunStatus.AlreadyDone));
        }

        int[] order = [.. Shard.LongestFirst(indices.Keys).Select(run => indices[run]).Where(index => outcomes[index] is null)];
        var queue = new RunQueue(order, options.RevisitInterval);
        var isElsewhere = new bool[outcomes.Length];
        Exception? unexpected = null;
        using (stop.Token.Register(queue.Stop))
        {
            Thread[] workers = [.. Enumerable.Range(0, Math.Min(options.Jobs, order.Length)).Select(_ => new Thread(Work))];
            foreach (Thread worker in workers)
                worker.Start();
            foreach (Thread worker in workers)
                worker.Join();
        }

        if (unexpected is not null)
            throw new InvalidOperationException($"The runner itself failed: {unexpected.Message}", unexpected);
        for (int index = 0; index < outcomes.Length; index++)
        {
            if (outcomes[index] is null)
                End(index, OutcomeOf(plan.Runs[index], isElsewhere[index] ? RunStatus.Elsewhere : RunStatus.NotStarted));
        }

        return [.. outcomes.Select(outcome => outcome!)];

        void Work()
        {
            try
            {
                while (queue.TryTake(out int index))
                {
                    var attempt = new RunAttempt(store, claims, createDevice, options, observer, plan.Runs[index], stop.Token);
                    if (attempt.Execute() is { } outcome)
                    {
                        End(index, outcome);
                        queue.Complete();
                        if (options.FailFast && outcome.Status == RunStatus.Failed)
                            stop.Cancel();
                    }
                    else
                    {
                        isElsewhere[index] = true;
                        queue.Postpone(index);
                    }
                }
            }
#pragma warning disable CA1031 // Thrown again, on the caller's thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref unexpected, exception, null);
                stop.Cancel();
            }
        }

        void End(int index, RunOutcome outcome)
        {
            outcomes[index] = outcome;
            observer?.Ended(outcome);
        }
    }

    /// <summary>The outcome of a run that was not tried.</summary>
    private RunOutcome OutcomeOf(PlannedRun planned, RunStatus status)
        => new(planned.Run, status, planned.Iteration, Seconds: 0, Message: null, store.FolderOf(planned.Run));
}
