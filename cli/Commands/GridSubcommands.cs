using Stein.Experiments.Runs;

namespace Stein.Cli.Commands;

/// <summary>The grids of some experiments, or a part of one.</summary>
/// <param name="Experiments">At least one.</param>
/// <param name="Names">The words of the command line that name them.</param>
/// <param name="Words">The words that select a part; empty for the whole.</param>
/// <param name="Part">The runs of the part; null for the whole.</param>
/// <param name="Own">The runs that the settings make without a grid; null for the defaults of each experiment.</param>
internal sealed record GridSelection(
    IReadOnlyList<Experiment> Experiments,
    IReadOnlyList<string> Names,
    IReadOnlyList<string> Words,
    Func<GridScale, Precision, IReadOnlyList<RunConfig>>? Part = null,
    Func<Precision, IReadOnlyList<RunConfig>>? Own = null)
{
    /// <summary>The experiments with their runs.</summary>
    /// <param name="scale">The grid; null for runs of the user's own.</param>
    /// <param name="precision">Of the runs.</param>
    /// <param name="folder">The folder of the report, with a subfolder for each of several experiments; null for the default.</param>
    public IReadOnlyList<ReportPart> Parts(GridScale? scale, Precision precision, string? folder) =>
    [
        .. Experiments.Select(experiment => new ReportPart(
            experiment,
            scale is { } grid ? Part?.Invoke(grid, precision) ?? experiment.Grid(grid, precision)
                : Own?.Invoke(precision) ?? [experiment.Parse([], precision)],
            scale,
            folder is null ? scale is { } of ? ReportFolder.Of(experiment.Name, of, Words) : ReportFolder.Own(experiment.Name, Words)
                : Experiments.Count == 1 ? folder
                : Path.Combine(folder, experiment.Name))),
    ];
}

/// <summary>
/// What <c>reproduce</c> and <c>report</c> have for every experiment and group: a subcommand, after which further names may follow. That
/// of an experiment has its settings as options, for a part of the grid.
/// </summary>
internal static class GridSubcommands
{
    public static void AddTo(Command parent, ExperimentCatalog catalog, Func<ParseResult, GridSelection, int> execute)
    {
        foreach (Experiment experiment in catalog.All)
        {
            parent.Subcommands.Add(Create(
                experiment.Name,
                $"{experiment.Title} ({experiment.Source}). A setting with a value that occurs in the grid selects the runs that have it; "
                + "another value takes the place of theirs.",
                Examples(experiment, $"stein {parent.Name} {experiment.Name}"),
                catalog.MayMean(experiment) ? SettingOptions.OfGrid(experiment) : null));
        }

        foreach (IGrouping<string, Experiment> group in catalog.Groups)
        {
            string names = string.Join(", ", group.Select(experiment => experiment.Name));
            parent.Subcommands.Add(Create(
                group.Key, $"All of {names}.", [new($"stein {parent.Name} {group.Key}", $"the grids of {names}")], settings: null));
        }

        CommandWithExamples Create(string name, string description, IEnumerable<Example> examples, SettingOptions? settings)
        {
            Argument<string[]> others = catalog.Argument("further experiments or groups", ArgumentArity.ZeroOrMore);
            var command = new CommandWithExamples(name, description, examples) { others };
            settings?.AddTo(command);
            command.SetAction(parsed => execute(parsed, Select(name, parsed.GetValue(others) ?? [], settings, parsed)));
            return command;
        }

        GridSelection Select(string name, string[] others, SettingOptions? settings, ParseResult parsed)
        {
            string[] names = [name, .. others];
            IReadOnlyList<Experiment> experiments = catalog.Find(names);
            if (settings?.Words(parsed) is not { Count: > 0 } words)
                return new(experiments, names, []);
            return experiments.Count == 1
                ? new(
                    experiments,
                    names,
                    words,
                    (scale, precision) => settings.Part(parsed, scale, precision),
                    precision => settings.Combinations(parsed, precision))
                : throw new UsageException($"{words[0]}: it selects runs of {name}; with several experiments, leave it out");
        }
    }

    private static IEnumerable<Example> Examples(Experiment experiment, string line)
    {
        yield return new(line, "the whole grid");
        yield return new($"{line} --quick", "the reduced grid");
        if (SettingOptions.ExampleOfPart(experiment) is { } words)
            yield return new($"{line} {words} --out part", "a part of the grid; tables and figures in the folder part");
    }
}
