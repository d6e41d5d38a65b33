using System.CommandLine;
using Stein.Experiments.Ica;

namespace Stein.Cli;

/// <summary>An experiment that <c>stein reproduce</c> knows.</summary>
/// <param name="Command">The subcommand of its name.</param>
/// <param name="Reproduce">Runs it at the published settings and returns the exit code.</param>
internal sealed record Reproduction(Command Command, Func<ParseResult, int> Reproduce);

/// <summary><c>stein reproduce</c>: published experiments, held against the published numbers.</summary>
internal static class ReproduceCommand
{
    public static Command Create(Interruption interruption)
    {
        // The registry: another experiment is a line here.
        Reproduction[] experiments =
        [
            IcaReproduction.Create(interruption),
        ];
        var all = new Option<bool>("--all") { Description = "run every experiment at the published settings" };
        var command = new CommandWithExamples(
            "reproduce",
            "Runs published experiments and compares the results with the published numbers.",
            new Example("stein reproduce --all", "everything; about half an hour of one core"),
            new Example("stein reproduce ica --dims 10,20", "part of the ICA table; about three minutes"))
        {
            all,
        };
        foreach (Reproduction experiment in experiments)
            command.Subcommands.Add(experiment.Command);
        command.SetAction(parsed =>
        {
            if (!parsed.GetValue(all))
            {
                string names = string.Join(", ", experiments.Select(experiment => experiment.Command.Name));
                throw new UsageException($"reproduce: name an experiment ({names}) or give --all");
            }

            int worst = ExitCode.Success;
            foreach (Reproduction experiment in experiments)
            {
                if (interruption.Token.IsCancellationRequested)
                    return interruption.ExitCode;
                // An interruption (130) outranks a failure (1).
                worst = Math.Max(worst, experiment.Reproduce(experiment.Command.Parse([])));
            }

            return worst;
        });
        return command;
    }
}

/// <summary><c>stein reproduce ica</c>: the ICA table of "Sliced Kernelized Stein Discrepancy".</summary>
internal static class IcaReproduction
{
    private static readonly string Folder = Path.Combine("results", "ica");

    public static Reproduction Create(Interruption interruption)
    {
        Option<int[]> dimensions = Values.Numbers("--dims", "dimensions", [.. PublishedIca.Dimensions]);
        Option<string[]> methods = Values.Choices("--methods", "methods", IcaTraining.Methods, [.. IcaProtocol.Methods]);
        Option<uint[]> seeds = Values.Numbers("--seeds", "seeds", [.. IcaProtocol.Seeds]);
        Option<int?> iterations = Values.Number<int>(
            "--iterations", "training iterations; other than the paper's, nothing is compared with it", new IcaSettings().Iterations);
        var runOptions = new RunOptions(Folder, "folder for results");
        var command = new CommandWithExamples(
            "ica",
            "The ICA table of \"Sliced Kernelized Stein Discrepancy\" (ICLR 2021): test log-likelihoods, with verdicts.",
            new Example("stein reproduce ica", "7 dimensions × (3 methods + 2 yardsticks) × 5 seeds; about half an hour of one core"),
            new Example("stein reproduce ica --dims 10,20 --methods ksd maxsksd --out table", "part of it, into the folder table"),
            new Example("stein reproduce ica --jobs 1 --device double", "in double precision, one run at a time"))
        {
            dimensions,
            methods,
            seeds,
            iterations,
        };
        runOptions.AddTo(command);
        command.SetAction(Reproduce);
        return new(command, Reproduce);

        int Reproduce(ParseResult parsed)
        {
            IcaSettings[] plan =
            [
                .. from dimension in parsed.GetRequiredValue(dimensions)
                   from method in parsed.GetRequiredValue(methods)
                   from seed in parsed.GetRequiredValue(seeds)
                   select new IcaSettings
                   {
                       Method = method,
                       Dimension = dimension,
                       Seed = seed,
                       Iterations = parsed.GetRequiredValue(iterations)!.Value,
                   },
            ];
            foreach (IcaSettings settings in plan)
                settings.Validate();
            return IcaExecution.Run(plan, runOptions.Read(parsed, () => Folder), writeUnmixing: false, interruption);
        }
    }
}
