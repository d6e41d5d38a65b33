using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Stein.Experiments.Runs.Slurm;

namespace Stein.Cli.Running;

/// <summary>
/// <c>--json</c>: one event per line, each with <c>schema</c> and <c>event</c>: <c>planned</c>, <c>started</c>, <c>progressed</c> (a run at
/// most once a second), <c>noted</c>, <c>ended</c>, <c>reported</c>, and finally <c>finished</c> with the exit code; or <c>submitted</c>
/// where a cluster is to run it. The rows of tables in <c>reported</c> have the names of the columns in the report's CSV files as keys.
/// </summary>
/// <remarks>
/// The version of the schema changes when a field changes its meaning or goes; fields may be added. Version 2: in version 1, the keys of
/// rows were names of their own.
/// </remarks>
internal sealed class RunEvents(TextWriter output) : IRunObserver
{
    private const string Schema = "stein.events/2";

    /// <summary>On standard output.</summary>
    public static RunEvents Standard => new(Console.Out);

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> spoken = [];

    public void Planned(RunPlan plan, RunContext context) => Write("planned", new
    {
        Program = BuildIdentity.Current,
        context.Device,
        context.Executor.Jobs,
        Store = context.Store.Root,
        Seconds = plan.Seconds(context.Executor.Jobs),
        Runs = plan.Runs.Select(planned => new
        {
            planned.Run.Id,
            Experiment = planned.Run.Experiment.Name,
            Run = planned.Run.Description,
            planned.Reason,
            planned.Explanation,
            planned.Iteration,
            planned.Seconds,
        }),
    });

    public void Started(RunConfig run, int iteration, int iterations) => Write("started", new
    {
        run.Id,
        Experiment = run.Experiment.Name,
        Run = run.Description,
        Iteration = iteration,
        Iterations = iterations,
    });

    public void Progressed(RunConfig run, RunProgress progress)
    {
        lock (gate)
        {
            long now = Stopwatch.GetTimestamp();
            if (spoken.TryGetValue(run.Id, out long last) && now - last < Stopwatch.Frequency)
                return;
            spoken[run.Id] = now;
        }

        Write("progressed", new
        {
            run.Id,
            progress.Iteration,
            progress.Iterations,
            progress.IterationsPerSecond,
            Metrics = progress.Metrics.ToDictionary(metric => metric.Name, metric => metric.Value),
        });
    }

    public void Ended(RunOutcome outcome) => Write("ended", new
    {
        outcome.Run.Id,
        Experiment = outcome.Run.Experiment.Name,
        Run = outcome.Run.Description,
        outcome.Status,
        outcome.Iteration,
        outcome.Seconds,
        outcome.Message,
        outcome.Folder,
    });

    public void Noted(RunConfig run, string message) => Write("noted", new { run.Id, Message = message });

    public void Report(ReportPart part, ReportOutcome outcome)
    {
        var content = new
        {
            Experiment = part.Experiment.Name,
            part.Scale,
            part.Folder,
            outcome.Finished,
            outcome.Expected,
            outcome.Deviations,
            outcome.Comparisons,
            outcome.Files,
        };
        Write("reported", content, outcome.Data);
    }

    public void Page(string file, Page? page)
        => Write("page", new { File = Path.GetFullPath(file), Experiments = page?.Parts.Select(part => part.Name) ?? [] });

    public void Submitted(int runsToDo, SlurmSubmission? submission, SlurmJobs? jobs)
        => Write("submitted", new { Runs = runsToDo, Script = submission?.SubmitScript, Logs = submission?.LogFolder, Jobs = jobs });

    public void Ended(IReadOnlyList<RunOutcome> outcomes, int exitCode) => Write("finished", new
    {
        Statuses = outcomes.GroupBy(outcome => outcome.Status).OrderBy(group => group.Key).ToDictionary(
            group => JsonNamingPolicy.KebabCaseLower.ConvertName($"{group.Key}"), group => group.Count()),
        ExitCode = exitCode,
    });

    private void Write(string name, object content, JsonObject? rows = null)
    {
        var line = new JsonObject { ["schema"] = Schema, ["event"] = name };
        JsonObject members = JsonSerializer.SerializeToNode(content, JsonFormat.Line)!.AsObject();
        foreach ((string key, JsonNode? value) in members.Concat(rows ?? []))
            line[key] = value?.DeepClone();
        lock (gate)
            output.WriteLine(line.ToJsonString(JsonFormat.Line));
    }
}
