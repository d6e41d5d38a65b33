using System.CommandLine;
using Stein.Engine.Text;
using Stein.Experiments;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>The name of an experiment as an argument.</summary>
internal static class ExperimentArgument
{
    private static string[] Names => [.. ExperimentRegistry.All.Select(experiment => experiment.Name)];

    public static Argument<string> Create()
    {
        var argument = new Argument<string>("experiment")
        {
            Description = $"one of {string.Join(", ", Names)}; see stein list",
            HelpName = "experiment",
        };
        argument.CompletionSources.Add(Names);
        return argument;
    }

    /// <exception cref="UsageException">There is no such experiment.</exception>
    public static Experiment Find(string name)
        => ExperimentRegistry.All.FirstOrDefault(experiment => experiment.Name == name)
            ?? throw new UsageException(
                $"{name}: there is no such experiment; there are {string.Join(", ", Names)}. "
                + $"Did you mean '{EditDistance.Closest(name, Names)}'?");
}
