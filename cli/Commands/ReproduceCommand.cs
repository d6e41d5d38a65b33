using System.CommandLine;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary><c>stein reproduce</c>: published experiments, held against the published numbers.</summary>
internal static class ReproduceCommand
{
    public static Command Create(Interruption interruption)
    {
        IReadOnlyList<Selection> selections = Selection.All();
        var all = new Option<bool>("--all") { Description = "run every experiment" };
        var options = new Options(ReportFolder.HelpForAll);
        var command = new CommandWithExamples(
            "reproduce",
            "Runs published experiments and compares the results with the published numbers. What is finished is not repeated; what was "
            + "interrupted goes on where it stopped.",
            new Example("stein reproduce --all", "everything; about an hour and a half on 2 cores"),
            new Example("stein reproduce --all --quick", "everything at reduced settings; less than two minutes on 2 cores"),
            new Example("stein reproduce --all --dry-run", "what would be run, why, and how long it would take"),
            new Example("stein reproduce ica --dims 10,20 --check", "part of the ICA table; exit code 3 unless every verdict agrees"),
            new Example("stein reproduce --all --shard 0/8", "the first of eight parts, for eight machines that share a store"),
            new Example("stein reproduce --all --executor slurm --time 2:00:00 --submit", "as a job array on a Slurm cluster"))
        {
            all,
        };
        options.AddTo(command);
        foreach (Selection selection in selections)
            command.Subcommands.Add(Subcommand(selection, interruption));
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(all))
            {
                string names = string.Join(", ", selections.Select(selection => selection.Experiment.Name));
                throw new UsageException($"reproduce: name an experiment ({names}) or give --all");
            }

            return options.Execute(
                parsed,
                interruption,
                (context, scale) =>
                [
                    .. selections.Select(selection => new ReportPart(
                        selection.Experiment,
                        selection.Experiment.Grid(scale, context.Precision),
                        scale,
                        context.Folder is { } folder
                            ? Path.Combine(folder, selection.Experiment.Name)
                            : ReportFolder.Of(selection.Experiment.Name, scale))),
                ],
                ["--all"]);
        });
        return command;
    }

    private static CommandWithExamples Subcommand(Selection selection, Interruption interruption)
    {
        Experiment experiment = selection.Experiment;
        var options = new Options(ReportFolder.Help(experiment.Name));
        var command = new CommandWithExamples(
            experiment.Name, $"{experiment.Title} ({experiment.Source}).", [.. selection.Examples("reproduce")]);
        selection.AddTo(command);
        options.AddTo(command);
        command.SetAction(parsed => options.Execute(
            parsed,
            interruption,
            (context, scale) =>
            [
                new(
                    experiment,
                    selection.Plan(parsed, scale, context.Precision),
                    scale,
                    context.Folder ?? ReportFolder.Of(experiment.Name, scale, selection.Words(parsed))),
            ],
            [experiment.Name, .. selection.Words(parsed)]));
        return command;
    }

    /// <summary>The options that the whole and every experiment have.</summary>
    private sealed class Options(string folderHelp)
    {
        private readonly RunOptions run = new(folderHelp);
        private readonly GridOptions grid = new();
        private readonly SpreadOptions spread = new();
        private readonly Option<bool> check = new("--check")
        {
            Description = "exit with 3 unless every number that is compared agrees with the paper's",
        };

        public void AddTo(Command command)
        {
            grid.AddTo(command);
            command.Options.Add(check);
            run.AddTo(command);
            spread.AddTo(command);
        }

        /// <param name="parsed">The command line.</param>
        /// <param name="interruption">Stops the runs.</param>
        /// <param name="parts">The experiments and their runs.</param>
        /// <param name="selected">The words of the command line that select these runs.</param>
        public int Execute(
            ParseResult parsed,
            Interruption interruption,
            Func<RunContext, GridScale, IReadOnlyList<ReportPart>> parts,
            IReadOnlyList<string> selected)
        {
            GridScale scale = grid.Read(parsed);
            bool checks = parsed.GetValue(check);
            Shard? shard = spread.Shard(parsed);
            bool isSlurm = spread.IsSlurm(parsed);
            if (checks && (scale != GridScale.Paper || shard is not null || isSlurm))
            {
                throw new UsageException(
                    "--check: only the whole grid of the paper, or a part named by --dims and the like, is compared with it; "
                    + "leave out --quick, --grid, --shard and --executor slurm");
            }

            RunContext context = run.Read(parsed);
            IReadOnlyList<ReportPart> plan = parts(context, scale);
            if (!isSlurm || context.DryRun)
                return new PlanExecution(context, interruption).Run(plan, shard, checks, summarise: selected is ["--all"]);
            if (context.Force)
                throw new UsageException("--force: a task that queues again would do its runs again; use it without --executor slurm");
            string gridName = scale.ToString().ToLowerInvariant();
            string[] where = ["--grid", gridName, "--store", context.Store.Root];
            string[] device = ["--device", context.Device.Name];
            string[] folder = context.Folder is { } path ? ["--out", Path.GetFullPath(path)] : [];
            spread.Write(
                parsed,
                context,
                new RunPlanner(context.Store, context.Device).Plan(plan.SelectMany(part => part.Plan)).ToDo.Count(),
                ["reproduce", .. selected, .. where, .. device],
                ["report", .. selected, .. where, "--precision", ConfigDocument.Name(context.Precision), .. folder]);
            return ExitCode.Success;
        }
    }
}
