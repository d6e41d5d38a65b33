using System.Collections.Concurrent;
using Spectre.Console;
using Spectre.Console.Rendering;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Output;

/// <summary>On a terminal: a bar for the plan and a line for each active run, drawn in place; finished runs scroll up above them.</summary>
internal sealed class RunProgressDisplay : IRunObserver
{
    private readonly ProgressContext context;
    private readonly PlanProgress progress;
    private readonly ConcurrentDictionary<RunConfig, ProgressTask> active = new();
    private readonly ProgressTask whole;

    private RunProgressDisplay(ProgressContext context, RunPlan plan)
    {
        this.context = context;
        progress = new(plan);
        whole = context.AddTask("all runs", maxValue: 1);
    }

    /// <summary>Runs <paramref name="work"/> with the display.</summary>
    public static T Show<T>(RunPlan plan, Func<IRunObserver, T> work)
    {
        const int Bar = 20;
        const int Percentage = 4;
        const int Remaining = 8;
        // A bar only where the numbers leave room for it.
        ProgressColumn[] bar = Terminal.Error.Profile.Width >= 130 ? [new ProgressBarColumn { Width = Bar }] : [];
        int description = plan.ToDo.Max(planned => planned.Run.Description.Length);
        int room = Terminal.Error.Profile.Width - description - (bar.Length * (Bar + 1)) - Percentage - Remaining - 4;
        return Terminal.Draw(() => Terminal.Error.Progress()
            .AutoClear(true)
            .Columns(
                [
                    new TaskDescriptionColumn { Alignment = Justify.Left },
                    .. bar,
                    new PercentageColumn(),
                    new RemainingTimeColumn(),
                    new NumbersColumn(Math.Max(room, 12)),
                ])
            .Start(context => work(new RunProgressDisplay(context, plan))));
    }

    public void Started(RunConfig run, int iteration, int iterations)
    {
        ProgressTask task = context.AddTask(Markup.Escape(run.Description), maxValue: Math.Max(1, iterations));
        task.Value = Math.Min(iteration, task.MaxValue - 0.5);
        active[run] = task;
    }

    public void Progressed(RunConfig run, RunProgress state)
    {
        ProgressTask task = active[run];
        task.Tag = state;
        task.Value = Math.Min(state.Iteration, task.MaxValue - 0.5);
        if (progress.Has(run))
        {
            progress.Advance(run, state);
            whole.Value = progress.Share();
        }
    }

    public void Ended(RunOutcome outcome)
    {
        if (active.TryRemove(outcome.Run, out ProgressTask? task))
        {
            task.StopTask();
            context.RemoveTask(task);
        }

        if (!progress.Has(outcome.Run))
            return;
        (int number, string status) = progress.End(outcome.Run);
        whole.Value = progress.Share();
        Terminal.Error.WriteLine($"[{number}/{progress.Count}] {RunText.Ending(outcome, status)}");
    }

    public void Noted(RunConfig run, string message) => Terminal.Error.WriteLine($"{run.Description}: {message}");

    /// <summary>
    /// Iterations, iterations per second and status, cut off where there is no room: a line that wraps is unreadable.
    /// </summary>
    private sealed class NumbersColumn(int room) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            string text = task.Tag is RunProgress progress
                ? $"{progress.Iteration}/{progress.Iterations}, {RunText.Rate(progress)}, {progress.Status}"
                : "";
            return new Text(text.Length <= room ? text : $"{text[..(room - 1)]}…");
        }
    }
}
