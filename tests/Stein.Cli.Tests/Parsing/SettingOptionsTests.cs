using System.CommandLine;
using System.CommandLine.Parsing;
using Stein.Cli.Completion;
using Stein.Cli.ExitCodes;
using Stein.Cli.Parsing;
using Stein.Cli.Running;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;

namespace Stein.Cli.Tests.Parsing;

/// <summary>The command line that an experiment gets from its declarations.</summary>
public sealed class SettingOptionsTests
{
    private static readonly WalkExperiment Walk = new();

    [Theory]
    [InlineData("", "straight 5 seed60")]
    [InlineData("--n 7", "straight 7 seed60")]
    [InlineData("--steps 7 --n 9", "straight 7 seed60 | straight 9 seed60")]
    [InlineData("--seed 1,2 --n 7 8", "straight 7 seed1 | straight 7 seed2 | straight 8 seed1 | straight 8 seed2")]
    [InlineData("--n 7,7 --seed 1 --seed 1", "straight 7 seed1")]
    [InlineData("--manner RANDOM --spread .5", "random 5 σ0.5 seed60")]
    [InlineData("--manner straight,random --spread 1,2", "straight 5 seed60 | random 5 σ1 seed60 | random 5 σ2 seed60")]
    public void Makes_a_run_for_each_combination_with_the_seed_innermost_and_none_twice(string line, string expected)
        => Assert.Equal(expected, Describe(Combinations(line)));

    [Fact]
    public void Reads_values_by_their_types()
    {
        RunConfig run = Assert.Single(Combinations(
            "--places 3,4 5 3 --ground deep-snow --ground-seed 18446744073709551615 --turns true --map", "a map, or two.csv"));
        WalkSettings config = Assert.IsType<WalkSettings>(run.Config);
        Assert.Equal([3, 4, 5, 3], config.Places);
        Assert.Equal(
            (Ground.DeepSnow, ulong.MaxValue, true, "a map, or two.csv"), (config.Ground, config.GroundSeed, config.Turns, config.Map));
    }

    [Fact]
    public void All_seeds_are_innermost()
        => Assert.Equal(
            [(false, 1, 8), (false, 1, 9), (false, 2, 8), (false, 2, 9), (true, 1, 8), (true, 1, 9), (true, 2, 8), (true, 2, 9)],
            Combinations("--ground-seed 8,9 --seed 1,2 --turns false,true").Select(run => (WalkSettings)run.Config)
                .Select(config => (config.Turns, (int)config.Seed, (int)config.GroundSeed!.Value)));

    [Theory]
    [InlineData("", "straight 5 seed60 | straight 5 seed70 | straight 9 seed60 | straight 9 seed70 | "
        + "random 9 σ1 seed60 | random 9 σ1 seed70 | random 9 σ2 seed60 | random 9 σ2 seed70")]
    [InlineData("--n 5", "straight 5 seed60 | straight 5 seed70")]
    [InlineData("--seed 70 --n 9,5", "straight 5 seed70 | straight 9 seed70 | random 9 σ1 seed70 | random 9 σ2 seed70")]
    [InlineData("--seed 70 --n 7", "straight 7 seed70 | random 7 σ1 seed70 | random 7 σ2 seed70")]
    [InlineData("--seed 80 --n 5,7", "straight 5 seed80 | straight 7 seed80 | random 7 σ1 seed80 | random 7 σ2 seed80")]
    [InlineData("--seed 70 --spread 2", "straight 5 seed70 | straight 9 seed70 | random 9 σ2 seed70")]
    [InlineData("--seed 70 --spread 3 --manner random", "random 9 σ3 seed70")]
    [InlineData("--seed 70 --n 5 --manner random", "random 5 σ1 seed70 | random 5 σ2 seed70")]
    public void Selects_the_runs_of_a_grid_that_have_a_value_and_changes_all_where_none_has_it(string line, string expected)
        => Assert.Equal(expected, Describe(Part(line)));

    [Theory]
    [InlineData("--n 0", "--n 0: it must be a whole number from 1 to 100")]
    [InlineData("--steps 0", "--steps 0: it must be a whole number from 1 to 100")]
    [InlineData("--manner random --n 2", "--n 2: it must be at least 3 where --manner is \"random\"")]
    [InlineData("--n 1", "\"legs\": 2: it must be at most the number of steps")]
    [InlineData("--spread 2", "--spread: it has no effect here, only with --manner random. Leave it out.")]
    [InlineData("--places 1,101", "--places 101: it must be a list of numbers from 0 to 100")]
    public void What_cannot_be_run_is_refused_in_terms_of_options(string line, string message)
        => Assert.Equal(message, Assert.Throws<UsageException>(() => Combinations(line)).Message);

