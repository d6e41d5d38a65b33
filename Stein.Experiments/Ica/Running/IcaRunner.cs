using System.Collections.Concurrent;
using System.Diagnostics;
using Stein.Engine.Devices;

namespace Stein.Experiments.Ica;

/// <summary>
/// Runs a plan side by side. Every run has a device and a thread of its own and shares nothing that it writes to, so that the numbers
/// are the same, to the last bit, for any number of jobs.
/// </summary>
public sealed class IcaRunner
{
    private static readonly long ObservationTicks = Stopwatch.Frequency / 8;

    private readonly Func<Device> createDevice;
    private readonly int jobs;
    private readonly IIcaObserver? observer;

    /// <param name="createDevice">Makes the device of a run; called once per run, by the thread that runs it.</param>
    /// <param name="jobs">Runs at a time, at least one.</param>
    /// <param name="observer">Is told how the runs get on.</param>
    public IcaRunner(Func<Device> createDevice, int jobs, IIcaObserver? observer = null)
    {
        ArgumentNullException.ThrowIfNull(createDevice);
        ArgumentOutOfRangeException.ThrowIfLessThan(jobs, 1);
        this.createDevice = createDevice;
        this.jobs = jobs;
        this.observer = observer;
    }

    /// <summary>
    /// Runs everything; one run that fails does not stop the others. A cancelled plan stops each run after its present iteration.
    /// </summary>
    /// <returns>The outcomes in the order of the plan.</returns>
    /// <exception cref="InvalidSettingException">A run of the plan has settings that cannot be run; nothing was run.</exception>
    public IReadOnlyList<IcaRunOutcome> Run(IReadOnlyList<IcaSettings> plan, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        foreach (IcaSettings settings in plan)
            settings.Validate();
        var outcomes = new IcaRunOutcome[plan.Count];
        var problems = new SharedProblems();
        // Longest first: a long run that starts last would run alone while the other cores idle.
        int[] order = [.. Enumerable.Range(0, plan.Count).OrderByDescending(index => IcaOperations.OfRun(plan[index]))];
        Parallel.ForEach(
            Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = jobs },
            index =>
            {
                IcaSettings settings = plan[index];
                if (cancellation.IsCancellationRequested)
                {
                    outcomes[index] = new IcaRunOutcome(settings, IcaRunStatus.NotStarted);
                }
                else
                {
                    observer?.Started(index, settings);
                    outcomes[index] = RunOne(index, settings, problems, cancellation);
                    observer?.Ended(index, outcomes[index]);
                }
            });
        return outcomes;
    }

    private IcaRunOutcome RunOne(int index, IcaSettings settings, SharedProblems problems, CancellationToken cancellation)
    {
        IcaCurveRecorder? recorder = null;
        try
        {
            using ProblemLease lease = problems.Lease(settings);
            IcaProblem problem = lease.Problem;
            using Device device = createDevice();
            long start = Stopwatch.GetTimestamp();
            var training = new IcaTraining(device, settings, problem);
            recorder = new IcaCurveRecorder(settings, problem, training);
            recorder.Record();
            Train(index, training, recorder, settings, cancellation);
            if (training.Iteration < training.Iterations)
                return recorder.Outcome(IcaRunStatus.Interrupted);
            return recorder.Finish(Stopwatch.GetElapsedTime(start));
        }
        catch (TrainingDivergedException exception)
        {
            return Failure(IcaRunStatus.Diverged, exception.Reason);
        }
#pragma warning disable CA1031 // Whatever stops one run (memory, a lost GPU, a bug) is reported with it; the other runs go on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Failure(IcaRunStatus.Failed, exception.Message);
        }

        IcaRunOutcome Failure(IcaRunStatus status, string message)
            => (recorder?.Outcome(status) ?? new IcaRunOutcome(settings, status)) with { Message = message };
    }

    private void Train(
        int index, IcaTraining training, IcaCurveRecorder recorder, IcaSettings settings, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        long observed = 0;
        while (training.Iteration < training.Iterations && !cancellation.IsCancellationRequested)
        {
            training.Step();
            bool last = training.Iteration == training.Iterations;
            if (last || training.Iteration % settings.EvaluateEvery == 0)
                recorder.Record();
            long now = Stopwatch.GetTimestamp();
            if (observer is not null && (last || now - observed >= ObservationTicks))
            {
                observed = now;
                double rate = training.Iteration / Stopwatch.GetElapsedTime(start, now).TotalSeconds;
                observer.Progressed(index, recorder.Progress(rate));
            }
        }
    }
}
