using Stein.Experiments.Provenance;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class PlannerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RunStore store;

    public PlannerTests() => store = new RunStore(folder.File("runs"));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_plan_says_why_and_writes_nothing()
    {
        var walk = new WalkExperiment();
        RunConfig done = walk.Identify(new WalkConfig { Seed = 1 });
        Stores.Run(store, [done]);
        RunConfig interrupted = Stores.Interrupt(store, length: 9, after: 6);
        RunConfig failed = walk.Identify(new WalkConfig { FailsAt = 2 });
        Stores.Run(store, [failed]);
        RunConfig changed = walk.Identify(new WalkConfig { Seed = 2, DataSeed = 7 });
        Stores.Run(store, [new WalkExperiment(protocolVersion: 2).Identify((WalkConfig)changed.Config)]);
        RunConfig fresh = walk.Identify(new WalkConfig { Seed = 3 });
        SortedDictionary<string, string> before = Stores.Contents(store);

        RunPlan plan = new RunPlanner(store).Plan([done, interrupted, failed, changed, fresh, done]);
        Assert.Equal(
            [
                "done",
                "interrupted at iteration 6 of 9",
                "failed: it fell at iteration 2",
                "changed: done under protocol 2, now 3",
                "new",
            ],
            plan.Runs.Select(run => run.Explanation));
        Assert.Equal(
            [RunReason.Done, RunReason.Interrupted, RunReason.Failed, RunReason.Changed, RunReason.New],
            plan.Runs.Select(run => run.Reason));
        Assert.Equal(4, plan.ToDo.Count());
        Assert.Equal("forced: it is done", new RunPlanner(store).Plan([done], force: true).Runs[0].Explanation);
        Assert.Equal(before, Stores.Contents(store));
    }

    [Fact]
    public void A_store_that_is_not_there_is_empty_and_is_not_made()
    {
        RunPlan plan = new RunPlanner(store).Plan(new WalkExperiment().Grid(GridScale.Test));
        Assert.All(plan.Runs, run => Assert.Equal((RunReason.New, EstimateBasis.Assumed), (run.Reason, run.Basis)));
        Assert.Empty(store.List(new WalkExperiment()));
        Assert.False(Directory.Exists(store.Root));
    }

    [Fact]
    public void Time_is_estimated_from_finished_runs_of_the_same_device()
    {
        var walk = new WalkExperiment();
        RunConfig[] measured = [walk.Identify(new WalkConfig { Length = 4 }), walk.Identify(new WalkConfig { Length = 6 })];
        Stores.Run(store, measured);
        StoredRun[] stored = [.. measured.Select(run => store.Find(run)!)];
        double secondsAnOperation = stored.Sum(run => run.Seconds) / 10;
        RunConfig next = walk.Identify(new WalkConfig { Length = 20 });
        RunPlan plan = new RunPlanner(store, stored[0].Sessions[0].Device).Plan([next, measured[0]]);
        Assert.Equal(EstimateBasis.SameDevice, plan.Runs[0].Basis);
        Assert.Equal(20 * secondsAnOperation, plan.Runs[0].Seconds, 1e-12);
        Assert.Equal(0, plan.Runs[1].Seconds);
        Assert.Equal(plan.Runs[0].Seconds, plan.Seconds(jobs: 2));
        Assert.Equal(
            EstimateBasis.OtherDevices, new RunPlanner(store, new DeviceIdentity("cuda", "another")).Plan([next]).Runs[0].Basis);
    }

    [Fact]
    public void Runs_of_an_older_protocol_are_kept_and_not_mixed_in()
    {
        RunConfig old = new WalkExperiment(protocolVersion: 2).Identify(new WalkConfig());
        Stores.Run(store, [old]);
        var walk = new WalkExperiment();
        Assert.Empty(store.List(walk));
        ReportOutcome report = walk.Report(store, new ReportRequest(folder.File("report"), walk.Grid(GridScale.Test), GridScale.Test));
        Assert.Equal((0, 4), (report.Finished, report.Expected));
        Stores.Run(store, [walk.Identify(new WalkConfig())]);
        Assert.NotNull(store.Find(old));
        Assert.Single(store.List(walk));
    }
}
