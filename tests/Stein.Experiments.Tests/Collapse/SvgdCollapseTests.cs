using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Collapse;
using Stein.Experiments.Declarations;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Collapse;

/// <summary>Particles on Gaussians: which keep their variance, and that runs can be interrupted anywhere.</summary>
public sealed class SvgdCollapseTests
{
    public static TheoryData<string> Algorithms => [.. CollapseAlgorithms.Names.Where(name => name != CollapseAlgorithms.Exact)];

    [Theory]
    [InlineData("svgd", 1, 0.9, 1.05)]
    [InlineData("svgd", 30, 0, 0.3)]
    [InlineData("sliced-svgd", 1, 0.9, 1.1)]
    [InlineData("sliced-svgd", 30, 0.9, 1.1)]
    [InlineData("exact", 30, 0.9, 1.1)]
    public void Svgd_alone_collapses_with_the_dimension(string algorithm, int dimension, double min, double max)
    {
        RunResult result = Run(new SvgdCollapseSettings
        {
            Algorithm = algorithm,
            Dimension = dimension,
            VarianceRatio = dimension == 1 ? 1 : 4,
            Particles = 60,
            Iterations = 400,
            StepSize = 0.05,
        });
        Assert.InRange(result.Values["variance"]!.GetValue<double>(), min, max);
        Assert.InRange(result.Values["mean"]!.GetValue<double>(), -0.1, 0.1);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_run_that_is_saved_and_restored_after_every_iteration_ends_with_the_same_bits(string algorithm)
        => ExperimentChecks.AssertResumable(ExperimentRegistry.SvgdCollapse.Identify(
            new SvgdCollapseSettings { Algorithm = algorithm, Dimension = 3, VarianceRatio = 2, Particles = 12, Iterations = 45 }));

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.SvgdCollapse, folder);
        Assert.NotEmpty(report.Tables);
        Assert.True(File.Exists(Path.Combine(folder.File("report"), "collapse.csv")));
    }

    [Fact]
    public void Variances_are_in_geometric_progression_around_1()
    {
        double[] deviations = new SvgdCollapseSettings { Dimension = 5, VarianceRatio = 16 }.Deviations();
        Assert.Equal(16, Math.Pow(deviations[^1] / deviations[0], 2), 1e-12);
        Assert.Equal(1, deviations.GeometricMean(), 1e-12);
        Assert.All(deviations.Zip(deviations[1..]), pair => Assert.Equal(Math.Sqrt(2), pair.Second / pair.First, 1e-12));
        Assert.Equal([1.0], new SvgdCollapseSettings { Dimension = 1, VarianceRatio = 16 }.Deviations());
    }

    [Fact]
    public void Settings_without_effect_make_no_other_run()
    {
        SvgdCollapse experiment = ExperimentRegistry.SvgdCollapse;
        var exact = new SvgdCollapseSettings { Algorithm = "exact" };
        Assert.Equal(
            experiment.Identify(exact).Id,
            experiment.Identify(exact with { Iterations = 5, StepSize = 1, StartMean = 7, StartDeviation = 3, Kernel = "imq" }).Id);
        var line = new SvgdCollapseSettings { Dimension = 1 };
        Assert.Equal(experiment.Identify(line).Id, experiment.Identify(line with { VarianceRatio = 10, BandwidthScale = 2 }).Id);
        Assert.NotEqual(
            experiment.Identify(line with { Dimension = 2 }).Id, experiment.Identify(line with { Dimension = 2, VarianceRatio = 10 }).Id);
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new SvgdCollapseSettings();
        Assert.All(
            new (SvgdCollapseSettings Settings, string[] Words)[]
            {
                (valid with { Algorithm = "svg" }, ["svg", "svgd"]),
                (valid with { Kernel = "matern32", Algorithm = "sliced-svgd" }, ["kernel", "matern32", "sliced-svgd needs 3"]),
                (valid with { VarianceRatio = 0.5 }, ["variance_ratio", "0.5", "at least 1"]),
                (valid with { StartMean = double.PositiveInfinity }, ["start_mean", "a finite number"]),
                (valid with { Particles = 1 }, ["particles", "1", "a whole number from 2"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(
                    () => ExperimentRegistry.SvgdCollapse.Identify(bad.Settings)).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }

    private static RunResult Run(SvgdCollapseSettings settings)
    {
        using Device device = CpuDevices.CreateSimd();
        return ExperimentChecks.Finish(ExperimentRegistry.SvgdCollapse.Identify(settings), device);
    }
}
