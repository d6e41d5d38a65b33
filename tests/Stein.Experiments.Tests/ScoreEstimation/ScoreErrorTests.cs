using System.Diagnostics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Estimators;
using Stein.Experiments.Declarations;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;
using Stein.Experiments.ScoreEstimation;
using Stein.Experiments.ScoreEstimation.Benchmark;
using Stein.Experiments.Tests.Runs;
using Xunit;

namespace Stein.Experiments.Tests.ScoreEstimation;

/// <summary>Errors of estimators: that they are of the size that is known, and that runs, reports and settings are what they say.</summary>
public sealed class ScoreErrorTests
{
    private static readonly string[] ReportFiles =
    [
        "by_dimension_gauss_K30.md",
        "by_dimension_gauss_K30_rule.png",
        "by_dimension_gauss_K30_held-out.svg",
        "by_samples_banana_D2.tex",
        "sweep_stein_gauss_K30.png",
        "curves_stein.png",
        "curves.csv",
    ];

    public static TheoryData<string> Estimators => [.. ScoreEstimators.Names];

    [Theory]
    [MemberData(nameof(Estimators))]
    public void Every_estimator_is_nearer_to_the_score_than_zero_is(string estimator)
    {
        using Device device = CpuDevices.CreateSimd();
        var settings = new ScoreErrorSettings { Estimator = estimator, Selection = "held-out" };
        ScoreErrorDraw draw = ScoreError.Draw(settings, device, 0);
        Assert.InRange(draw.OutOfSample, 0, 0.5);

        // A fifth of the samples is held out.
        int training = settings.Samples * 4 / 5;
        ScoreEstimator found = ScoreEstimators.Find(estimator);
        Assert.Contains(
            draw.Regularisation,
            found.Candidates(training, settings.Dimension).Append(found.DefaultRegularisation(training, settings.Dimension)));
    }

    [Fact]
    public void More_samples_make_the_error_smaller()
    {
        using Device device = CpuDevices.CreateSimd();
        var settings = new ScoreErrorSettings { Estimator = "ssge" };
        Assert.True(ScoreError.Draw(settings with { Samples = 500 }, device, 0).OutOfSample
            < 0.8 * ScoreError.Draw(settings with { Samples = 50 }, device, 0).OutOfSample);
    }

    [Fact]
    public void The_best_ridge_is_smaller_in_a_higher_dimension()
    {
        using Device device = CpuDevices.CreateSimd();
        Assert.True(Error(1, 10) < Error(1, 0.1));
        Assert.True(Error(100, 0.1) < Error(100, 10));

        // A draw on the line may say otherwise; ten do not.
        double Error(int dimension, double ridge) => Enumerable.Range(0, 10).Average(index => ScoreError.Draw(
            new() { Dimension = dimension, Estimator = "stein-augmented", Selection = "given", Regularisation = ridge },
            device,
            index).InSample);
    }

    [Theory]
    [InlineData("rule")]
    [InlineData("held-out")]
    public void The_u_statistic_is_the_v_statistic_and_the_grid_leaves_it_out(string selection)
    {
        using Device device = CpuDevices.CreateDouble();
        var settings = new ScoreErrorSettings { Samples = 40, Dimension = 3, TestPoints = 30, Selection = selection };
        ScoreErrorDraw first = ScoreError.Draw(settings, device, 0);
        ScoreErrorDraw second = ScoreError.Draw(settings with { Estimator = "stein-u" }, device, 0);
        // 1 + η − 1 is η to rounding, which the equations magnify by their condition, K/η.
        Assert.Equal(first.OutOfSample, second.OutOfSample, 1e-8 * (1 + first.OutOfSample));
        Assert.Equal(first.Regularisation + 1, second.Regularisation, 1e-12);
        Assert.All(
            Enum.GetValues<GridScale>().SelectMany(scale => ExperimentRegistry.ScoreError.Grid(scale)),
            run => Assert.NotEqual("stein-u", ((ScoreErrorSettings)run.Config).Estimator));
    }

    [Fact]
    public void Where_there_is_no_estimate_the_draw_says_so_and_the_run_counts_it()
    {
        // Without a ridge the estimate exists at the samples only.
        RunConfig config = ExperimentRegistry.ScoreError.Identify(
            new() { Samples = 20, Dimension = 2, Trials = 2, Selection = "given", Regularisation = 0 });
        using Device device = CpuDevices.CreateSimd();
        RunResult result = ExperimentChecks.Finish(config, device);
        Assert.Equal(2, (double)result.Values["failed"]!);
        Assert.Null(result.Values["out_of_sample_error"]);
    }

    [Theory]
    [InlineData("rule")]
    [InlineData("held-out")]
    public void A_run_that_is_saved_and_restored_after_every_draw_ends_with_the_same_bits(string selection)
    {
        var settings = new ScoreErrorSettings
        {
            Target = "grid",
            Selection = selection,
            Samples = 20,
            Dimension = 3,
            TestPoints = 20,
            Trials = 3,
        };
        ExperimentChecks.AssertResumable(ExperimentRegistry.ScoreError.Identify(settings));
    }

