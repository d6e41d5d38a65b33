using System.CommandLine;
using System.CommandLine.Parsing;
using Stein.Cli.Completion;
using Stein.Cli.ExitCodes;
using Stein.Cli.Parsing;
using Stein.Engine.Estimators;
using Stein.Engine.Kernels;

namespace Stein.Cli.Tests;

/// <summary>What may stand at a place of the command line, whatever the shell.</summary>
public sealed class SuggestionTests
{
    private static readonly string[] Methods =
    [
        "ksd", "lsd", "maxsksd", "maxsksd-rg", "deep-ksd", "local", "local-online", "lsd-local", "deep-ksd-local", "whitening", "mle",
        "fastica", "fastica-mle", "mle-whitened", "mle-truth",
    ];

    /// <summary>The line before the cursor, and all that may come there.</summary>
    public static TheoryData<string, string[]> Lines => new()
    {
        { "ica --method ", Methods },
        { "ica --method m", ["maxsksd", "maxsksd-rg", "mle", "mle-whitened", "mle-truth"] },
        { "ica --method MAX", ["maxsksd", "maxsksd-rg"] },
        { "ica --method ksd m", ["maxsksd", "maxsksd-rg", "mle", "mle-whitened", "mle-truth"] },
        { "ica --method maxsksd m", ["maxsksd-rg", "mle", "mle-whitened", "mle-truth"] },
        { "ica --method ksd --method ", Methods },
        { "ica --method=ma", ["--method=maxsksd", "--method=maxsksd-rg"] },
        { "ica --device ", ["auto", "simd", "simd-double", "cuda", "opencl", "ilgpu-cpu", "double"] },
        { "ica --json --device d", ["double"] },
        { "ica --base ", ["laplace", "student-t"] },
        { "ica --kernel ", [.. RadialKernels.NamesWith(KernelSmoothness.SteinKernel)] },
        { "ica --iterations ", ["15000"] },
        { "ica --out ", [] },
        { "ica --out \"a b\" --base s", ["student-t"] },
        { "ica --out a\\ b --base s", ["student-t"] },
        { "ica --out 'a b' --base s", ["student-t"] },
        { "ica --out C:\\results --base \"s", ["student-t"] },
        { "ica --out 'a --base s", [] },
        { "ica --dim 10 20 --bas", ["--base"] },
        { "ica --device simd --dev", [] },
        { "ica @file --bas", ["--base"] },
        { "ica --unknown --bas", ["--base"] },
        { "ica --dat", ["--data-seed", "--data"] },
        { "ica --data ", [] },
        { "ica --data x.csv --method f", ["fastica"] },
        { "ica --data x.csv --base s", ["student-t", "sub-gaussian"] },
        { "ica --data x.csv --dim", [] },
        { "ica --example ", ["speech", "images"] },
        {
            "ica",
            [
                "ica", "ica-settings", "ica-active", "ica-local", "ica-local-large", "ica-local-ablation", "ica-local-samples",
                "ica-local-robust",
            ]
        },
        { "repr", ["reproduce"] },
        { "--v", ["--version"] },
        {
            "reproduce i",
            [
                "ica", "ica-settings", "ica-active", "ica-local", "ica-local-large", "ica-local-ablation", "ica-local-samples",
                "ica-local-robust",
            ]
        },
        { "mixture --remedy per", ["perturb", "perturb-selected"] },
        { "mixture --problem ", ["modes", "three-modes", "unequal-scales", "shift", "scale"] },
        { "score --samples ", [] },
        { "score --samples x.csv --at ", [] },
        { "score --samples x.csv --out ", [] },
        { "score --estimator ", [.. ScoreEstimators.Names] },
        { "score --regularisation ", ["rule", "held-out"] },
        { "score --samples x.csv --ker", ["--kernel"] },
        { "dae", ["dae-identity", "dae-descent", "dae-network", "dae"] },
        { "dae n", ["network"] },
        { "mixture-weight --model f", ["full"] },
        { "mixture-weight --trials ", ["20"] },
        { "mixture-weight --model full --n ", ["5000"] },
        {
            "reproduce mixture-weight d",
            [
                "deep-kernel-ica", "deep-kernel-2d", "dae-identity", "dae-descent", "dae-network", "deep-kernel-gof",
                "diffusion-heavy-tails", "diffusion-contamination", "diffusion-regression", "diffusion-rough", "diffusion-flow",
                "diffusion-coverage", "deep", "dae", "diffusion",
            ]
        },
        { "reproduce mixture-weight --separation 2 1", ["10"] },
        { "reproduce dae mixture-w", ["mixture-weight"] },
        {
            "show d",
            [
                "deep-kernel-ica", "deep-kernel-2d", "dae-identity", "dae-descent", "dae-network", "deep-kernel-gof",
                "diffusion-heavy-tails", "diffusion-contamination", "diffusion-regression", "diffusion-rough", "diffusion-flow",
                "diffusion-coverage", "deep", "dae", "diffusion",
            ]
        },
        { "dae descent --data ", ["modes", "rings", "moons", "file"] },
        { "reproduce --al", ["--all"] },
        { "reproduce ica --methods max", ["maxsksd", "maxsksd-rg"] },
        { "reproduce ica --dims ", ["10", "20", "40", "60", "80", "100", "200"] },
        { "bench --device o", ["opencl"] },
        { "completion p", ["powershell"] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Fit_the_place(string line, string[] expected)
    {
        IReadOnlyList<string> suggestions = Suggest(line);
        // Where an option may take more values or be followed by another, the values come first.
        Assert.Equal(expected, suggestions.TakeWhile(suggestion => expected.Length > 0 && !IsNewOption(suggestion, line)));
        Assert.True(expected.Length > 0 || suggestions.Count == 0, string.Join(", ", suggestions));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ica ")]
    [InlineData("ica --json ")]
    [InlineData("ica --method ksd ")]
    [InlineData("score ")]
    [InlineData("reproduce ")]
    [InlineData("reproduce ica ")]
    [InlineData("mixture-weight --model full ")]
    [InlineData("dae ")]
    [InlineData("dae descent ")]
    public void Every_option_of_the_command_is_among_them_unless_it_is_there(string line)
    {
        using var interruption = new Interruption();
        RootCommand root = SteinRootCommand.Create(interruption);
        CommandResult result = root.Parse(ShellLine.Words(line)).CommandResult;
        Command command = result.Command;
        Option[] options = [.. CommandOptions.Of(result)];
        IReadOnlyList<string> suggestions = Suggest(line);
        Assert.All(options.Select(option => option.Name).Except(["--json"]), name => Assert.Contains(name, suggestions));
        Assert.All(
            command.Subcommands.Where(subcommand => !subcommand.Hidden), subcommand => Assert.Contains(subcommand.Name, suggestions));
        Assert.Equal(!line.Contains("--json", StringComparison.Ordinal) && options.Any(option => option.Name == "--json"),
            suggestions.Contains("--json"));
    }

    /// <summary>From the commands themselves, so that none can be forgotten: a new option that lists its choices completes them.</summary>
    [Fact]
    public void Every_option_with_choices_completes_them()
    {
        using var interruption = new Interruption();
        int checkedOptions = 0;
        Check(SteinRootCommand.Create(interruption), "");
        Assert.True(checkedOptions >= 10, $"only {checkedOptions} options have choices");

        void Check(Command command, string path)
        {
            foreach (Option option in command.Options.Where(option => option.HelpName?.Contains('|', StringComparison.Ordinal) == true))
            {
                Assert.Equal(option.HelpName!.Split('|'), Suggest($"{path}{option.Name} "));
                checkedOptions++;
            }

            foreach (Command subcommand in command.Subcommands)
                Check(subcommand, $"{path}{subcommand.Name} ");
        }
    }

    [Theory]
    [InlineData("[suggest:16]", "ica --method max", "maxsksd,maxsksd-rg")]
    [InlineData("[suggest:16]", "ica --method maxsksd-rg --json", "maxsksd,maxsksd-rg")]
    [InlineData("[suggest:11]", "ica --base", "laplace,student-t")]
    [InlineData("[suggest]", "./stein ica --base ", "laplace,student-t")]
    [InlineData("[suggest]", "'my tools/s' ica --base ", "laplace,student-t")]
    [InlineData("[suggest]", "./ste", "")]
    [InlineData("[suggest]", "", "")]
    public void Directive_takes_a_position_or_the_line_up_to_the_cursor(string directive, string text, string expected)
    {
        using var stein = new SteinProgram();
        SteinResult result = stein.Run(directive, text);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal("", result.Error);
        Assert.Equal(expected, string.Join(',', result.Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static IReadOnlyList<string> Suggest(string line)
    {
        using var interruption = new Interruption();
        return Suggestions.For(SteinRootCommand.Create(interruption, line: [line]), ShellLine.Words(line));
    }

    private static bool IsNewOption(string suggestion, string line) =>
        suggestion.StartsWith("--", StringComparison.Ordinal) && !line.Split(' ')[^1].StartsWith('-');
}
