using System.Text.Json;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Commands;

/// <summary><c>stein list</c>: every experiment, and what it costs.</summary>
internal static class ListCommand
{
    public static Command Create(ExperimentCatalog catalog)
    {
        Argument<string[]> names = catalog.Argument("experiments or groups [default: all]", ArgumentArity.ZeroOrMore);
        var store = new StoreOption();
        Option<bool> json = Values.Flag("--json", "JSON on standard output, and nothing else there");
        var command = new CommandWithExamples(
            "list",
            "Lists the experiments with the number of their runs and what they cost, estimated from the finished runs in the store.",
            new Example("stein list", "the table"),
            new Example("stein list --json", "the same for programs"))
        {
            names,
            store.Option,
            json,
        };
        command.SetAction(parsed =>
        {
            RunStore runs = store.ReadExisting(parsed);
            Row[] rows =
            [
                .. from experiment in parsed.GetValue(names) is { Length: > 0 } given ? catalog.Find(given) : catalog.All
                   from scale in new[] { GridScale.Paper, GridScale.Quick }
                   select Describe(experiment, scale, runs),
            ];
            if (parsed.GetValue(json))
                Console.Out.WriteLine(JsonSerializer.Serialize(rows, JsonFormat.Line));
            else
                Print(rows);
            return ExitCode.Success;
        });
        return command;
    }

    private static Row Describe(Experiment experiment, GridScale scale, RunStore store)
    {
        IReadOnlyList<RunConfig> grid = experiment.Grid(scale);
        var speeds = new SpeedTable(store.List(experiment), null);
        (double Seconds, EstimateBasis Basis)[] estimates = [.. grid.Select(speeds.Estimate)];
        return new Row(
            experiment.Name,
            scale,
            experiment.Title,
            experiment.Source,
            grid.Count,
            estimates.Sum(estimate => estimate.Seconds),
            estimates.All(estimate => estimate.Basis != EstimateBasis.Assumed));
    }

    private static void Print(Row[] rows)
    {
        Column<Row>.Print(
            "Experiments",
            [
                new("experiment", row => row.Name),
                new("grid", row => row.Grid.ToString().ToLowerInvariant()),
                new("runs", row => $"{row.Runs}"),
                new("one core", row => RunText.Duration(row.Seconds) + (row.IsMeasured ? "" : " (guess)")),
            ],
            rows);
        foreach (Row row in rows.DistinctBy(row => row.Name))
            Terminal.Text.WriteLine($"{row.Name}: {row.Title} ({row.Source}).");
    }

    /// <param name="Grid">One of its grids.</param>
    /// <param name="Title">What it is.</param>
    /// <param name="Runs">Runs of the grid.</param>
    /// <param name="Seconds">The time of all runs, one after another.</param>
    /// <param name="IsMeasured">Whether that comes from finished runs.</param>
    private sealed record Row(string Name, GridScale Grid, string Title, string Source, int Runs, double Seconds, bool IsMeasured);
}
