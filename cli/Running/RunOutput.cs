using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Running;

/// <summary>What running a plan prints: lines for people, or events for programs.</summary>
internal sealed class RunOutput(RunContext context, RunPlan plan)
{
    private readonly RunEvents? events = context.Json ? RunEvents.Standard : null;

    /// <summary>What would be run, and why.</summary>
    public void DryRun()
    {
        events?.Planned(plan, context);
        if (!context.PrintsText)
            return;
        PlannedRun[] toDo = [.. plan.ToDo];
        if (toDo.Length > 0)
        {
            Column<PlannedRun>.Print(
                "To be run",
                [
                    new("run", planned => planned.Run.ToString()),
                    new("why", planned => planned.Explanation),
                    new("about", planned => RunText.Duration(planned.Seconds)),
                ],
                toDo);
        }

        Terminal.Text.WriteLine($"{Amount()} Nothing was written.");
    }

    /// <summary>What is about to be run.</summary>
    public void Begin()
    {
        events?.Planned(plan, context);
        if (context.PrintsText)
        {
            string device = $"{context.Device.Name} ({context.Device.Description})";
            Terminal.Text.WriteLine($"{Amount()} On {device}; runs are kept in {Shown(context.Store.Root)}.");
        }
    }

    /// <summary>Calls <paramref name="work"/> with the progress display that fits.</summary>
    public IReadOnlyList<RunOutcome> Follow(Func<IRunObserver?, IReadOnlyList<RunOutcome>> work)
    {
        if (events is not null)
            return work(events);
        if (context.Quiet)
            return work(null);
        return Terminal.IsInteractive && plan.ToDo.Any() ? RunProgressDisplay.Show(plan, work) : work(new PlainRunProgress(plan));
    }

    /// <summary>What failed, and what is left to do.</summary>
    /// <param name="outcomes">How the runs ended.</param>
    /// <param name="exitCode">What the program returns.</param>
    /// <param name="isCompared">Whether any number was compared with a published one.</param>
    public void End(IReadOnlyList<RunOutcome> outcomes, int exitCode, bool isCompared)
    {
        foreach (RunOutcome outcome in outcomes.Where(outcome => outcome.Status == RunStatus.Failed))
            ErrorOutput.Write($"{outcome.Run} failed: {outcome.Message}; its log and its last good state are in {Shown(outcome.Folder)}");
        int left = outcomes.Count(
            outcome => outcome.Status is RunStatus.Interrupted or RunStatus.NotStarted or RunStatus.Elsewhere);
        if (left > 0)
        {
            int finished = outcomes.Count(outcome => outcome.Status is RunStatus.Finished or RunStatus.AlreadyDone);
            ErrorOutput.Write(
                $"interrupted: {finished} of {outcomes.Count} runs are finished. Run the same command again to resume.");
        }

        if (exitCode == ExitCode.NotReproduced)
        {
            ErrorOutput.Write(isCompared
                ? "--check: some numbers differ from the published ones by more than chance explains; see the verdicts"
                : "--check: nothing was compared: the paper has no numbers for these runs, or there is only one seed of each");
        }

        events?.Ended(outcomes, exitCode);
    }

    /// <summary>The path as it was most likely given: below the working folder without it.</summary>
    private static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>"12 of 30 runs to do, 2 at a time, about 3.1 min by speeds measured here."</summary>
    private string Amount()
    {
        PlannedRun[] toDo = [.. plan.ToDo];
        string all = plan.Runs.Count == 1 ? "1 run" : $"{plan.Runs.Count} runs";
        if (toDo.Length == 0)
            return plan.Runs.Count == 1 ? "The run is done already." : $"All {all} are done already.";
        string count = toDo.Length == plan.Runs.Count ? $"{all} to do"
            : $"{toDo.Length} of {all} to do";
        int jobs = Math.Min(context.Executor.Jobs, toDo.Length);
        string basis = toDo.Any(run => run.Basis == EstimateBasis.Assumed) ? "a guess: no such run was timed here yet"
            : toDo.Any(run => run.Basis == EstimateBasis.OtherDevices) ? "by speeds on other devices"
            : "by measured speeds";
        string atATime = toDo.Length == 1 ? "" : $", {jobs} at a time";
        return $"{count}{atATime}, about {RunText.Duration(plan.Seconds(context.Executor.Jobs))} ({basis}).";
    }
}
