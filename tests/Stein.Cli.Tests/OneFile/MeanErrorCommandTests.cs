using System.CommandLine;
using Stein.Cli.Completion;
using Stein.Cli.ExitCodes;
using Stein.Experiments;
using Stein.Experiments.Tests.Studies;

namespace Stein.Cli.Tests.OneFile;

/// <summary>An experiment of sixty lines is known to every command as soon as it is in the list of experiments.</summary>
[Collection(nameof(InThisProcess))]
public sealed class MeanErrorCommandTests : IDisposable
{
    private readonly SteinProgram folder = new();
    private readonly Interruption interruption = new();
    private readonly RootCommand root;

    public MeanErrorCommandTests() => root = SteinRootCommand.Create(interruption, [.. ExperimentRegistry.All, new MeanError()]);

    public void Dispose()
    {
        interruption.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void It_is_listed_shown_and_completed()
    {
        Assert.Contains("\"name\":\"mean-error\"", Run("list", "--json"), StringComparison.Ordinal);
        Assert.Contains("\"samples\":1000", Run("show", "mean-error", "--all"), StringComparison.Ordinal);
        Assert.Equal(["mean-error"], Suggestions.For(root, ["mea"]));
        Assert.Equal(["mean-error"], Suggestions.For(root, ["reproduce", "mea"]));
        Assert.Contains("--trials", Suggestions.For(root, ["mean-error", "--t"]));
        string help = Run("mean-error", "--help");
        Assert.Contains("--n, --samples <n>", help, StringComparison.Ordinal);
        Assert.Contains("numbers in a sample; a whole number from 1 to 1000000 [default: 100]", help, StringComparison.Ordinal);
        Assert.Contains("stein mean-error --n 10,100,1000", help, StringComparison.Ordinal);
    }

    [Fact]
    public void It_runs_is_reproduced_and_reported()
    {
        string store = folder.PathOf("store");
        Run("mean-error", "--n", "5,50", "--trials", "10", "--store", store, "--out", folder.PathOf("own"), "--quiet");
        Assert.Equal(3, folder.ReadLines("own", "spread.csv").Length);
        Run("reproduce", "mean-error", "--grid", "test", "--store", store, "--out", folder.PathOf("grid"), "--quiet");
        Run("report", "mean-error", "--grid", "test", "--n", "10", "--store", store, "--out", folder.PathOf("part"), "--quiet");
        Assert.Equal(4, folder.ReadLines("grid", "spread.csv").Length);
        Assert.Equal(folder.ReadLines("grid", "spread.csv")[..2], folder.ReadLines("part", "spread.csv"));
    }

    /// <summary>What a command prints for programs, and its help.</summary>
    private string Run(params string[] arguments)
    {
        SteinResult result = folder.Here(() => root.Parse(arguments).Invoke());
        Assert.True(result.ExitCode == ExitCode.Success, $"{result}");
        return result.Output;
    }
}
