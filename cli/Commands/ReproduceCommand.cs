using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Commands;

/// <summary><c>stein reproduce</c>: published experiments, compared with the published numbers.</summary>
internal sealed class ReproduceCommand(Interruption interruption)
{
    private readonly RunOptions run = new(ReportFolder.HelpForGrids);
    private readonly GridOptions grid = new();
    private readonly SpreadOptions spread = new();
    private readonly Option<bool> check =
        Values.Flag("--check", "exit with 3 unless every number that is compared agrees with the paper's");

    public static Command Create(ExperimentCatalog catalog, Interruption interruption)
    {
        Option<bool> all = Values.Flag("--all", "run every experiment");
        var command = new CommandWithExamples(
            "reproduce",
            "Runs published experiments and compares the results with the published numbers. Finished runs are not repeated; "
            + "interrupted runs resume.",
            new Example("stein reproduce --all", "everything; several hours on 2 cores"),
            new Example("stein reproduce --all --quick", "everything at reduced settings; about two minutes on 2 cores"),
            new Example("stein reproduce --all --dry-run", "what would be run, why, and how long it would take"),
            new Example("stein reproduce dae mixture-weight", "some experiments; dae stands for those whose names begin with it"),
            new Example("stein reproduce ica --dims 10,20 --check", "part of the ICA table; exit code 3 unless every verdict agrees"),
            new Example("stein reproduce --all --shard 0/8", "the first of eight parts, for eight machines that share a store"),
            new Example("stein reproduce --all --executor slurm --time 2:00:00 --submit", "as a job array on a Slurm cluster"))
        {
            all,
        };
        var options = new ReproduceCommand(interruption);
        options.grid.AddTo(command);
        command.AddShared(options.check);
        options.run.AddTo(command);
        options.spread.AddTo(command);
        GridSubcommands.AddTo(command, catalog, (parsed, selection) => options.Execute(parsed, selection));
        command.SetAction(parsed => parsed.GetValue(all)
            ? options.Execute(parsed, new GridSelection(catalog.All, [all.Name], []), summarise: true)
            : throw new UsageException($"reproduce: name an experiment ({string.Join(", ", catalog.Names)}) or give --all"));
        return command;
    }

    private int Execute(ParseResult parsed, GridSelection selection, bool summarise = false)
    {
        GridScale scale = grid.Read(parsed);
        bool checks = parsed.GetValue(check);
        Shard? shard = spread.Shard(parsed);
        bool isSlurm = spread.IsSlurm(parsed);
        if (checks && (scale != GridScale.Paper || shard is not null || isSlurm))
        {
            throw new UsageException(
                "--check: only the whole grid of the paper, or a part of it, is compared with it; "
                + "leave out --quick, --grid, --shard and --executor slurm");
        }

        RunContext context = run.Read(parsed);
        IReadOnlyList<ReportPart> parts = selection.Parts(scale, context.Precision, context.Folder);
        if (!isSlurm || context.DryRun)
            return new PlanExecution(context, interruption).Run(parts, shard, checks, summarise);
        if (context.Force)
            throw new UsageException("--force: a task that queues again would do its runs again; use it without --executor slurm");
        string[] selected = [.. selection.Names, .. selection.Words];
        string[] where = ["--grid", scale.ToString().ToLowerInvariant(), "--store", context.Store.Root];
        string[] folder = context.Folder is { } path ? ["--out", Path.GetFullPath(path)] : [];
        spread.Write(
            parsed,
            context,
            new RunPlanner(context.Store, context.Device).Plan(parts.SelectMany(part => part.Plan)).ToDo.Count(),
            ["reproduce", .. selected, .. where, "--device", context.Device.Name],
            ["report", .. selected, .. where, "--precision", ConfigDocument.Name(context.Precision), .. folder]);
        return ExitCode.Success;
    }
}
