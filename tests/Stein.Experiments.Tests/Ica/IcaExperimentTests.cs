using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Formulas;
using Stein.Experiments.Declarations;
using Stein.Experiments.Ica;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Ica;

public sealed class IcaExperimentTests : IDisposable
{
    private static readonly IcaSettings Tiny = new()
    {
        Dimension = 4,
        Iterations = 30,
        Batch = 20,
        TrainingSamples = 300,
        TestSamples = 100,
        EvaluateEvery = 10,
        Hidden = 10,
    };

    private readonly TemporaryFolder folder = new();

    private static IReadOnlyList<IcaSettings> Plan { get; } =
    [
        .. from method in IcaMethod.Names
           from seed in new uint[] { 60, 70 }
           select Tiny with { Method = method, Seed = seed },
    ];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Any_number_of_jobs_gives_the_same_numbers_in_the_order_of_the_plan()
    {
        IReadOnlyList<StoredRun<IcaSettings>> one = Run(Plan, 1, "one");
        IReadOnlyList<StoredRun<IcaSettings>> five = Run(Plan, 5, "five");
        Assert.Equal(Plan.Select(settings => (settings.Method, settings.Seed)), one.Select(run => (run.Config.Method, run.Config.Seed)));
        foreach ((StoredRun<IcaSettings> first, StoredRun<IcaSettings> second) in one.Zip(five))
        {
            Assert.Equal(first.Values().ToJsonString(), second.Values().ToJsonString());
            Assert.Equal(first.Metrics(), second.Metrics());
            Assert.Equal(Unmixing(first), Unmixing(second));
        }
    }