    [Theory]
    [InlineData("--manner straight --spread 2", "--spread: it has no effect here, only with --manner random. Leave it out.")]
    [InlineData("--n 2", "--n 2: it must be at least 3 where --manner is \"random\"")]
    [InlineData("--steps 101", "--steps 101: it must be a whole number from 1 to 100")]
    public void So_is_a_part_of_a_grid(string line, string message)
        => Assert.Equal(message, Assert.Throws<UsageException>(() => Part(line)).Message);

    [Theory]
    [InlineData("--n x", "--n x: it must be a whole number")]
    [InlineData("--steps 1.5", "--steps 1.5: it must be a whole number")]
    [InlineData("--seed -1", "--seed -1: it must be a whole number that is not negative, at most 4294967295")]
    [InlineData("--spread inf", "--spread inf: it must be a number")]
    [InlineData("--spread NaN", "--spread NaN: it must be a finite number")]
    [InlineData("--manner rondom", "--manner rondom: it must be one of straight, random. Did you mean 'random'?")]
    [InlineData("--ground snow", "--ground snow: it must be one of dry-land, deep-snow. Did you mean 'deep-snow'?")]
    [InlineData("--turns maybe", "--turns maybe: it must be one of true, false. Did you mean 'false'?")]
    [InlineData("--n 5 --sede 3", "--sede: there is no such option. Did you mean '--seed'?")]
    [InlineData("--n ,", "--n: it needs a value")]
    public void Values_of_the_wrong_type_are_errors_of_the_command_line(string line, string message)
        => Assert.Equal(message, Parse(SettingOptions.OfRuns(Walk), line).Errors[0].Message);

    [Fact]
    public void Words_select_the_same_part_again_and_name_its_folder()
    {
        var options = SettingOptions.OfGrid(Walk);
        IReadOnlyList<string> words = options.Words(Parse(options, "--seed 70 --steps 9,5 --places 1 --places 2"));
        Assert.Equal(["--steps", "9", "5", "--places", "1", "2", "--seed", "70"], words);
        Assert.Equal(
            Path.Combine("results", "reports", "walk", "quick-steps-9-5-places-1-2-seed-70"),
            ReportFolder.Of("walk", GridScale.Quick, words));
        Assert.Equal(Path.Combine("results", "reports", "walk", "steps-9-5-places-1-2-seed-70"), ReportFolder.Own("walk", words));
        Assert.Equal(Path.Combine("results", "quick", "walk"), ReportFolder.Of("walk", GridScale.Quick, []));
        Assert.Equal(Path.Combine("results", "reports", "walk", "default"), ReportFolder.Own("walk", []));
    }

