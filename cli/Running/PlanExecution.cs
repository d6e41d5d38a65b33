using Stein.Engine.Devices;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>
/// Runs what is to be run, with progress, writes the reports, and says how it ended: what <c>ica</c>, <c>run</c> and <c>reproduce</c>
/// share.
/// </summary>
/// <param name="context">Where and how to run.</param>
/// <param name="interruption">Stops the runs.</param>
internal sealed class PlanExecution(RunContext context, Interruption interruption)
{
    /// <param name="parts">The experiments.</param>
    /// <param name="shard">The part of all runs to do; without a report then, since it would be one of a part.</param>
    /// <param name="check">Whether a number that is not the published one is a failure.</param>
    /// <param name="summarise">Whether a table with a line for each experiment ends it, even if there is one only.</param>
    /// <returns>The exit code.</returns>
    public int Run(IReadOnlyList<ReportPart> parts, Shard? shard = null, bool check = false, bool summarise = false)
    {
        IEnumerable<RunConfig> runs = parts.SelectMany(part => part.Plan);
        RunPlan plan = new RunPlanner(context.Store, context.Device).Plan(shard is null ? runs : shard.Of(runs), context.Force);
        var output = new RunOutput(context, plan);
        if (context.DryRun)
        {
            output.DryRun();
            return ExitCode.Success;
        }

        OutputFolder.Require(
            [("--store", context.Store.Root), .. shard is null ? parts.Select(part => ("--out", part.Folder)) : []]);

        output.Begin();
        IReadOnlyList<RunOutcome> outcomes = output.Follow(
            observer => new RunExecutor(context.Store, () => DeviceCatalog.Create(context.Device.Name), context.Executor, observer)
                .Run(plan, interruption.Token));
        (ReportPart Part, ReportOutcome Outcome)[] reports =
            shard is null ? [.. parts.Select(part => (part, part.Write(context.Store)))] : [];
        int exitCode = CodeOf(outcomes, check ? [.. reports.Select(report => report.Outcome)] : []);
        var printer = new ReportOutput(context.Json, context.Quiet);
        foreach ((ReportPart part, ReportOutcome outcome) in reports)
            printer.Write(part, outcome);
        if (reports.Length > 1 || (summarise && reports.Length > 0))
            printer.Summary(reports);
        output.End(outcomes, exitCode, reports.Any(report => report.Outcome.Comparisons.Count > 0));
        return exitCode;
    }

    private int CodeOf(IReadOnlyList<RunOutcome> outcomes, IReadOnlyList<ReportOutcome> compared)
    {
        if (outcomes.Any(outcome => outcome.Status == RunStatus.Failed))
            return interruption.Token.IsCancellationRequested ? interruption.ExitCode : ExitCode.Failure;
        if (outcomes.Any(outcome => outcome.Status is not (RunStatus.Finished or RunStatus.AlreadyDone)))
            return interruption.ExitCode;
        if (compared.Count == 0)
            return ExitCode.Success;
        // A check that compared nothing has shown nothing.
        PublishedComparison[] comparisons = [.. compared.SelectMany(report => report.Comparisons)];
        return comparisons.Length > 0 && comparisons.All(comparison => comparison.Reproduced) ? ExitCode.Success : ExitCode.NotReproduced;
    }
}
