using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Declarations;
using Stein.Experiments.Mixtures.Particles;
using Stein.Experiments.Runs;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Mixtures;

/// <summary>Particles that start in one mode: which reach the other, and that runs can be interrupted anywhere.</summary>
public sealed class MixtureParticlesTests
{
    public static TheoryData<string> Algorithms => ["svgd", "ksd-descent", "svgd-annealed", "ksd-descent-annealed"];

    [Theory]
    [InlineData("svgd", 0, 0)]
    [InlineData("ksd-descent", 0, 0)]
    [InlineData("svgd-annealed", 0.3, 0.7)]
    public void Only_noise_moves_particles_to_a_distant_mode(string algorithm, double min, double max)
    {
        RunResult result = Run(new MixtureParticlesSettings { Algorithm = algorithm, Separation = 6, Particles = 40, Iterations = 300 });
        Assert.InRange(result.Values["share"]!.GetValue<double>(), min, max);
    }

    [Fact]
    public void Particles_reach_a_near_mode_without_noise()
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
        ExperimentChecks.AssertResumable(ExperimentRegistry.MixtureParticles.Identify(settings));
    }

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.MixtureParticles, folder);
        Assert.NotEmpty(report.Tables);
        Assert.True(File.Exists(Path.Combine(folder.File("report"), "particles.csv")));
    }

    [Fact]
    public void A_first_sigma_that_is_the_default_or_unused_makes_no_other_run()
    {
        MixtureParticles experiment = ExperimentRegistry.MixtureParticles;
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
                (valid with { Kernel = "matern32", Algorithm = "ksd-descent" }, ["kernel", "matern32", "ksd-descent needs 3"]),
                (valid with { Separation = double.NaN }, ["separation", "NaN", "a positive number"]),
                (valid with { Particles = 1 }, ["particles", "1", "a whole number from 2"]),
                (valid with { StepSize = 0 }, ["step_size", "0", "a positive number"]),
                (valid with { Weight = 1 }, ["weight", "1", "a number between 0 and 1"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(
                    () => ExperimentRegistry.MixtureParticles.Identify(bad.Settings)).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }

    private static RunResult Run(MixtureParticlesSettings settings)
    {
        using Device device = CpuDevices.CreateSimd();
        return ExperimentChecks.Finish(ExperimentRegistry.MixtureParticles.Identify(settings), device);
    }
}
