using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary>Options that choose a grid of an experiment.</summary>
internal sealed class GridOptions
{
    private readonly Option<string> grid = Values.Choice(
        "--grid",
        "the published settings, a reduced grid of two minutes, or a tiny one of seconds to try things out",
        ["paper", "quick", "test"],
        "paper");

    private readonly Option<bool> quick =
        Values.Flag("--quick", "the same as --grid quick; its numbers are not compared with the paper's");

    public void AddTo(Command command) => command.AddShared(grid, quick);

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(quick) || parsed.GetResult(grid) is { Implicit: false };

    public GridScale Read(ParseResult parsed)
    {
        string name = parsed.GetRequiredValue(grid);
        if (!parsed.GetValue(quick))
            return Enum.Parse<GridScale>(name, ignoreCase: true);
        if (parsed.GetResult(grid) is { Implicit: false } && name != "quick")
            throw new UsageException($"--quick and --grid {name} contradict each other; give one of them");
        return GridScale.Quick;
    }
}
