using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Stein.Experiments;
using Stein.Experiments.Ica;
using Stein.Experiments.Ica.Published;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>Parts of the ICA table.</summary>
internal sealed class IcaSelection : Selection
{
    private readonly Option<int[]> dimensions = Values.Numbers<int>("--dims", "dimensions [default: those of the grid]");
    private readonly Option<string[]> methods = Values.Choices("--methods", "methods [default: those of the grid]", IcaMethod.Names);
    private readonly Option<uint[]> seeds = Values.Numbers<uint>("--seeds", "seeds [default: those of the grid]");
    private readonly Option<int?> iterations = Values.Number<int>(
        "--iterations", "training iterations [default: those of the grid]; other than the paper's, nothing is compared with it");

    public override Experiment Experiment => ExperimentRegistry.Ica;

    public override IReadOnlyList<Example> Examples(string command) => command == "reproduce"
        ?
        [
            new("stein reproduce ica", "7 dimensions × (3 methods + 2 yardsticks) × 5 seeds; about 25 minutes on 2 cores"),
            new("stein reproduce ica --dims 10,20 --methods ksd maxsksd --out table", "part of it; tables and figures in the folder table"),
            new("stein reproduce ica --jobs 1 --device double", "in double precision, one run at a time"),
        ]
        :
        [
            new($"stein {command} ica", "of what is finished of the ICA table"),
            new($"stein {command} ica --dims 10,20 --out part", "of part of it, into the folder part"),
        ];

    public override void AddTo(Command command)
    {
        // Suggested, and no defaults: those depend on the grid.
        dimensions.CompletionSources.Add([.. PublishedIca.Dimensions.Select(dimension => $"{dimension}")]);
        seeds.CompletionSources.Add([.. IcaExperiment.Seeds.Select(seed => $"{seed}")]);
        foreach (Option option in (Option[])[dimensions, methods, seeds, iterations])
        {
            option.Required = false;
            command.Options.Add(option);
        }
    }

    public override IReadOnlyList<RunConfig> Plan(ParseResult parsed, GridScale scale, Precision precision)
    {
        IcaSettings[] grid = [.. ExperimentRegistry.Ica.Grid(scale, precision).Select(run => (IcaSettings)run.Config)];
        return
        [
            .. (from dimension in Given(parsed, dimensions) ?? [.. grid.Select(run => run.Dimension).Distinct()]
                from method in Given(parsed, methods) ?? [.. grid.Select(run => run.Method).Distinct()]
                let settings = Array.Find(grid, run => run.Method == method) ?? grid[0] with { Method = method }
                from seed in Given(parsed, seeds) ?? [.. grid.Select(run => run.Seed).Distinct()]
                select ExperimentRegistry.Ica.Identify(
                    settings with { Dimension = dimension, Seed = seed, Iterations = parsed.GetValue(iterations) ?? settings.Iterations },
                    precision)).Distinct(),
        ];
    }

    public override IReadOnlyList<string> Words(ParseResult parsed) =>
    [
        .. Words(dimensions.Name, Given(parsed, dimensions)),
        .. Words(methods.Name, Given(parsed, methods)),
        .. Words(seeds.Name, Given(parsed, seeds)),
        .. Words(iterations.Name, parsed.GetValue(iterations) is { } number ? new[] { number } : null),
    ];

    private static T[]? Given<T>(ParseResult parsed, Option<T[]> option)
        => parsed.GetResult(option) is { Implicit: false } ? parsed.GetValue(option) : null;

    private static IEnumerable<string> Words<T>(string name, T[]? values)
        => values is null ? [] : [name, .. values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)!)];
}
