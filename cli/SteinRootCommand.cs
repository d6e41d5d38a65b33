using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Stein.Cli.Commands;
using Stein.Cli.Completion;
using Stein.Experiments;
using Stein.Experiments.Provenance;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>The whole command line.</summary>
internal static class SteinRootCommand
{
    private static readonly Example[] Examples =
    [
        new("stein ica --dim 10 --method maxsksd --seed 60", "trains one ICA model as the paper does; seconds"),
        new("stein mixture --remedy none,noise", "a Stein test that is blind to mixing weights, and one that is not; seconds"),
        new("stein score --samples x.csv --out scores.csv", "the score function of the density that your samples come from"),
        new("stein thin --samples x.csv --scores s.csv --points 40", "the samples that represent a target best"),
        new("stein ksd --samples x.csv --scores s.csv", "whether your samples come from the model with these scores"),
        new("stein ica --data x.csv --out separated", "separates the signals that are mixed in your columns"),
        new("stein dae", "the denoising auto-encoder as KSD, in three parts"),
        new("stein reproduce --all", "every published table and figure; several hours on 2 cores, and resumable"),
        new("stein reproduce --all --quick", "the same at reduced settings; about two minutes on 2 cores"),
        new("stein status", "progress of all runs"),
        new("stein devices", "the devices that can compute here"),
    ];

    /// <param name="interruption">Stops what runs.</param>
    /// <param name="experiments">The experiments that it knows; null for those of the registry.</param>
    /// <param name="line">The words that it will read; null if they may be any.</param>
    public static RootCommand Create(
        Interruption interruption, IReadOnlyList<Experiment>? experiments = null, IReadOnlyList<string>? line = null)
    {
        var catalog = new ExperimentCatalog(experiments ?? ExperimentRegistry.All, line);
        var root = new RootCommand("Trains models with Stein discrepancies, exactly and fast, and reproduces published experiments.");
        Command[] own = [.. ExperimentCommand.All(catalog, interruption)];
        foreach (Command command in (Command[])
            [
                .. own,
                ScoreCommand.Create(interruption),
                ThinCommand.Create(interruption),
                GenerateCommand.Create(interruption),
                KsdCommand.Create(interruption),
                IcaDataCommand.Create(interruption, own.FirstOrDefault(command => command.Name == "ica")),
                DiffusionDataCommand.Create(interruption, own.FirstOrDefault(command => command.Name == "diffusion")),
                ReproduceCommand.Create(catalog, interruption),
                ReportCommand.Create(catalog, interruption),
                ListCommand.Create(catalog),
                ShowCommand.Create(catalog),
                RunCommand.Create(catalog, interruption),
                StatusCommand.Create(catalog),
                CleanCommand.Create(catalog, interruption),
                DevicesCommand.Create(),
                BenchCommand.Create(interruption),
                CompletionCommand.Create(),
            ])
        {
            root.Subcommands.Add(command);
        }

        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!, Examples);
        root.Options.OfType<VersionOption>().Single().Action = new PrintVersion();
        SuggestDirective suggest = root.Directives.OfType<SuggestDirective>().Single();
        suggest.Action = new SuggestAction(root, suggest);
        return root;
    }

    private sealed class PrintVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"stein {BuildIdentity.Current}");
            return ExitCode.Success;
        }
    }
}
