using System.Collections.Concurrent;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;
using Stein.Experiments.Ica;
using Stein.Experiments.Reports;

namespace Stein.Cli;

/// <summary>On a terminal: a bar for the plan and a line for each active run, drawn in place; finished runs scroll up above them.</summary>
internal sealed class IcaProgressDisplay(ProgressContext context, IReadOnlyList<IcaSettings> plan) : IIcaObserver
{
    private readonly ConcurrentDictionary<int, ProgressTask> active = new();
    private readonly ConcurrentDictionary<int, double> done = new();
    private readonly double total = plan.Sum(IcaOperations.OfRun);
    private readonly ProgressTask whole = context.AddTask("all runs", maxValue: 1);
    private int ended;

    /// <summary>Runs <paramref name="work"/> with the display.</summary>
    public static T Show<T>(IReadOnlyList<IcaSettings> plan, Func<IIcaObserver, T> work)
    {
        // A bar only where the numbers leave room for it: a line that wraps is unreadable.
        ProgressColumn[] bar = Terminal.Error.Profile.Width >= 110 ? [new ProgressBarColumn { Width = 20 }] : [];
        return Terminal.Error.Progress()
            .AutoClear(true)
            .Columns(
                [
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    .. bar,
                    new PercentageColumn(),
                    new RemainingTimeColumn(),
                    new NumbersColumn(),
                ])
            .Start(context => work(new IcaProgressDisplay(context, plan)));
    }

    public void Started(int index, IcaSettings settings) =>
        active[index] = context.AddTask(Markup.Escape(RunText.Name(settings)), maxValue: Math.Max(1, settings.Iterations));

    public void Progressed(int index, IcaProgress progress)
    {
        ProgressTask task = active[index];
        task.Tag = progress;
        task.Value = Math.Min(progress.Iteration, task.MaxValue - 0.5);
        SetDone(index, progress.Iteration / (double)progress.Iterations);
    }

    public void Ended(int index, IcaRunOutcome outcome)
    {
        SetDone(index, 1);
        if (active.TryRemove(index, out ProgressTask? task))
        {
            task.StopTask();
            context.RemoveTask(task);
        }

        Terminal.Error.WriteLine(RunText.Ending(outcome, Interlocked.Increment(ref ended), plan.Count));
    }

    /// <summary>The bar counts operations, not runs: its estimate of the remaining time then holds for a mixed plan too.</summary>
    private void SetDone(int index, double share)
    {
        done[index] = share * IcaOperations.OfRun(plan[index]) / Math.Max(total, 1);
        whole.Value = Math.Min(done.Values.Sum(), 1);
    }

    /// <summary>Iterations per second, and the test log-likelihood beside the oracle's.</summary>
    private sealed class NumbersColumn : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var progress = task.Tag as IcaProgress;
            return new Text(progress is null ? "" : string.Create(
                CultureInfo.InvariantCulture,
                $"{RunText.Rate(progress)} {NumberText.Fixed(progress.TestLogLikelihood)} (oracle {NumberText.Fixed(progress.Oracle)})"));
        }
    }
}