    [Fact]
    public void The_small_grid_and_its_report()
    {
        using var folder = new TemporaryFolder();
        ReportOutcome report = ExperimentChecks.AssertReported(ExperimentRegistry.ScoreError, folder);
        string[] names = [.. report.Files.Select(file => Path.GetFileName(file))];
        Assert.Equal(report.Finished + 1, File.ReadLines(Path.Combine(folder.File("report"), "score_errors.csv")).Count());
        Assert.All(ReportFiles, name => Assert.Contains(name, names));
        Assert.Equal(4, report.Tables.Count);
    }

    [Fact]
    public void The_published_grid_has_ten_draws_in_every_cell()
    {
        IReadOnlyList<RunConfig> grid = ExperimentRegistry.ScoreError.Grid(GridScale.Paper);
        Assert.Equal(649, grid.Count);
        Assert.All(grid, run => Assert.True(((ScoreErrorSettings)run.Config) is { Trials: 10, TestPoints: 1024 }));
    }

    [Fact]
    public void A_given_regularisation_that_is_the_rules_is_the_same_run()
    {
        ScoreError experiment = ExperimentRegistry.ScoreError;
        var rule = new ScoreErrorSettings { Estimator = "ssge" };
        Assert.Equal(
            experiment.Identify(rule), experiment.Identify(rule with { Selection = "given", Regularisation = rule.FixedRegularisation }));
        Assert.NotEqual(experiment.Identify(rule), experiment.Identify(rule with { Selection = "given", Regularisation = 0.5 }));
    }

    [Fact]
    public void What_cannot_be_run_is_refused_with_what_is_allowed()
    {
        var valid = new ScoreErrorSettings();
        Assert.All(
            new (ScoreErrorSettings Settings, string[] Words)[]
            {
                (valid with { Target = "gaus" }, ["gaus", "gauss"]),
                (valid with { Estimator = "sgge" }, ["sgge", "ssge"]),
                (valid with { Kernel = "rfb" }, ["rfb", "rbf"]),
                (valid with { Kernel = "laplace" }, ["laplace", "rbf, imq, matern52, matern32"]),
                (valid with { Kernel = "matern32", Estimator = "kef" }, ["kernel", "matern32", "kef needs 4", "Use rbf, imq, matern52"]),
                (valid with { Selection = "heldout" }, ["heldout", "held-out"]),
                (valid with { Target = "banana", Dimension = 1 }, ["dimension", "1", "a whole number from 2"]),
                (valid with { Samples = 1 }, ["samples", "1", "a whole number from 2"]),
                (valid with { Samples = 5, Selection = "held-out" }, ["samples", "5", "a whole number from 10"]),
                (valid with { Bandwidth = 0 }, ["bandwidth", "0", "positive"]),
                (valid with { Selection = "given" }, ["regularisation", "nothing", "ridge"]),
                (valid with { Selection = "given", Regularisation = -1 }, ["regularisation", "-1", "not negative"]),
                (valid with { Regularisation = 1 }, ["regularisation", "1", "left out"]),
                (valid with { Trials = 0 }, ["trials", "0"]),
            },
            bad =>
            {
                string message = Assert.Throws<InvalidConfigException>(() => ExperimentRegistry.ScoreError.Identify(bad.Settings)).Message;
                Assert.All(bad.Words, word => Assert.Contains(word, message, StringComparison.Ordinal));
            });
    }

    [Fact]
    public void Estimators_are_timed()
    {
        using Device device = CpuDevices.CreateSimd();
        (EstimatorBenchmarkRow small, double smallSeconds) = Run(50);
        (EstimatorBenchmarkRow row, double seconds) = Run(800);
        Assert.Equal(("stein", 800, 2, "simd", 3), (row.Estimator, row.Samples, row.Dimension, row.Device, row.Fits));

        // At least two of the three fits took the median or more, and a fit of 16 times the samples has 256 times the work or more.
        Assert.InRange(row.FitSeconds, 2 * small.FitSeconds, seconds / 2);
        Assert.InRange(row.ScoresSeconds, 2 * small.ScoresSeconds, seconds / 2);
        Assert.InRange(small.FitSeconds, double.Epsilon, smallSeconds / 2);
        Assert.InRange(small.ScoresSeconds, double.Epsilon, smallSeconds / 2);

        // The scores of 1024 points need the pairs with the samples in single precision, at least.
        Assert.True(row.ScoresBytes >= 4 * 800 * EstimatorBenchmark.TestPoints, $"{row.ScoresBytes}");
        Assert.True(row.PeakBytes > row.ScoresBytes);

        (EstimatorBenchmarkRow Row, double Seconds) Run(int samples)
        {
            long start = Stopwatch.GetTimestamp();
            var timed = EstimatorBenchmark.Run(device, new("stein", samples, 2, 3), TestContext.Current.CancellationToken);
            return (timed, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }
}
