using System.Text.Json;
using Stein.Engine.Devices;
using Stein.Experiments.Ica;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;

namespace Stein.Cli;

/// <summary>Runs a plan with progress, writes what came of it, and prints it: what <c>ica</c> and <c>reproduce ica</c> share.</summary>
internal static class IcaExecution
{
    /// <param name="plan">The runs.</param>
    /// <param name="context">Where and how to run.</param>
    /// <param name="writeUnmixing">Whether the trained matrices are written.</param>
    /// <param name="interruption">Stops the runs.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<IcaSettings> plan, RunContext context, bool writeUnmixing, Interruption interruption)
    {
        OutputFolder.Require(context.Folder);
        string[] deviations = [.. plan.SelectMany(IcaProtocol.Deviations).Distinct()];
        // The verdict takes the runs of a row as independent draws of the matrices: several draws of data on one matrix are not.
        bool comparePaper = deviations.Length == 0 && plan.All(settings => settings.DataSeed is null);
        if (context.PrintsText)
            PrintPlan(plan, context, deviations);
        DateTimeOffset started = DateTimeOffset.Now;
        IReadOnlyList<IcaRunOutcome> outcomes = Train(plan, context, interruption.Token);
        double seconds = (DateTimeOffset.Now - started).TotalSeconds;

        List<string> files = [.. IcaRunFiles.Write(context.Folder, outcomes, comparePaper, writeUnmixing)];
        files.Add(IcaProvenance.Write(
            context.Folder, outcomes, new DeviceIdentity(context.Device, context.DeviceDescription), context.Jobs, started, seconds));
        int failures = outcomes.Count(outcome => outcome.IsFailure);
        int unfinished = outcomes.Count(outcome => outcome.Status is IcaRunStatus.Interrupted or IcaRunStatus.NotStarted);
        int exitCode = unfinished > 0 ? interruption.ExitCode : failures > 0 ? ExitCode.Failure : ExitCode.Success;
        if (context.Json)
        {
            var json = IcaJson.Of(outcomes, deviations, comparePaper, files, exitCode);
            Console.Out.WriteLine(JsonSerializer.Serialize(json, JsonFormat.Line));
        }
        else if (!context.Quiet)
        {
            PrintResults(outcomes, comparePaper, context.Folder, files.Count);
        }

        foreach (IcaRunOutcome outcome in outcomes.Where(outcome => outcome.IsFailure))
            ErrorOutput.Write(FailureText(outcome, context.Folder));
        int finished = outcomes.Count - unfinished - failures;
        if (unfinished > 0)
            ErrorOutput.Write($"interrupted: {finished} of {outcomes.Count} runs are finished and written to {context.Folder}");
        return exitCode;
    }

    private static IReadOnlyList<IcaRunOutcome> Train(IReadOnlyList<IcaSettings> plan, RunContext context, CancellationToken cancellation)
    {
        if (context.Quiet)
            return Start(null);
        return Terminal.IsInteractive ? IcaProgressDisplay.Show(plan, Start) : Start(new IcaPlainProgress(plan));

        IReadOnlyList<IcaRunOutcome> Start(IIcaObserver? observer)
            => new IcaRunner(() => DeviceCatalog.Create(context.Device), context.Jobs, observer).Run(plan, cancellation);
    }

    private static void PrintPlan(IReadOnlyList<IcaSettings> plan, RunContext context, string[] deviations)
    {
        string protocol = deviations.Length == 0 ? "the paper's protocol" : $"the paper's protocol except {string.Join(", ", deviations)}";
        string runs = plan.Count == 1 ? "1 run" : $"{plan.Count} runs, {Math.Min(context.Jobs, plan.Count)} at a time";
        Terminal.Output.Profile.Out.Writer.WriteLine($"ICA: {runs} on {context.Device} ({context.DeviceDescription}); {protocol}.");
    }

    private static void PrintResults(IReadOnlyList<IcaRunOutcome> outcomes, bool comparePaper, string folder, int files)
    {
        if (outcomes.Any(outcome => outcome.Run is not null))
            IcaTables.Print(outcomes, comparePaper, IcaRunFiles.SeedsExpected(outcomes));
        Terminal.Output.Profile.Out.Writer.WriteLine($"{files} files (tables, curves, figures, provenance) are in {folder}");
    }

    private static string FailureText(IcaRunOutcome outcome, string folder)
    {
        string path = Path.Combine(folder, IcaRunFiles.UnmixingName(outcome));
        string where = outcome.Unmixing is null
            ? "there is no earlier state to keep"
            : $"the last good state, of iteration {outcome.UnmixingIteration}, is in {path}";
        return $"{RunText.Name(outcome.Settings)} failed: {outcome.Message}; {where}";
    }
}