    [Fact]
    public void A_curve_has_the_start_every_tenth_iteration_and_the_end()
    {
        StoredRun<IcaSettings> run = Run([Tiny with { Method = "ksd", Iterations = 25 }], 1)[0];
        MetricRow[] likelihoods = [.. run.Metrics().Where(row => row.Metric == "test_log_likelihood")];
        double[] losses = [.. run.Metrics().Where(row => row.Metric == "loss").Select(row => row.Value)];
        Assert.Equal([0, 10, 20, 25], likelihoods.Select(row => row.Iteration));
        Assert.True(double.IsNaN(losses[0]));
        Assert.All(losses.Skip(1), loss => Assert.True(double.IsFinite(loss)));
        Assert.Equal(run.Number("test_log_likelihood"), likelihoods[^1].Value);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void How_often_the_curve_is_evaluated_changes_no_number(string method, int probes)
    {
        IcaSettings settings = Tiny with { Method = method, Probes = probes };
        IReadOnlyList<StoredRun<IcaSettings>> runs =
            Run([settings with { EvaluateEvery = 1 }, settings with { EvaluateEvery = 1000 }], 1);
        Assert.Equal(Unmixing(runs[0]), Unmixing(runs[1]));
    }

    public static TheoryData<string, int> Trained => new(
        IcaMethod.All.Where(method => method.IsTrained).Select(method => (method.Id, 0)).Append(("lsd", 2)));

    [Fact]
    public void Settings_without_effect_make_no_other_run()
    {
        RunConfig ksd = Identify(Tiny with { Method = "ksd" });
        Assert.Equal(ksd, Identify(Tiny with { Method = "ksd", Hidden = 77, Probes = 3, Lambda = 2, Statistic = PairStatistic.U }));
        Assert.Equal(ksd, Identify(Tiny with { Method = "ksd", DataSeed = Tiny.Seed }));
        Assert.NotEqual(ksd, Identify(Tiny with { Method = "ksd", Statistic = PairStatistic.V }));
        Assert.NotEqual(ksd, Identify(Tiny with { Method = "ksd", DataSeed = 5 }));
        RunConfig lsd = Identify(Tiny with { Method = "lsd" });
        Assert.Equal(lsd, Identify(Tiny with { Method = "lsd", Kernel = "imq" }));
        Assert.NotEqual(lsd, Identify(Tiny with { Method = "lsd", Hidden = 77 }));
        RunConfig whitening = Identify(Tiny with { Method = "whitening" });
        Assert.Equal(whitening, Identify(Tiny with { Method = "whitening", Iterations = 7, Batch = 30, LearningRate = 1 }));
    }

    [Fact]
    public void A_setting_that_cannot_be_run_is_refused()
        => Assert.Throws<InvalidConfigException>(() => Identify(Tiny with { Dimension = 0 }));

    [Fact]
    public void A_kernel_without_the_derivatives_of_a_method_is_refused()
    {
        Identify(Tiny with { Method = "ksd", Kernel = "matern32" });
        string message = Assert.Throws<InvalidConfigException>(
            () => Identify(Tiny with { Method = "maxsksd", Kernel = "matern32" })).Message;
        Assert.Contains("maxsksd needs 3 derivatives", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_part_of_the_runs_says_so()
    {
        IcaSettings[] plan = [.. new uint[] { 60, 70, 80 }.Select(seed => Tiny with { Method = "ksd", Seed = seed })];
        Run([plan[0]], 1);
        ReportOutcome outcome = Experiment().Report(
            new RunStore(folder.File("store")), new ReportRequest(folder.File("report"), [.. plan.Select(Identify)], null));
        Assert.Equal((1, 3), (outcome.Finished, outcome.Expected));
        Assert.Empty(outcome.Comparisons);
        Assert.Equal(2, File.ReadAllLines(folder.File("report/runs.csv")).Length);
        Assert.Contains("1 of 3 seeds", File.ReadAllText(folder.File("report/table.md")), StringComparison.Ordinal);
        Assert.Contains("are not reproduced", File.ReadAllText(folder.File("report/table.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ksd")]
    [InlineData("lsd")]
    [InlineData("maxsksd")]
    [InlineData("maxsksd-rg")]
    public void A_run_that_diverges_keeps_its_last_good_state_and_the_others_go_on(string method)
    {
        IcaSettings good = Tiny with { Method = method };
        IReadOnlyList<RunOutcome> outcomes = Execute([good with { LearningRate = 1e30 }, good], 2, "store");
        Assert.Equal(RunStatus.Failed, outcomes[0].Status);
        Assert.Equal("the unmixing matrix is no longer finite at iteration 10; it was at iteration 0", outcomes[0].Message);
        string[] kept = File.ReadAllLines(Path.Combine(outcomes[0].Folder, "unmixing_last_good_iteration0.csv"));
        Assert.Equal(4, kept.Length);
        Assert.DoesNotContain(kept, line => line.Contains("NaN", StringComparison.Ordinal));
        Assert.Equal(RunStatus.Finished, outcomes[1].Status);
    }

    [Fact]
    public void A_device_that_fails_fails_the_run()
    {
        var store = new RunStore(folder.File("store"));
        var executor = new RunExecutor(store, () => throw new DeviceUnavailableException("gone"));
        RunOutcome outcome = executor.Run(new RunPlanner(store).Plan([Identify(Tiny)]), TestContext.Current.CancellationToken)[0];
        Assert.Equal((RunStatus.Failed, "gone"), (outcome.Status, outcome.Message));
    }

    /// <summary>It would be measured after 10 000 iterations only.</summary>
    [Fact]
    public void A_run_that_diverges_stops_long_before_it_is_measured()
    {
        IcaSettings settings = Tiny with { Method = "ksd", LearningRate = 1e30, Iterations = 10_000, EvaluateEvery = 10_000 };
        RunOutcome outcome = Execute([settings], 1, "store")[0];
        Assert.Equal((RunStatus.Failed, 100), (outcome.Status, outcome.Iteration));
        Assert.True(File.Exists(Path.Combine(outcome.Folder, "unmixing_last_good_iteration0.csv")));
    }

    [Fact]
    public void Runs_that_differ_in_the_protocol_are_rows_of_their_own()
    {
        IcaSettings ksd = Tiny with { Method = "ksd", Iterations = 20 };
        IcaSettings[] plan = [ksd, ksd with { Iterations = 30 }, ksd with { Method = "whitening" }];
        Run(plan, 1);
        ReportOutcome outcome = Experiment().Report(
            new RunStore(folder.File("store")), new ReportRequest(folder.File("report"), [.. plan.Select(Identify)], null));
        Assert.Equal(
            ["KSD (iterations 20)", "KSD (iterations 30)", "whitening", "oracle"],
            outcome.Tables[0].Rows.Select(row => row[0]));
    }

    /// <summary>Maximum likelihood is what the model can reach: within 0.1 nats of the oracle, sources separated.</summary>
    [Fact]
    public void Maximum_likelihood_approaches_the_oracle()
    {
        StoredRun run = Run([new IcaSettings { Method = "mle", Dimension = 5, Iterations = 5000 }], 1)[0];
        Assert.InRange(run.Number("oracle") - run.Number("test_log_likelihood"), -0.01, 0.1);
        Assert.InRange(run.Number("amari_distance"), 0, 0.05);
    }

    [Fact]
    public void Every_grid_can_be_run_and_the_published_one_is_the_published_one()
    {
        IReadOnlyList<RunConfig> published = Experiment().Grid(GridScale.Paper);
        Assert.Equal(7 * 5 * 5, published.Count(run => ((IcaSettings)run.Config).BandwidthScale == 1));
        Assert.Equal(7 * 5, published.Count(run => ((IcaSettings)run.Config).BandwidthScale == 1.5));
        Assert.Equal(7 * 6 * 5, published.Distinct().Count());
        Assert.All(Experiment().Grid(GridScale.Paper), run => Assert.Empty(IcaExperiment.Deviations((IcaSettings)run.Config)));
        Assert.Equal(30, Experiment().Grid(GridScale.Test).Count);
        Assert.NotEmpty(Experiment().Grid(GridScale.Quick));
    }

    private static IcaExperiment Experiment() => ExperimentRegistry.Ica;

    private static RunConfig Identify(IcaSettings settings) => Experiment().Identify(settings);

    private static string Unmixing(StoredRun run) => File.ReadAllText(Path.Combine(run.Folder, "unmixing.csv"));

    private IReadOnlyList<RunOutcome> Execute(IReadOnlyList<IcaSettings> plan, int jobs, string name)
    {
        var store = new RunStore(folder.File(name));
        return new RunExecutor(store, CpuDevices.CreateSimd, new ExecutorOptions { Jobs = jobs })
            .Run(new RunPlanner(store).Plan(plan.Select(Identify)));
    }

    private IReadOnlyList<StoredRun<IcaSettings>> Run(IReadOnlyList<IcaSettings> plan, int jobs, string name = "store")
    {
        Assert.All(Execute(plan, jobs, name), outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        var store = new RunStore(folder.File(name));
        return [.. plan.Select(settings => new StoredRun<IcaSettings>(store.Find(Identify(settings))!))];
    }
}
