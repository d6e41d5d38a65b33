using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Golden;

/// <summary>No config, run id, number or report changes unless the files in <c>tests/golden/experiments</c> change too.</summary>
public class GoldenExperimentTests
{
    private const string UpdateVariable = "STEIN_GOLDEN_UPDATE";

    public static TheoryData<string> Names => [.. ExperimentRegistry.All.Select(experiment => experiment.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Configs_and_ids_of_every_grid(string name) => Check(name, golden => golden.CheckRuns());

    [Theory]
    [MemberData(nameof(Names))]
    public void Results_and_report_of_the_test_grid(string name)
    {
        bool same = Check(name, golden =>
        {
            golden.CheckResults(CpuDevices.CreateDouble);
            if (golden.ArithmeticIsSame)
                golden.CheckReport();
        }).ArithmeticIsSame;
        if (!same)
            Assert.Skip("The results agree within rounding error, but this machine rounds differently, so the report was not compared.");
    }

    [Fact]
    public void Every_golden_folder_is_that_of_an_experiment()
        => Assert.Equal(
            ExperimentRegistry.All.Select(experiment => experiment.Name).Order(StringComparer.Ordinal),
            Directory.GetDirectories(Stores.GoldenFolder("")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void What_changed_is_named_and_rewritten_only_when_asked()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(2, Run(protocol: 3, rewrite: true, "One.").Count);
        Assert.Empty(Run(protocol: 3, rewrite: false, "One."));
        IReadOnlyList<string> changes = Run(protocol: 4, rewrite: false, "Two.");
        Assert.Contains("walk/runs.txt.gz: 20 lines expected, 20 found, different from line 1 on", changes[0], StringComparison.Ordinal);
        Assert.Contains("\n  - One.\n  + Two.", changes[1], StringComparison.Ordinal);
        Assert.Equal(changes, Run(protocol: 4, rewrite: false, "Two."));

        IReadOnlyList<string> Run(int protocol, bool rewrite, string caption)
        {
            string work = Directory.CreateDirectory(folder.File("work")).FullName;
            var golden = new GoldenExperiment(new WalkExperiment(protocol), folder.File("golden"), work, rewrite);
            golden.CheckRuns();
            golden.Check("report.md", [caption]);
            return golden.Changes;
        }
    }

    private static GoldenExperiment Check(string name, Action<GoldenExperiment> check)
    {
        bool rewrite = Environment.GetEnvironmentVariable(UpdateVariable) == "1";
        string work = Directory.CreateTempSubdirectory($"stein-golden-{name}-").FullName;
        var golden = new GoldenExperiment(
            ExperimentRegistry.All.Single(experiment => experiment.Name == name), Stores.GoldenFolder(name), work, rewrite);
        check(golden);
        if (golden.Changes.Count > 0)
        {
            Assert.Fail(string.Join('\n', golden.Changes) + (rewrite
                ? $"\nThese golden files were rewritten. Look at them with git diff, and test again without {UpdateVariable}."
                : $"\nWhat was found is in {work}. If the change is meant, see tests/golden/README.md."));
        }

        Directory.Delete(work, recursive: true);
        return golden;
    }
}
