using Stein.Engine.Devices.Discovery;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Running;

/// <summary>
/// Runs a plan with progress, writes the reports, and says how it ended: what experiments, <c>run</c> and
/// <c>reproduce</c> share.
/// </summary>
/// <param name="context">Where and how to run.</param>
/// <param name="interruption">Stops the runs.</param>
internal sealed class PlanExecution(RunContext context, Interruption interruption)
{
    /// <param name="shard">The part of all runs to do; without a report then, since it would be one of a part.</param>
    /// <param name="check">Whether a number that is not the published one is a failure.</param>
    /// <param name="summarise">Whether a table with one row per experiment ends it, even for a single one.</param>
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
        var reports = new List<(ReportPart Part, ReportOutcome Outcome)>();
        bool isWritten = TryWrite(shard is null ? parts : [], reports);
        int exitCode = CodeOf(outcomes, isWritten, check ? [.. reports.SelectMany(report => report.Outcome.Comparisons)] : null);
        var printer = new ReportOutput(context.Json, context.Quiet);
        foreach ((ReportPart part, ReportOutcome outcome) in reports)
            printer.Write(part, outcome);
        if (reports.Count > 1 || (summarise && reports.Count > 0))
            printer.Summary(reports);
        output.End(outcomes, exitCode, reports.Any(report => report.Outcome.Comparisons.Count > 0));
        return exitCode;
    }

    /// <summary>Writes reports. Where one cannot be written, what failed or is left to do is still to be said.</summary>
    private bool TryWrite(IReadOnlyList<ReportPart> parts, List<(ReportPart Part, ReportOutcome Outcome)> reports)
    {
        foreach (ReportPart part in parts)
        {
            try
            {
                reports.Add((part, part.Write(context.Store)));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                ErrorOutput.Write(
                    $"cannot write the report to {part.Folder}: {exception.Message} The runs are kept: make room, and run stein report");
                return false;
            }
        }

        return true;
    }

    private int CodeOf(IReadOnlyList<RunOutcome> outcomes, bool isWritten, IReadOnlyList<PublishedComparison>? compared)
    {
        if (!isWritten || outcomes.Any(outcome => outcome.Status == RunStatus.Failed))
            return interruption.Token.IsCancellationRequested ? interruption.ExitCode : ExitCode.Failure;
        if (outcomes.Any(outcome => outcome.Status is not (RunStatus.Finished or RunStatus.AlreadyDone)))
            return interruption.ExitCode;
        // A check that had nothing to compare has shown nothing.
        bool isReproduced = compared is null || (compared.Count > 0 && compared.All(comparison => comparison.Reproduced));
        return isReproduced ? ExitCode.Success : ExitCode.NotReproduced;
    }
}
