using System.CommandLine;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary><c>stein report</c>: tables and figures of what is in the store, at any time.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        IReadOnlyList<Selection> selections = Selection.All();
        var all = new Option<bool>("--all") { Description = "every experiment; the same as naming none" };
        var options = new Options(ReportFolder.HelpForAll);
        var command = new CommandWithExamples(
            "report",
            "Makes tables and figures from the finished runs in the store, even while others are under way (\"3 of 5 seeds\").",
            new Example("stein report", "of every experiment"),
            new Example("stein report ica --dims 10,20 --out part", "of part of the ICA table, into the folder part"),
            new Example("stein report --quick --store /shared/runs", "of the reduced grids, from another store"))
        {
            all,
        };
        options.AddTo(command);
        foreach (Selection selection in selections)
            command.Subcommands.Add(Subcommand(selection));
        command.SetAction(parsed => options.Write(parsed, (scale, precision, folder) =>
        [
            .. from selection in selections
               let name = selection.Experiment.Name
               select new ReportPart(
                   selection.Experiment,
                   selection.Experiment.Grid(scale, precision),
                   scale,
                   folder is null ? ReportFolder.Of(name, scale) : Path.Combine(folder, name)),
        ]));
        return command;
    }

    private static CommandWithExamples Subcommand(Selection selection)
    {
        Experiment experiment = selection.Experiment;
        var options = new Options(ReportFolder.Help(experiment.Name));
        var command = new CommandWithExamples(
            experiment.Name, $"{experiment.Title} ({experiment.Source}).", [.. selection.Examples("report")]);
        selection.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed => options.Write(
            parsed,
            (scale, precision, folder) =>
            [
                new(
                    experiment,
                    selection.Plan(parsed, scale, precision),
                    scale,
                    folder ?? ReportFolder.Of(experiment.Name, scale, selection.Words(parsed))),
            ]));
        return command;
    }

    private sealed class Options(string folderHelp)
    {
        private readonly GridOptions grid = new();
        private readonly StoreOption store = new();
        private readonly Option<string> precision =
            Values.Choice("--precision", "of the runs; double is what --device double computes in", ["single", "double"], "single");

        private readonly Option<string> folder = new("--out") { Description = folderHelp, HelpName = "folder" };
        private readonly Option<bool> json = new("--json") { Description = "events on standard output, one line of JSON each" };
        private readonly Option<bool> quiet = new("--quiet", "-q") { Description = "no tables; errors only" };

        public void AddTo(Command command)
        {
            grid.AddTo(command);
            foreach (Option option in (Option[])[store.Option, precision, folder, json, quiet])
                command.Options.Add(option);
        }

        public int Write(ParseResult parsed, Func<GridScale, Precision, string?, IReadOnlyList<ReportPart>> parts)
        {
            RunStore runs = store.Read(parsed);
            Precision chosen = parsed.GetRequiredValue(precision) == "double" ? Precision.Double : Precision.Single;
            var printer = new ReportOutput(parsed.GetValue(json), parsed.GetValue(quiet));
            var reports = new List<(ReportPart Part, ReportOutcome Outcome)>();
            foreach (ReportPart part in parts(grid.Read(parsed), chosen, parsed.GetValue(folder)))
            {
                if (part.Plan.Any(run => runs.Find(run) is not null))
                    OutputFolder.Require(("--out", part.Folder));
                reports.Add((part, part.Write(runs)));
                printer.Write(part, reports[^1].Outcome);
            }

            if (reports.Count > 1)
                printer.Summary(reports);
            return ExitCode.Success;
        }
    }
}
