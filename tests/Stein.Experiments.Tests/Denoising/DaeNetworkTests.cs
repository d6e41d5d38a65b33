using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Targets;
using Stein.Experiments.Declarations;
using Stein.Experiments.Denoising.Network;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.Denoising;

/// <summary>Auto-encoders as experiment: what training and σ do to the errors, and that runs can be stopped anywhere.</summary>
public sealed class DaeNetworkTests
{
    private static readonly DaeNetworkSettings Short = new()
    {
        Hidden = 16,
        Batch = 64,
        Iterations = 1500,
        LearningRate = 5e-3,
        TrainingSamples = 500,
        TestSamples = 500,
        DiscrepancySamples = 300,
    };

    public static TheoryData<string> Densities => [.. PlanarDensity.Names];

    /// <summary>
    /// Excess loss over σ⁴ and Fisher error are measured apart. Their difference has expectation 0 and is held to four of its standard
    /// errors, the error being more than ten.
    /// </summary>
    [Theory]
    [MemberData(nameof(Densities))]
    public void Excess_loss_is_the_fisher_error_of_the_smoothed_density(string data)
    {
        DaeNetworkSettings settings = Short with { Data = data, Sigma = 0.5, Iterations = 20, TestSamples = 20_000 };
        RunResult result = Run(settings);
        double error = Value(result, "fisher_smoothed");
        double standardError = Value(result, "identity_error");
        double difference = (Value(result, "excess_loss") / Math.Pow(settings.Sigma, 4)) - error;
        Assert.InRange(difference, -4 * standardError, 4 * standardError);
        Assert.True(error > 10 * standardError, $"{error} ± {standardError}");
    }

    [Fact]
    public void Training_lessens_errors_and_noise_matched_ksd()
    {
        DaeNetworkSettings settings = Short with { Sigma = 0.5 };
        RunResult early = Run(settings with { Iterations = 1 });
        RunResult late = Run(settings);
        Assert.All(
            (string[])["fisher_smoothed_relative", "fisher_clean_relative", "ksd_matched", "denoising_loss"],
            name => Assert.True(Value(late, name) < 0.8 * Value(early, name), $"{name}: {Value(early, name)}, then {Value(late, name)}"));
        Assert.True(Value(late, "fisher_smoothed_relative") < 0.15);
        Assert.True(Math.Abs(Value(late, "exact_ksd_matched")) < 0.2 * Value(early, "ksd_matched"));
    }

    [Fact]
    public void More_noise_than_the_density_has_detail_spoils_the_score_of_the_density()
    {
        double little = Value(Run(Short with { Sigma = 0.3 }), "fisher_clean_relative");
        double much = Value(Run(Short with { Sigma = 1.5 }), "fisher_clean_relative");
        Assert.True(much > 2 * little, $"{little} with little noise, {much} with much");
    }

    [Theory]
    [InlineData("simd", "imq")]
    [InlineData("double", "rbf")]
    public void A_run_measures_the_same_on_any_device_and_with_any_kernel(string device, string kernel)
    {
        DaeNetworkSettings settings = Short with { Iterations = 12, TestSamples = 60, DiscrepancySamples = 40, Kernel = kernel };
        using Device other = device == "simd" ? CpuDevices.CreateSimd() : CpuDevices.CreateSimdDouble();
        using Device reference = CpuDevices.CreateDouble();
        RunResult expected = ExperimentChecks.Finish(ExperimentRegistry.DaeNetwork.Identify(settings), reference);
        RunResult actual = ExperimentChecks.Finish(ExperimentRegistry.DaeNetwork.Identify(settings), other);
        foreach (string name in expected.Values.Select(entry => entry.Key))
        {
            // Twelve steps of Adam in single precision; KSD² is a difference of terms of the size of a squared score, some ten.
            double tolerance = device == "simd" ? 1e-3 : 1e-9;
            Assert.Equal(Value(expected, name), Value(actual, name), tolerance * Math.Max(1, Math.Abs(Value(expected, name))));
        }
    }

