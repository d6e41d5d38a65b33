using System.CommandLine;
using Stein.Experiments;
using Stein.Experiments.Ica;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>Which runs of an experiment's grid are meant: its subcommand of <c>reproduce</c> and <c>report</c>.</summary>
internal abstract class Selection
{
    public abstract Experiment Experiment { get; }

    /// <summary>For the help of the subcommand.</summary>
    public abstract IReadOnlyList<Example> Examples(string command);

    /// <summary>Every experiment, each time with options of its own.</summary>
    public static IReadOnlyList<Selection> All() =>
    [
        .. ExperimentRegistry.All.Select(
            experiment => experiment is IcaExperiment ? new IcaSelection() : (Selection)new WholeGrid(experiment)),
    ];

    /// <summary>Adds what selects.</summary>
    public abstract void AddTo(Command command);

    /// <summary>The runs.</summary>
    /// <exception cref="Experiments.Declarations.InvalidConfigException">One cannot be run.</exception>
    public abstract IReadOnlyList<RunConfig> Plan(ParseResult parsed, GridScale scale, Precision precision);

    /// <summary>The words of a command line that selects the same.</summary>
    public abstract IReadOnlyList<string> Words(ParseResult parsed);

    /// <summary>An experiment of which all is run.</summary>
    private sealed class WholeGrid(Experiment experiment) : Selection
    {
        public override Experiment Experiment => experiment;

        public override IReadOnlyList<Example> Examples(string command) =>
            [new($"stein {command} {experiment.Name}", experiment.Title)];

        public override void AddTo(Command command)
        {
        }

        public override IReadOnlyList<RunConfig> Plan(ParseResult parsed, GridScale scale, Precision precision)
            => experiment.Grid(scale, precision);

        public override IReadOnlyList<string> Words(ParseResult parsed) => [];
    }
}