    [Fact]
    public void Help_says_what_a_setting_is_what_is_allowed_and_its_default()
    {
        string help = Help("walk");
        Assert.Contains("--manner <straight|random>", help, StringComparison.Ordinal);
        Assert.Contains("how it walks [default: straight]", help, StringComparison.Ordinal);
        Assert.Contains("number of steps; a whole number from 1 to 100 [default: 5]", help, StringComparison.Ordinal);
        Assert.Contains(
            "spread of a step; a number above 0, at most 10; only with --manner random [default: 1]", help, StringComparison.Ordinal);
        Assert.Contains("where it is looked at; a list of numbers from 0 to 100 [default: 1,2]", help, StringComparison.Ordinal);
        Assert.Contains("--ground <dry-land|deep-snow>", help, StringComparison.Ordinal);
        Assert.Contains("stein walk --manner random", help, StringComparison.Ordinal);
        Assert.DoesNotContain("--legs", help, StringComparison.Ordinal);
        Assert.Contains(
            "number of steps; a whole number from 1 to 100 [default: those of the grid]", Help("reproduce walk"), StringComparison.Ordinal);
        Assert.Contains("stein report walk --manner straight --out part", Help("report walk"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("walk --man", "--manner")]
    [InlineData("walk --manner ", "straight random")]
    [InlineData("walk --places ", "1,2")]
    [InlineData("walk --turns ", "true false")]
    [InlineData("walk --map ", "")]
    [InlineData("reproduce walk --n ", "5 9")]
    [InlineData("reproduce walk --spread ", "1 2")]
    [InlineData("report walk --seed ", "60 70")]
    [InlineData("swim ", "far fast")]
    [InlineData("reproduce sw", "swim-far swim-fast swim")]
    public void The_shell_completes_them(string line, string expected)
    {
        IReadOnlyList<string> suggestions = Suggestions.For(Root(), ShellLine.Words(line));
        Assert.Equal(
            expected.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            suggestions.TakeWhile(suggestion => line.EndsWith("--man", StringComparison.Ordinal) || !suggestion.StartsWith('-')));
    }

    [Theory]
    [InlineData("walk", "walk")]
    [InlineData("swim", "swim-far swim-fast")]
    [InlineData("swim-fast walk swim", "swim-fast walk swim-far")]
    public void Names_are_those_of_experiments_and_of_groups(string names, string expected)
        => Assert.Equal(expected, string.Join(' ', Catalog().Find(names.Split(' ')).Select(experiment => experiment.Name)));

    [Fact]
    public void An_experiment_is_no_group_and_an_unknown_name_suggests_the_closest_of_both()
    {
        Assert.Equal(["walk", "walk-back", "walk-home", "swim-far", "swim-fast", "run-fast", "swim"], Catalog().Names);
        string message = Assert.Throws<UsageException>(() => Catalog().Find("swin")).Message;
        Assert.EndsWith("Did you mean 'swim'?", message, StringComparison.Ordinal);
    }

    /// <summary>A setting with the name of an option that is there already could not be given.</summary>
    [Fact]
    public void No_two_options_of_a_command_have_one_name()
    {
        using var interruption = new Interruption();
        RootCommand root = SteinRootCommand.Create(interruption);
        Check(root, []);

        void Check(Command command, string[] path)
        {
            CommandResult result = root.Parse(path).CommandResult;
            Assert.Equal(command, result.Command);
            string[] names = [.. CommandOptions.Of(result).SelectMany(option => option.Aliases.Append(option.Name))];
            Assert.Equal(names.Distinct(), names);
            foreach (Command subcommand in command.Subcommands)
                Check(subcommand, [.. path, subcommand.Name]);
        }
    }

    /// <summary>Not to read the settings of experiments that are not meant is most of the time of a short command.</summary>
    [Theory]
    [InlineData("walk --turns true", "walk")]
    [InlineData("swim fast", "swim fast")]
    [InlineData("swim-fast", "swim-fast")]
    [InlineData("report walk-home", "report walk-home")]
    [InlineData("[suggest:20] \"stein reproduce walk --\"", "reproduce walk")]
    public void A_line_has_the_options_of_the_experiments_that_it_names_and_no_others(string line, string path)
    {
        using var interruption = new Interruption();
        RootCommand root = SteinRootCommand.Create(interruption, Catalog().All, line.Split(' '));
        Assert.Equal(Names(Root(), path), Names(root, path));
        Assert.Empty(root.Subcommands.Single(command => command.Name == "run-fast").Options);
        Assert.Equal(Root().Subcommands.Select(command => command.Description), root.Subcommands.Select(command => command.Description));

        static IEnumerable<string> Names(RootCommand root, string path)
            => CommandOptions.Of(root.Parse(path.Split(' ')).CommandResult).Select(option => option.Name);
    }

    private static ExperimentCatalog Catalog() => new(
        [Walk, .. ((string[])["walk-back", "walk-home", "swim-far", "swim-fast", "run-fast"]).Select(name => new WalkExperiment(name))]);

    private static RootCommand Root()
    {
        using var interruption = new Interruption();
        return SteinRootCommand.Create(interruption, Catalog().All);
    }

    private static string Help(string command)
    {
        using var output = new StringWriter();
        Root().Parse([.. command.Split(' '), "--help"]).Invoke(new InvocationConfiguration { Output = output });
        return string.Join(' ', output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    private static ParseResult Parse(SettingOptions options, string line, params string[] more)
    {
        var command = new RootCommand();
        options.AddTo(command);
        return command.Parse([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries), .. more]);
    }

    private static IReadOnlyList<RunConfig> Combinations(string line, params string[] more)
    {
        var options = SettingOptions.OfRuns(Walk);
        return options.Combinations(Parse(options, line, more), Precision.Single);
    }

    private static IReadOnlyList<RunConfig> Part(string line)
    {
        var options = SettingOptions.OfGrid(Walk);
        return options.Part(Parse(options, line), GridScale.Paper, Precision.Single);
    }

    private static string Describe(IReadOnlyList<RunConfig> runs) => string.Join(" | ", runs.Select(run => run.Description));
}
