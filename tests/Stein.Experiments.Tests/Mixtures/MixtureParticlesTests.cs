using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Mixtures;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Mixtures;

/// <summary>Particles that start in one mode: which find the other, and that runs can be stopped anywhere.</summary>
public sealed class MixtureParticlesTests
{
    public static TheoryData<string> Algorithms => ["svgd", "ksd-descent", "svgd-annealed", "ksd-descent-annealed"];

    [Theory]
    [InlineData("svgd", 0, 0)]
    [InlineData("ksd-descent", 0, 0)]
    [InlineData("svgd-annealed", 0.3, 0.7)]
    public void At_a_distance_only_noise_finds_the_other_mode(string algorithm, double least, double most)
    {
        RunResult result = Run(new MixtureParticlesSettings { Algorithm = algorithm, Separation = 6, Particles = 40, Iterations = 300 });
        Assert.InRange(result.Values["share"]!.GetValue<double>(), least, most);
    }

    [Fact]
    public void Near_modes_are_found_without_noise()
    {
        RunResult result = Run(new MixtureParticlesSettings { Separation = 1.5, Particles = 40, Iterations = 500 });
        Assert.InRange(result.Values["share"]!.GetValue<double>(), 0.35, 0.65);
        Assert.True(result.Values["mmd"]!.GetValue<double>() < result.Values["exact_mmd"]!.GetValue<double>());
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_run_that_is_saved_and_restored_after_every_iteration_ends_with_the_same_bits(string algorithm)
    {
        var settings = new MixtureParticlesSettings
        {
            Algorithm = algorithm,
            Dimension = 2,
            Separation = 3,
            Particles = 12,
            Iterations = 8,
            ExactSamples = 20,
        };
        using Device device = CpuDevices.CreateSimd();
        RunConfig config = ExperimentRegistry.MixtureParticles.Identify(settings);
        using IRun whole = Start(config, device);
        while (whole.Iteration < whole.Iterations)
            whole.Step();

        byte[] state = [];
        for (int iteration = 0; iteration < settings.Iterations; iteration++)
        {
            using IRun part = Start(config, device);
            if (state.Length > 0)
                part.Restore(new BinaryReader(new MemoryStream(state)));
            Assert.Equal(iteration, part.Iteration);
            part.Step();
            var stream = new MemoryStream();
            part.Save(new BinaryWriter(stream));
            state = stream.ToArray();
            if (part.Iteration == part.Iterations)
                Assert.Equal(Contents(whole.Finish()), Contents(part.Finish()));
        }
    }

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        MixtureParticlesExperiment experiment = ExperimentRegistry.MixtureParticles;
        IReadOnlyList<RunConfig> grid = experiment.Grid(GridScale.Test);
        Assert.Empty(experiment.Report(store, new ReportRequest(folder.File("none"), grid, GridScale.Test)).Files);
        Assert.All(Stores.Run(store, grid), outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        ReportOutcome report = experiment.Report(store, new ReportRequest(folder.File("report"), grid, GridScale.Test));
        Assert.Equal((grid.Count, grid.Count), (report.Finished, report.Expected));
        Assert.All(report.Files, file => Assert.True(new FileInfo(file).Length > 0, file));
        Assert.NotEmpty(report.Tables);
        Assert.True(File.Exists(Path.Combine(folder.File("report"), "particles.csv")));

        ReportOutcome part = experiment.Report(store, new ReportRequest(folder.File("part"), [.. grid.Take(3)], Scale: null));
        Assert.Equal((3, 3), (part.Finished, part.Expected));
    }

    [Fact]
    public void Runs_of_a_grid_are_different_runs()
    {
        foreach (GridScale scale in Enum.GetValues<GridScale>())
        {
            IReadOnlyList<RunConfig> grid = ExperimentRegistry.MixtureParticles.Grid(scale);
            Assert.Equal(grid.Count, grid.Select(run => run.Id).Distinct().Count());
        }
    }

    [Fact]
    public void A_first_sigma_that_is_the_default_or_unused_makes_no_other_run()
    {
        MixtureParticlesExperiment experiment = ExperimentRegistry.MixtureParticles;
        var annealed = new MixtureParticlesSettings { Algorithm = "svgd-annealed" };
        Assert.Equal(experiment.Identify(annealed).Id, experiment.Identify(annealed with { FirstSigma = 10 }).Id);
        Assert.NotEqual(experiment.Identify(annealed).Id, experiment.Identify(annealed with { FirstSigma = 5 }).Id);
        var plain = new MixtureParticlesSettings();
        Assert.Equal(experiment.Identify(plain).Id, experiment.Identify(plain with { FirstSigma = 5 }).Id);
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new MixtureParticlesSettings();
        Assert.All(
            new (MixtureParticlesSettings Settings, string[] Words)[]
            {
                (valid with { Algorithm = "svg" }, ["svg", "svgd"]),
                (valid with { Kernel = "imk" }, ["imk", "imq"]),
                (valid with { Separation = double.NaN }, ["separation", "NaN", "a positive number"]),
                (valid with { Particles = 1 }, ["particles", "1", "a whole number from 2"]),
                (valid with { StepSize = 0 }, ["step_size", "0", "a positive number"]),
                (valid with { Weight = 1 }, ["weight", "1", "a number between 0 and 1"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(bad.Settings.Validate).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }

    private static IRun Start(RunConfig config, Device device) => ((Experiment)ExperimentRegistry.MixtureParticles).Start(config, device);

    private static string Contents(RunResult result)
    {
        var stream = new MemoryStream();
        Assert.Single(result.Files).Write(stream);
        return result.Values.ToJsonString() + Convert.ToBase64String(stream.ToArray());
    }

    private static RunResult Run(MixtureParticlesSettings settings)
    {
        using Device device = CpuDevices.CreateSimd();
        using IRun run = Start(ExperimentRegistry.MixtureParticles.Identify(settings), device);
        while (run.Iteration < run.Iterations)
            run.Step();
        return run.Finish();
    }
}
