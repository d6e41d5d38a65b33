using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Stein.Tests;
using Xunit;

namespace Stein.Experiments.Tests.Studies;

/// <summary>An experiment that is one short file: everything else follows from it, and the contributor's guide shows it as it is.</summary>
public sealed class MeanErrorTests
{
    [Fact]
    public void It_runs_resumes_and_reports()
    {
        using var folder = new TemporaryFolder();
        var experiment = new MeanError();
        ExperimentChecks.AssertResumable(experiment.Identify(new MeanErrorSettings { Samples = 5, Trials = 4 }));
        var store = new RunStore(folder.File("runs"));
        IReadOnlyList<RunConfig> grid = experiment.Grid(GridScale.Test);
        Stores.Run(store, grid);
        ReportOutcome report = ExperimentChecks.AssertReported(experiment, folder, store, grid);
        string[] names = [.. report.Files.Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(
            ["figures.md", "metrics.csv.gz", "provenance.json", "spread.csv", "spread.md", "spread.png", "spread.svg", "spread.tex"],
            names);
        string[] lines = File.ReadAllLines(Path.Combine(folder.File("report"), "spread.csv"));
        Assert.Equal("samples,spread", lines[0]);
        // Twenty draws: their standard deviation is within a third of 1/√N, 2.1 standard deviations of it, for this seed.
        Assert.All(lines.Skip(1), line => Assert.InRange(
            double.Parse(line.Split(',')[1]) * Math.Sqrt(double.Parse(line.Split(',')[0])), 0.67, 1.33));
    }

    [Fact]
    public void It_takes_sixty_lines_and_is_the_example_of_the_guide()
    {
        string root = Repository.Folder;
        string[] lines = File.ReadAllLines(Path.Combine(root, "tests", "Stein.Experiments.Tests", "Studies", "MeanError.cs"));
        Assert.InRange(lines.Length, 1, 60);
        Assert.Contains(string.Join('\n', lines), File.ReadAllText(Path.Combine(root, "CONTRIBUTING.md")), StringComparison.Ordinal);
    }
}
