using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Ica;
using Xunit;

namespace Stein.Experiments.Tests.Ica.Running;

public sealed class IcaRunnerTests
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

    private static IReadOnlyList<IcaSettings> Plan { get; } =
    [
        .. from method in IcaTraining.Methods
           from seed in new uint[] { 60, 70 }
           select Tiny with { Method = method, Seed = seed },
    ];

    [Fact]
    public void Any_number_of_jobs_gives_the_same_numbers_in_the_order_of_the_plan()
    {
        IReadOnlyList<IcaRunOutcome> one = Run(Plan, 1);
        IReadOnlyList<IcaRunOutcome> five = Run(Plan, 5);
        Assert.Equal(Plan, one.Select(outcome => outcome.Settings));
        for (int index = 0; index < Plan.Count; index++)
        {
            Assert.Equal(IcaRunStatus.Finished, one[index].Status);
            Assert.Equal(one[index].Run! with { Seconds = 0 }, five[index].Run! with { Seconds = 0 });
            Assert.Equal(one[index].Curve, five[index].Curve);
            Assert.Equal(one[index].Unmixing, five[index].Unmixing);
        }
    }

    [Fact]
    public void A_curve_has_the_start_every_tenth_iteration_and_the_end()
    {
        IcaRunOutcome outcome = Run([Tiny with { Method = "ksd", Iterations = 25 }], 1)[0];
        Assert.Equal([0, 10, 20, 25], outcome.Curve.Select(point => point.Iteration));
        Assert.True(double.IsNaN(outcome.Curve[0].Loss));
        Assert.All(outcome.Curve.Skip(1), point => Assert.True(double.IsFinite(point.Loss)));
        Assert.Equal(outcome.Run!.TestLogLikelihood, outcome.Curve[^1].TestLogLikelihood);
    }

    [Theory]
    [MemberData(nameof(Trained))]
    public void How_often_the_curve_is_evaluated_changes_no_number(string method, int probes)
    {
        IcaSettings settings = Tiny with { Method = method, Probes = probes };
        IcaRunOutcome[] outcomes = [.. Run([settings with { EvaluateEvery = 1 }, settings with { EvaluateEvery = 1000 }], 1)];
        Assert.Equal(outcomes[0].Unmixing, outcomes[1].Unmixing);
    }

    public static TheoryData<string, int> Trained => new(
        IcaTraining.Methods.Where(method => method != "whitening").Select(method => (method, 0)).Append(("lsd", 2)));

    [Fact]
    public void Cancelling_stops_after_the_iteration_and_keeps_what_is_finished()
    {
        using var source = new CancellationTokenSource();
        IcaSettings[] plan = [.. new uint[] { 60, 70, 80 }.Select(seed => Tiny with { Method = "ksd", Seed = seed })];
        var runner = new IcaRunner(CpuDevices.CreateSimd, 1, new CancelAfterFirst(source));
        IReadOnlyList<IcaRunOutcome> outcomes = runner.Run(plan, source.Token);
        Assert.Equal(1, outcomes.Count(outcome => outcome.Status == IcaRunStatus.Finished));
        Assert.Equal(2, outcomes.Count(outcome => outcome.Status == IcaRunStatus.NotStarted));

        using var folder = new TemporaryFolder();
        IcaRunFiles.Write(folder.Path, outcomes, comparePaper: false);
        Assert.Single(IcaCsv.ReadRuns(folder.File("runs.csv")));
        Assert.Contains("1 of 3 seeds", File.ReadAllText(folder.File("table.md")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_diverges_keeps_its_last_good_state_and_the_others_go_on()
    {
        IcaSettings good = Tiny with { Method = "ksd" };
        IReadOnlyList<IcaRunOutcome> outcomes = Run([good with { LearningRate = 1e30 }, good], 2);
        Assert.Equal(IcaRunStatus.Diverged, outcomes[0].Status);
        Assert.Contains("at iteration 2", outcomes[0].Message, StringComparison.Ordinal);
        Assert.Equal(0, outcomes[0].UnmixingIteration);
        Assert.All(outcomes[0].Unmixing!, value => Assert.True(double.IsFinite(value)));
        Assert.Equal(IcaRunStatus.Finished, outcomes[1].Status);
    }

    [Fact]
    public void A_device_that_fails_fails_the_run()
    {
        var runner = new IcaRunner(() => throw new DeviceUnavailableException("gone"), 1);
        IcaRunOutcome outcome = runner.Run([Tiny], TestContext.Current.CancellationToken)[0];
        Assert.Equal((IcaRunStatus.Failed, "gone"), (outcome.Status, outcome.Message));
    }

    /// <summary>Maximum likelihood is what the model can reach: within 0.1 nats of the oracle, sources separated.</summary>
    [Fact]
    public void Maximum_likelihood_approaches_the_oracle()
    {
        IcaRun run = Run([new IcaSettings { Method = "mle", Dimension = 5, Iterations = 5000 }], 1)[0].Run!;
        Assert.InRange(run.Oracle - run.TestLogLikelihood, -0.01, 0.1);
        Assert.InRange(run.AmariDistance, 0, 0.05);
    }

    private static IReadOnlyList<IcaRunOutcome> Run(IReadOnlyList<IcaSettings> plan, int jobs)
        => new IcaRunner(CpuDevices.CreateSimd, jobs).Run(plan);

    private sealed class CancelAfterFirst(CancellationTokenSource source) : IIcaObserver
    {
        public void Started(int index, IcaSettings settings)
        {
        }

        public void Progressed(int index, IcaProgress progress)
        {
        }

        public void Ended(int index, IcaRunOutcome outcome) => source.Cancel();
    }
}
