using System.CommandLine.Parsing;
using Stein.Engine.Text;
using Stein.Experiments.Runs;

namespace Stein.Cli.Parsing;

/// <summary>
/// The experiments, and their groups: experiments whose names have the same first word, as <c>dae</c> of <c>dae-identity</c> and
/// <c>dae-network</c>, unless that word is the name of an experiment itself.
/// </summary>
/// <param name="experiments">In the order they are listed.</param>
/// <param name="line">The words of the command line; null if any experiment may be meant.</param>
internal sealed class ExperimentCatalog(IReadOnlyList<Experiment> experiments, IReadOnlyList<string>? line = null)
{
    /// <summary>All experiments, in the order they are listed.</summary>
    public IReadOnlyList<Experiment> All => experiments;

    /// <summary>The first word of experiments that is a command of its own, and so not a group.</summary>
    private const string Score = "score";

    /// <summary>The groups, each with at least two experiments.</summary>
    public IReadOnlyList<IGrouping<string, Experiment>> Groups { get; } =
    [
        .. experiments.Where(experiment => experiment.Name.Contains('-', StringComparison.Ordinal))
            .GroupBy(experiment => experiment.Name.Split('-')[0])
            .Where(group => group.Key != Score && group.Count() > 1 && experiments.All(experiment => experiment.Name != group.Key)),
    ];

    /// <summary>The names of experiments and of groups.</summary>
    public IReadOnlyList<string> Names => [.. experiments.Select(experiment => experiment.Name), .. Groups.Select(group => group.Key)];

    /// <summary>
    /// Whether a word has the name of an experiment, or of its group, in it. Options of the others are not made: the settings of all take
    /// longer to read than most commands to run.
    /// </summary>
    public bool MayMean(Experiment experiment)
        => line?.Any(word => word.Contains(experiment.Name.Split('-')[0], StringComparison.Ordinal)) ?? true;

    /// <summary>The experiments of some names, each once.</summary>
    /// <exception cref="UsageException">A name is unknown; the message says which is closest.</exception>
    public IReadOnlyList<Experiment> Find(params IEnumerable<string> names) => [.. names.SelectMany(Find).Distinct()];

    /// <summary>Names as an argument, which the shell completes. What looks like an option is refused as an unknown one.</summary>
    public Argument<string[]> Argument(string description, ArgumentArity arity)
    {
        var argument = new Argument<string[]>("name") { Description = description, HelpName = "name", Arity = arity };
        argument.CompletionSources.Add([.. Names]);
        argument.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(token => token.Value.StartsWith('-')) is { } token && result.Parent is CommandResult command)
                result.AddError(ParseErrors.UnknownOption(command, token.Value));
        });
        return argument;
    }

    private IEnumerable<Experiment> Find(string name)
        => experiments.Where(experiment => experiment.Name == name).ToArray() is { Length: > 0 } found ? found
            : Groups.FirstOrDefault(group => group.Key == name)
                ?? throw new UsageException(
                    $"{name}: there is no such experiment; there are {string.Join(", ", Names)}. "
                    + $"Did you mean '{EditDistance.Closest(name, Names)}'?");
}
