using Stein.Experiments.Runs;

namespace Stein.Cli.Commands;

/// <summary>
/// A command for every experiment, as <c>stein ica</c>: runs with settings of the user's own. And one for every group: <c>stein dae
/// identity</c> is <c>stein dae-identity</c>, and <c>stein dae</c> runs each with its defaults.
/// </summary>
internal static class ExperimentCommand
{
    public static IEnumerable<Command> All(ExperimentCatalog catalog, Interruption interruption) =>
    [
        .. catalog.All.Select(experiment =>
        {
            CommandWithExamples command = Create(experiment, experiment.Name);
            if (catalog.MayMean(experiment))
            {
                var options = new RunOptions(FolderHelp(experiment.Name));
                Fill(command, experiment, options, interruption);
                options.AddTo(command);
            }

            return command;
        }),
        .. catalog.Groups.Select(group => Create(group, catalog.MayMean(group.First()), interruption)),
    ];

    /// <param name="experiment">What it runs.</param>
    /// <param name="line">The command line of it, without the program.</param>
    private static CommandWithExamples Create(Experiment experiment, string line) => new(
        line.Split(' ')[^1],
        $"{experiment.Title} ({experiment.Source}). Settings that are given several values make a run for each combination.",
        Examples(experiment, line).Prepend(new($"stein {line}", "one run with the defaults")))
    {
        Advice = experiment.Advice,
    };

    /// <param name="command">Gets the settings of the experiment as options, and what to do.</param>
    /// <param name="experiment">What it runs.</param>
    /// <param name="options">Options of the command or of the one above.</param>
    /// <param name="interruption">Stops the runs.</param>
    private static void Fill(Command command, Experiment experiment, RunOptions options, Interruption interruption)
    {
        var settings = SettingOptions.OfRuns(experiment);
        settings.AddTo(command);
        command.SetAction(parsed =>
        {
            RunContext context = options.Read(parsed);
            IReadOnlyList<RunConfig> runs = settings.Combinations(parsed, context.Precision);
            string folder = context.Folder ?? ReportFolder.Own(experiment.Name, settings.Words(parsed));
            return new PlanExecution(context, interruption).Run([new ReportPart(experiment, runs, Scale: null, folder)]);
        });
    }

    /// <param name="group">What it runs.</param>
    /// <param name="isFull">Whether it has options and subcommands.</param>
    /// <param name="interruption">Stops the runs.</param>
    private static CommandWithExamples Create(IGrouping<string, Experiment> group, bool isFull, Interruption interruption)
    {
        (Experiment Experiment, string Name)[] parts =
            [.. group.Select(experiment => (experiment, experiment.Name[(group.Key.Length + 1)..]))];
        var command = new CommandWithExamples(
            group.Key,
            $"Runs one of {string.Join(", ", parts.Select(part => part.Name))} with settings of your own, or each with its defaults.",
            [
                new($"stein {group.Key}", "each with its defaults"),
                .. parts.SelectMany(part => Examples(part.Experiment, $"{group.Key} {part.Name}").Take(2)),
            ]);
        if (!isFull)
            return command;
        var options = new RunOptions($"{FolderHelp($"{group.Key}-…")}; with all of them, one subfolder for each");
        options.AddTo(command);
        foreach ((Experiment experiment, string name) in parts)
        {
            CommandWithExamples part = Create(experiment, $"{group.Key} {name}");
            Fill(part, experiment, options, interruption);
            command.Subcommands.Add(part);
        }

        command.SetAction(parsed =>
        {
            RunContext context = options.Read(parsed);
            return new PlanExecution(context, interruption).Run(
            [
                .. group.Select(experiment => new ReportPart(
                    experiment,
                    [experiment.Parse([], context.Precision)],
                    Scale: null,
                    context.Folder is { } folder ? Path.Combine(folder, experiment.Name) : ReportFolder.Own(experiment.Name, []))),
            ]);
        });
        return command;
    }

    private static IEnumerable<Example> Examples(Experiment experiment, string line)
        => experiment.Examples.Select(example => new Example($"stein {line} {example.Arguments}", example.Meaning));

    private static string FolderHelp(string experiment)
        => $"folder for tables and figures [default: {ReportFolder.Own(experiment, "…")}, named after the settings given]";
}
