using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stein.Experiments.Files;
using Stein.Experiments.Provenance;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Slurm;

namespace Stein.Cli.Running;

/// <summary>
/// <c>--json</c>: one event per line, each with <c>schema</c> and <c>event</c>: <c>planned</c>, <c>started</c>, <c>progressed</c> (a run at
/// most once a second), <c>noted</c>, <c>ended</c>, <c>reported</c>, and at last <c>finished</c> with the exit code; or <c>submitted</c>
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
    public static RunEvents Standard { get; } = new(Console.Out);

    private readonly Lock gate = new();
    private readonly Dictionary<string, long> spoken = [];

    public void Planned(RunPlan plan, RunContext context) => Write("planned", new JsonObject
    {
        ["program"] = JsonSerializer.SerializeToNode(BuildIdentity.Current, JsonFormat.Line),
        ["device"] = JsonSerializer.SerializeToNode(context.Device, JsonFormat.Line),
        ["jobs"] = context.Executor.Jobs,
        ["store"] = context.Store.Root,
        ["seconds"] = plan.Seconds(context.Executor.Jobs),
        ["runs"] = new JsonArray(
        [
            .. plan.Runs.Select(planned => new JsonObject
            {
                ["id"] = planned.Run.Id,
                ["experiment"] = planned.Run.Experiment.Name,
                ["run"] = planned.Run.Description,
                ["reason"] = JsonSerializer.SerializeToNode(planned.Reason, JsonFormat.Line),
                ["explanation"] = planned.Explanation,
                ["iteration"] = planned.Iteration,
                ["seconds"] = planned.Seconds,
            }),
        ]),
    });

    public void Started(RunConfig run, int iteration, int iterations) => Write("started", new JsonObject
    {
        ["id"] = run.Id,
        ["experiment"] = run.Experiment.Name,
        ["run"] = run.Description,
        ["iteration"] = iteration,
        ["iterations"] = iterations,
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

        Write("progressed", new JsonObject
        {
            ["id"] = run.Id,
            ["iteration"] = progress.Iteration,
            ["iterations"] = progress.Iterations,
            ["iterations_per_second"] = progress.IterationsPerSecond,
            ["metrics"] = new JsonObject(progress.Metrics.Select(
                metric => KeyValuePair.Create(metric.Name, JsonSerializer.SerializeToNode(metric.Value, JsonFormat.Line)))),
        });
    }

    public void Ended(RunOutcome outcome) => Write("ended", new JsonObject
    {
        ["id"] = outcome.Run.Id,
        ["experiment"] = outcome.Run.Experiment.Name,
        ["run"] = outcome.Run.Description,
        ["status"] = JsonSerializer.SerializeToNode(outcome.Status, JsonFormat.Line),
        ["iteration"] = outcome.Iteration,
        ["seconds"] = outcome.Seconds,
        ["message"] = outcome.Message,
        ["folder"] = outcome.Folder,
    });

    public void Noted(RunConfig run, string message) => Write("noted", new JsonObject { ["id"] = run.Id, ["message"] = message });

    public void Report(ReportPart part, ReportOutcome outcome)
    {
        var content = new JsonObject
        {
            ["experiment"] = part.Experiment.Name,
            ["scale"] = JsonSerializer.SerializeToNode(part.Scale, JsonFormat.Line),
            ["folder"] = part.Folder,
            ["finished"] = outcome.Finished,
            ["expected"] = outcome.Expected,
            ["deviations"] = JsonSerializer.SerializeToNode(outcome.Deviations, JsonFormat.Line),
            ["comparisons"] = JsonSerializer.SerializeToNode(outcome.Comparisons, JsonFormat.Line),
            ["files"] = JsonSerializer.SerializeToNode(outcome.Files, JsonFormat.Line),
        };
        foreach ((string key, JsonNode? value) in outcome.Data)
            content[key] = value?.DeepClone();
        Write("reported", content);
    }

    public void Submitted(int runsToDo, SlurmSubmission? submission, SlurmJobs? jobs) => Write("submitted", new JsonObject
    {
        ["runs"] = runsToDo,
        ["script"] = submission?.SubmitScript,
        ["logs"] = submission?.LogFolder,
        ["jobs"] = JsonSerializer.SerializeToNode(jobs, JsonFormat.Line),
    });

    public void Ended(IReadOnlyList<RunOutcome> outcomes, int exitCode) => Write("finished", new JsonObject
    {
        ["statuses"] = new JsonObject(outcomes.GroupBy(outcome => outcome.Status).OrderBy(group => group.Key).Select(
            group => KeyValuePair.Create(JsonNamingPolicy.KebabCaseLower.ConvertName($"{group.Key}"), (JsonNode?)group.Count()))),
        ["exit_code"] = exitCode,
    });

    private void Write(string name, JsonObject content)
    {
        var line = new JsonObject { ["schema"] = Schema, ["event"] = name };
        foreach ((string key, JsonNode? value) in content.ToArray())
        {
            content.Remove(key);
            line[key] = value;
        }

        lock (gate)
            output.WriteLine(line.ToJsonString(JsonFormat.Line));
    }
}
