using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Stein.Experiments.Provenance;

namespace Stein.Cli;

/// <summary>The whole command line.</summary>
internal static class SteinRootCommand
{
    private static readonly Example[] Examples =
    [
        new("stein ica --dim 10 --method maxsksd --seed 60", "trains one ICA model as the paper does; seconds"),
        new("stein mixture --remedy none,noise", "a Stein test that is blind to mixing weights, and one that is not; seconds"),
        new("stein score --samples x.csv --out scores.csv", "the score function of the density that your samples come from"),
        new("stein dae", "the denoising auto-encoder as KSD, in three parts; a minute"),
        new("stein reproduce --all", "every published table and figure; about an hour and a half on 2 cores, and resumable"),
        new("stein reproduce --all --quick", "the same at reduced settings; less than two minutes on 2 cores"),
        new("stein status", "how far the runs are"),
        new("stein devices", "what can compute here"),
    ];

    public static RootCommand Create(Interruption interruption)
    {
        var root = new RootCommand(
            "Trains models with Stein discrepancies, exactly and fast, and reproduces published experiments.")
        {
            IcaCommand.Create(interruption),
            MixtureCommand.Create(interruption),
            ScoreCommand.Create(interruption),
            DaeCommand.Create(interruption),
            ReproduceCommand.Create(interruption),
            ReportCommand.Create(),
            ListCommand.Create(),
            ShowCommand.Create(),
            RunCommand.Create(interruption),
            StatusCommand.Create(),
            CleanCommand.Create(),
            DevicesCommand.Create(),
            BenchCommand.Create(interruption),
            CompletionCommand.Create(),
        };
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
