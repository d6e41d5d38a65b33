using System.Text.Json;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Commands;

/// <summary><c>stein status</c>: what is in the store.</summary>
internal static class StatusCommand
{
    public static Command Create(ExperimentCatalog catalog)
    {
        Argument<string[]> names = catalog.Argument("experiments or groups [default: all]", ArgumentArity.ZeroOrMore);
        var store = new StoreOption();
        Option<bool> json = Values.Flag("--json", "JSON on standard output, and nothing else there");
        var command = new CommandWithExamples(
            "status",
            "Shows the progress of all runs, including those other processes are working on. Changes nothing.",
            new Example("stein status", "the default store"),
            new Example("stein status --store /shared/runs --json", "another store, for programs"))
        {
            names,
            store.Option,
            json,
        };
        command.SetAction(parsed =>
        {
            RunStore runs = store.ReadExisting(parsed);
            IReadOnlyList<Experiment> experiments = parsed.GetValue(names) is { Length: > 0 } given ? catalog.Find(given) : catalog.All;
            Row[] rows = [.. experiments.SelectMany(experiment => Rows(experiment, runs))];
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(rows, JsonFormat.Line));
            else
                Print(rows, runs);
            return rows.Any(row => row.Unreadable > 0) ? ExitCode.Failure : ExitCode.Success;
        });
        return command;
    }

    private static IEnumerable<Row> Rows(Experiment experiment, RunStore store)
    {
        var known = new HashSet<RunConfig>();
        foreach (GridScale scale in new[] { GridScale.Paper, GridScale.Quick })
        {
            IReadOnlyList<RunConfig> grid = experiment.Grid(scale);
            known.UnionWith(grid);
            yield return Summarise(experiment, scale.ToString().ToLowerInvariant(), grid, store);
        }

        RunConfig[] others = [.. store.Begun(experiment).Where(run => !known.Contains(run))];
        HashSet<string> folders = [.. known.Select(store.FolderOf)];
        RunLine[] unreadable =
        [
            .. from entry in store.Unreadable(experiment)
               where !folders.Contains(entry.Folder)
               let id = Path.GetFileName(entry.Folder)
               select new RunLine(id, $"{experiment.Name}/{id}", $"unreadable: {entry.Problem}"),
        ];
        if (others.Length + unreadable.Length > 0)
        {
            Row row = Summarise(experiment, "other", others, store);
            yield return row with { Unreadable = unreadable.Length, Lines = [.. row.Lines, .. unreadable] };
        }
    }

    private static Row Summarise(Experiment experiment, string grid, IReadOnlyList<RunConfig> runs, RunStore store)
    {
        RunPlan plan = new RunPlanner(store).Plan(runs);
        int Count(params RunReason[] reasons) => plan.Runs.Count(planned => reasons.Contains(planned.Reason));
        return new Row(
            experiment.Name,
            grid,
            plan.Runs.Count,
            Count(RunReason.Done),
            Count(RunReason.Elsewhere),
            Count(RunReason.Interrupted),
            Count(RunReason.Failed),
            Count(RunReason.Damaged),
            Count(RunReason.New, RunReason.Changed),
            0,
            plan.Seconds(1),
            [
                .. plan.Runs.Where(planned => planned.Reason is not (RunReason.Done or RunReason.New or RunReason.Changed))
                    .Select(planned => new RunLine(planned.Run.Id, planned.Run.Description, planned.Explanation)),
            ]);
    }

    private static void Print(Row[] rows, RunStore store)
    {
        Column<Row>.Print(
            $"Runs in {store.Root}",
            [
                new("experiment", row => row.Experiment),
                new("grid", row => row.Grid),
                new("done", row => $"{row.Done} of {row.Runs}"),
                new("running", row => $"{row.Running}"),
                new("interrupted", row => $"{row.Interrupted}"),
                new("failed", row => $"{row.Failed}"),
                new("damaged", row => $"{row.Damaged}"),
                new("unreadable", row => $"{row.Unreadable}"),
                new("to begin", row => $"{row.ToBegin}"),
                new("left,\none core", row => row.Seconds == 0 ? "" : RunText.Duration(row.Seconds)),
            ],
            rows,
            keys: 2);
        foreach (RunLine run in rows.SelectMany(row => row.Lines))
            Terminal.Text.WriteLine($"{run.Run}: {run.Status}");
        if (!Directory.Exists(store.Root))
            Terminal.Text.WriteLine("There are no runs yet.");
    }

    private sealed record Row(
        string Experiment,
        string Grid,
        int Runs,
        int Done,
        int Running,
        int Interrupted,
        int Failed,
        int Damaged,
        int ToBegin,
        int Unreadable,
        double Seconds,
        IReadOnlyList<RunLine> Lines);

    private sealed record RunLine(string Id, string Run, string Status);
}
