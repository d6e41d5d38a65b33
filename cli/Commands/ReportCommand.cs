using Stein.Experiments.Reports.Html;
using Stein.Experiments.Runs;

namespace Stein.Cli.Commands;

/// <summary><c>stein report</c>: tables and figures of what is in the store, at any time.</summary>
internal sealed class ReportCommand(Interruption interruption)
{
    private readonly GridOptions grid = new();
    private readonly Option<bool> own = Values.Flag(
        "--own", "not of a grid, but of the runs that the command of the experiment makes of the same settings, as in stein ica --dim 10");
    private readonly StoreOption store = new();
    private readonly Option<string> precision = Values.Choice(
        "--precision", "precision of the runs; --device double and simd-double compute in double", ["single", "double"], "single");

    private readonly Option<string> folder = Values.Text("--out", "folder", ReportFolder.HelpForGrids);
    private readonly ReportPage page = new();
    private readonly Option<bool> json = Values.Flag("--json", "events on standard output, one line of JSON each");
    private readonly Option<bool> quiet = Values.Flag("--quiet", "print errors only", "-q");

    public static Command Create(ExperimentCatalog catalog, Interruption interruption)
    {
        Option<bool> all = Values.Flag("--all", "every experiment; the same as naming none");
        var command = new CommandWithExamples(
            "report",
            "Makes tables and figures from the finished runs in the store, even while others are under way (\"3 of 5 seeds\").",
            new Example("stein report", "reports of every experiment"),
            new Example("stein report dae mixture-weight", "of some experiments; dae stands for those whose names begin with it"),
            new Example("stein report ica --dims 10,20 --out part", "part of the ICA table, into the folder part"),
            new Example("stein report ica --own --dim 10 --method ksd,lsd", "of what stein ica --dim 10 --method ksd,lsd has run"),
            new Example("stein report ica mixture --html ica.html", "one HTML file with all tables, figures and verdicts, to be sent"),
            new Example("stein report --quick --store /shared/runs", "the reduced grids, from another store"))
        {
            all,
        };
        var options = new ReportCommand(interruption);
        options.grid.AddTo(command);
        command.AddShared(options.own, options.store.Option, options.precision, options.folder);
        options.page.AddTo(command);
        command.AddShared(options.json, options.quiet);
        GridSubcommands.AddTo(command, catalog, options.Write);
        command.SetAction(parsed => options.Write(parsed, new GridSelection(catalog.All, [], [])));
        return command;
    }

    private int Write(ParseResult parsed, GridSelection selection)
    {
        RunStore runs = store.ReadExisting(parsed);
        GridScale? scale = grid.Read(parsed);
        if (parsed.GetValue(own))
            scale = grid.IsGiven(parsed) ? throw new UsageException("--own: it is not of a grid; leave out --grid and --quick") : null;
        var chosen = Enum.Parse<Precision>(parsed.GetRequiredValue(precision), ignoreCase: true);
        var printer = new ReportOutput(parsed.GetValue(json), parsed.GetValue(quiet));
        IReadOnlyList<ReportPart> parts = selection.Parts(scale, chosen, parsed.GetValue(folder));
        if (page.File(parsed) is { } file)
        {
            if (parsed.GetValue(folder) is { } other)
                throw new UsageException($"--out {other}: with --html one file is written and no folder; leave out one of them");
            WritePage(parsed, file, runs, [.. parts.Select(part => (part, Command(part, selection.Words)))], printer);
            return ExitCode.Success;
        }

        var reports = new List<(ReportPart Part, ReportOutcome Outcome)>();
        foreach (ReportPart part in parts)
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

    private void WritePage(
        ParseResult parsed, string file, RunStore runs, IReadOnlyList<(ReportPart Part, string Command)> parts, ReportOutput printer)
    {
        if (!page.IsWatched(parsed))
        {
            printer.Write(file, page.Write(parsed, file, runs, parts));
            return;
        }

        ReportPart[] watched = [.. parts.Select(part => part.Part)];
        int planned = watched.Sum(part => part.Plan.Count);
        int finished = 0;
        do
        {
            finished = ReportPage.Wait(runs, watched, finished, interruption);
            printer.Write(file, page.Write(parsed, file, runs, parts));
        }
        while (finished < planned);
    }

    /// <summary>The command line that repeats the runs of a part.</summary>
    private static string Command(ReportPart part, IReadOnlyList<string> words)
    {
        string name = part.Experiment.Name;
        string[] grid = part.Scale is null or GridScale.Paper ? [] : ["--grid", $"{part.Scale}".ToLowerInvariant()];
        return string.Join(' ', [part.Scale is null ? "stein" : "stein reproduce", name, .. words, .. grid]);
    }
}