    [Fact]
    public void A_run_that_is_saved_and_restored_after_every_iteration_ends_with_the_same_bits()
        => ExperimentChecks.AssertResumable(ExperimentRegistry.DaeNetwork.Identify(Short with
        {
            Batch = 16,
            TrainingSamples = 40,
            Iterations = 8,
            TestSamples = 20,
            DiscrepancySamples = 20,
        }));

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.DaeNetwork, folder);
        Assert.Equal(4, report.Tables.Count);
        foreach (string name in (string[])
            [
                "checkpoints.csv", "ladder.csv", "rank_correlations.csv", "excess.md", "ranks_later.tex", "figures.md", "field_modes.png",
                "ksd_modes.svg",
            ])
        {
            Assert.True(File.Exists(Path.Combine(folder.File("report"), name)), name);
        }

        // Two σ, two seeds, five checkpoints and the start of each.
        string path = Path.Combine(folder.File("report"), "checkpoints.csv");
        Assert.Equal(1 + (2 * 2 * 6), File.ReadLines(path).Count());

        // Two σ, all and the later checkpoints, six pairs of a measure and an error; two σ are too few to rank.
        JsonArray ranks = report.Data["rank_correlations"]!.AsArray();
        Assert.Equal(2 * 2 * 6, ranks.Count);
        Assert.All(ranks, row =>
        {
            double[] numbers = [-1, .. ((string[])["low", "mean", "high"]).Select(name => row![name]!.GetValue<double>()), 1];
            Assert.Equal(numbers.Order(), numbers);
        });
    }

    [Fact]
    public void Runs_of_other_settings_have_files_of_their_own()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        DaeNetworkSettings settings = Short with { Batch = 8, Iterations = 20, TrainingSamples = 20, TestSamples = 20, Checkpoints = 3 };
        RunConfig[] plan =
        [
            ExperimentRegistry.DaeNetwork.Identify(settings),
            ExperimentRegistry.DaeNetwork.Identify(settings with { Hidden = 4 }),
        ];
        Assert.All(Stores.Run(store, plan), outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        ReportOutcome report = ExperimentRegistry.DaeNetwork.Report(store, new ReportRequest(folder.File("report"), plan, Scale: null));
        Assert.Contains(report.Files, file => Path.GetFileName(file) == "ladder.csv");
        Assert.Contains(report.Files, file => Path.GetFileName(file) == "ladder_2.csv");
        Assert.Equal(report.Files.Count, report.Files.Distinct().Count());
    }

    [Fact]
    public void Checkpoints_are_a_factor_apart_and_end_with_training()
    {
        Assert.Equal(
            [10, 32, 100, 316, 1000], new DaeNetworkSettings { Iterations = 1000, Checkpoints = 5 }.CheckpointIterations());
        Assert.Equal([7], new DaeNetworkSettings { Iterations = 7 }.CheckpointIterations());
        Assert.Equal([500], new DaeNetworkSettings { Iterations = 500, Checkpoints = 1 }.CheckpointIterations());
        IReadOnlyList<int> crowded = new DaeNetworkSettings { Iterations = 15, Checkpoints = 50 }.CheckpointIterations();
        Assert.Equal([10, 11, 12, 13, 14, 15], crowded);
    }

    [Fact]
    public void The_interval_of_a_mean_is_that_of_resampled_seeds()
    {
        (double mean, double low, double high) = RankCorrelation.Interval([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
        // The mean of ten draws of 0 and 1: binomial, 2.5 % at 0.2 and 97.5 % at 0.8.
        Assert.Equal((0.5, 0.2, 0.8), (mean, Math.Round(low, 10), Math.Round(high, 10)));
        (mean, low, high) = RankCorrelation.Interval([0.7]);
        Assert.Equal(0.7, mean);
        Assert.True(double.IsNaN(low) && double.IsNaN(high));
    }

    [Fact]
    public void More_ksd_samples_than_there_are_make_no_other_run()
    {
        DaeNetwork experiment = ExperimentRegistry.DaeNetwork;
        Assert.Equal(
            experiment.Identify(new() { TestSamples = 100, DiscrepancySamples = 100 }).Id,
            experiment.Identify(new() { TestSamples = 100, DiscrepancySamples = 5000 }).Id);
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new DaeNetworkSettings();
        Assert.All(
            new (DaeNetworkSettings Settings, string[] Words)[]
            {
                (valid with { Data = "ring" }, ["ring", "rings"]),
                (valid with { Kernel = "imk" }, ["imk", "imq"]),
                (valid with { Sigma = 0 }, ["sigma", "0", "a number from 0.001"]),
                (valid with { Sigma = double.NaN }, ["sigma", "NaN"]),
                (valid with { Batch = 1001 }, ["batch", "1001", "from 1 to 1000"]),
                (valid with { TestSamples = 1 }, ["test_samples", "1", "from 2"]),
                (valid with { LearningRate = -1 }, ["learning_rate", "-1", "a positive number"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(() => ExperimentRegistry.DaeNetwork.Identify(bad.Settings)).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }

    private static RunResult Run(DaeNetworkSettings settings)
    {
        using Device device = CpuDevices.CreateSimd();
        return ExperimentChecks.Finish(ExperimentRegistry.DaeNetwork.Identify(settings), device);
    }

    private static double Value(RunResult result, string name) => result.Values[name]!.GetValue<double>();
}
