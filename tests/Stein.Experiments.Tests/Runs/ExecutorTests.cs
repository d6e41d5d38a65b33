using System.Globalization;
using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Claiming;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class ExecutorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WalkExperiment walk = new();
    private readonly RunStore store;

    public ExecutorTests() => store = new RunStore(folder.File("runs"));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IReadOnlyList<RunConfig> Grid => walk.Grid(GridScale.Paper);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Any_number_of_jobs_leaves_the_same_store(int jobs)
    {
        var notes = new Notes();
        IReadOnlyList<RunOutcome> outcomes = Stores.Run(store, Grid, Stores.Quick with { Jobs = jobs }, notes);
        Assert.Equal(Grid, outcomes.Select(outcome => outcome.Run));
        Assert.All(outcomes, outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        Assert.Equal(Stores.Undisturbed(Grid), Stores.Contents(store));
        Assert.Equal(outcomes.OrderBy(outcome => outcome.Run.Id), notes.Ends.OrderBy(outcome => outcome.Run.Id));
        Assert.Equal(Grid.Count, notes.Starts.Count);
        RunProgress last = notes.Progress[^1];
        Assert.Equal((9, 9), (last.Iteration, last.Iterations));
        Assert.Equal(["position", "speed"], last.Metrics.Select(metric => metric.Name));
    }

    [Fact]
    public void A_result_has_its_values_metrics_files_and_provenance()
    {
        RunConfig run = Grid[0];
        Stores.Run(store, [run]);
        StoredRun stored = store.Find(run)!;
        Assert.Equal(9, stored.Number("steps"));
        Assert.True(double.IsNaN(stored.Number("nothing")));
        Assert.Equal(stored.Number("position"), stored.Metrics()[^2].Value);
        Assert.Equal([0, 0, 3, 3, 6, 6, 9, 9], stored.Metrics().Select(row => row.Iteration));
        Assert.True(double.IsNaN(stored.Metrics()[1].Value));
        Assert.Equal(["end.txt"], stored.Files);
        RunSession session = Assert.Single(stored.Sessions);
        Assert.Equal((0, 9, "simd"), (session.FromIteration, session.ToIteration, session.Device.Name));
        Assert.Equal(run, Assert.Single(store.List(walk)).Run);
        Assert.Equal(["config.json", "end.txt", "metrics.csv", "result.json"], Names(run));
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(store.FolderOf(run), "config.json")))!.AsObject();
        Assert.Equal(CanonicalJson.Text(run.Document), CanonicalJson.Text(config));
    }

    [Fact]
    public void A_finished_run_is_not_done_again_and_not_touched()
    {
        Stores.Run(store, Grid);
        DateTime[] before = [.. Times()];
        var notes = new Notes();
        Assert.All(Stores.Run(store, Grid, observer: notes), outcome => Assert.Equal(RunStatus.AlreadyDone, outcome.Status));
        Assert.Equal(before, Times());
        Assert.Empty(notes.Starts);
        Assert.All(walk.Finished.Values, count => Assert.Equal(1, count));

        IEnumerable<DateTime> Times() => Directory.EnumerateFileSystemEntries(store.Root, "*", SearchOption.AllDirectories)
            .Order().Select(File.GetLastWriteTimeUtc);
    }

    [Fact]
    public void Interrupted_after_any_iteration_it_ends_with_the_same_bits()
    {
        for (int after = 1; after < 9; after++)
        {
            var interrupted = new RunStore(folder.File($"after{after}"));
            RunConfig run = Stores.Interrupt(interrupted, length: 9, after);
            var notes = new Notes();
            Stores.Run(interrupted, [run], observer: notes);
            Assert.Equal((run, after), Assert.Single(notes.Starts));
            Assert.Equal(Stores.Undisturbed([run]), Stores.Contents(interrupted));
            Assert.Equal(
                [(0, after), (after, 9)],
                interrupted.Find(run)!.Sessions.Select(session => (session.FromIteration, session.ToIteration)));
        }
    }

    [Fact]
    public void A_live_file_is_that_of_the_last_measurement_and_gone_with_the_result()
    {
        RunConfig run = Stores.Interrupt(store, length: 9, after: 7, hasLiveFiles: true);
        string path = Path.Combine(store.FolderOf(run), "now.txt"), now = File.ReadAllText(path);
        Stores.Run(store, [run]);
        double position = store.Find(run)!.Metrics().Single(row => row.Iteration == 6 && row.Metric == "position").Value;
        Assert.Equal(position, double.Parse(now, CultureInfo.InvariantCulture));
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void A_run_without_iterations_is_measured_once()
    {
        RunConfig run = walk.Identify(new WalkConfig { Length = 0 });
        Stores.Run(store, [run]);
        Assert.Equal([0, 0], store.Find(run)!.Metrics().Select(row => row.Iteration));
    }

    [Fact]
    public void A_run_that_fails_says_why_keeps_its_last_good_state_and_does_not_stop_others()
    {
        RunConfig bad = walk.Identify(new WalkConfig { FailsAt = 6, Length = 20 });
        IReadOnlyList<RunOutcome> outcomes = Stores.Run(store, [bad, .. Grid], Stores.Quick);
        Assert.Equal((RunStatus.Failed, 6, "it fell at iteration 6"), (outcomes[0].Status, outcomes[0].Iteration, outcomes[0].Message));
        Assert.All(outcomes.Skip(1), outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        RunFailure failure = RunFailure.Read(store.FolderOf(bad))!;
        Assert.Equal(("it fell at iteration 6", 6), (failure.Message, failure.Iteration));
        Assert.Contains("WalkRun.Step", failure.Stack, StringComparison.Ordinal);
        Assert.Contains("last_good.txt", Names(bad));
        PlannedRun planned = new RunPlanner(store).Plan([bad]).Runs[0];
        Assert.Equal((RunReason.Failed, "failed: it fell at iteration 6", 4), (planned.Reason, planned.Explanation, planned.Iteration));

        // Tried again, it fails again.
        Assert.Equal(RunStatus.Failed, Stores.Run(store, [bad])[0].Status);
    }

    [Fact]
    public void A_run_that_failed_and_then_does_not_leaves_no_trace()
    {
        walk.Stepped = (_, iteration) =>
        {
            if (iteration == 5)
                throw new InvalidOperationException("once");
        };
        RunOutcome outcome = Stores.Run(store, [Grid[0]])[0];
        Assert.Equal((RunStatus.Failed, "InvalidOperationException: once"), (outcome.Status, outcome.Message));
        walk.Stepped = (_, _) => { };
        Stores.Run(store, [Grid[0]]);
        Assert.Equal(Stores.Undisturbed([Grid[0]]), Stores.Contents(store));
    }

    [Fact]
    public void Failing_fast_stops_the_others()
    {
        RunConfig bad = walk.Identify(new WalkConfig { FailsAt = 1, Length = 20 });
        IReadOnlyList<RunOutcome> outcomes = Stores.Run(store, [.. Grid, bad], Stores.Quick with { FailFast = true });
        Assert.Equal(RunStatus.Failed, outcomes[^1].Status);
        Assert.All(outcomes.SkipLast(1), outcome => Assert.Equal(RunStatus.NotStarted, outcome.Status));
    }

    [Fact]
    public void A_device_that_is_missing_or_of_another_precision_fails_the_run()
    {
        RunPlan plan = new RunPlanner(store).Plan([Grid[0]]);
        RunOutcome missing = new RunExecutor(store, () => throw new DeviceUnavailableException("gone"), Stores.Quick).Run(plan, Token)[0];
        Assert.Equal((RunStatus.Failed, "gone"), (missing.Status, missing.Message));
        plan = new RunPlanner(store).Plan([Grid[0]]);
        RunOutcome other = new RunExecutor(store, CpuDevices.CreateDouble, Stores.Quick).Run(plan, Token)[0];
        Assert.Contains("double precision, and the run is one in single precision", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_forced_run_replaces_the_old_one_when_it_is_written()
    {
        RunConfig run = Grid[0];
        Stores.Run(store, [run]);
        string before = File.ReadAllText(Path.Combine(store.FolderOf(run), "result.json"));
        using var source = new CancellationTokenSource();
        walk.Stepped = (_, iteration) =>
        {
            Assert.NotNull(store.Find(run));
            if (iteration == 4)
                source.Cancel();
        };
        Assert.Equal(RunStatus.Interrupted, Stores.Run(store, [run], force: true, interruption: source)[0].Status);
        Assert.Equal(before, File.ReadAllText(Path.Combine(store.FolderOf(run), "result.json")));
        Assert.Equal(RunReason.Done, new RunPlanner(store).Plan([run]).Runs[0].Reason);
        PlannedRun planned = new RunPlanner(store).Plan([run], force: true).Runs[0];
        Assert.Equal((RunReason.Forced, 4), (planned.Reason, planned.Iteration));

        var notes = new Notes();
        Assert.Equal(RunStatus.Finished, Stores.Run(store, [run], observer: notes, force: true)[0].Status);
        Assert.Equal((run, 4), Assert.Single(notes.Starts));
        Assert.Equal(["config.json", "end.txt", "metrics.csv", "replaced-1", "result.json"], Names(run));
        Assert.Equal(before, File.ReadAllText(Path.Combine(store.FolderOf(run), "replaced-1", "result.json")));
        Assert.NotEqual(before, File.ReadAllText(Path.Combine(store.FolderOf(run), "result.json")));
        Assert.NotNull(store.Find(run));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_executors_share_the_work_and_do_no_run_twice(bool force)
    {
        if (force)
            Stores.Run(store, Grid);
        walk.Finished.Clear();
        RunPlan plan = new RunPlanner(store).Plan(Grid, force);
        var outcomes = new IReadOnlyList<RunOutcome>[3];
        Thread[] threads =
        [
            .. Enumerable.Range(0, outcomes.Length).Select(index => new Thread(() => outcomes[index]
                = new RunExecutor(store, CpuDevices.CreateSimd, Stores.Quick with { Jobs = 2 }).Run(plan, Token))),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(Grid.Count, walk.Finished.Count);
        Assert.All(walk.Finished.Values, count => Assert.Equal(1, count));
        for (int index = 0; index < Grid.Count; index++)
            Assert.Equal(1, outcomes.Count(outcome => outcome[index].Status == RunStatus.Finished));
        Assert.Equal(2 * Grid.Count, outcomes.Sum(outcome => outcome.Count(run => run.Status == RunStatus.AlreadyDone)));
    }

    [Fact]
    public void A_run_that_failed_in_another_process_is_not_tried_again_here()
    {
        RunConfig bad = walk.Identify(new WalkConfig { FailsAt = 3 });
        RunPlan plan = new RunPlanner(store).Plan([bad]);
        var executor = new RunExecutor(store, CpuDevices.CreateSimd, Stores.Quick);
        executor.Run(plan, Token);
        var notes = new Notes();
        RunOutcome outcome = new RunExecutor(store, CpuDevices.CreateSimd, Stores.Quick, notes).Run(plan, Token)[0];
        Assert.Equal((RunStatus.Failed, "it fell at iteration 3"), (outcome.Status, outcome.Message));
        Assert.Empty(notes.Starts);
    }

    [Fact]
    public void A_paused_owner_whose_run_was_taken_over_lets_it_go()
    {
        HashSet<int> living = [1, 2];
        using var paused = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        walk.Stepped = (_, iteration) =>
        {
            if (iteration == 5 && !paused.IsSet)
            {
                paused.Set();
                goOn.Wait();
            }
        };
        RunOutcome? first = null;
        var owner = new Thread(() => first = Stores.Run(store, [Grid[0]], processes: new TestProcesses(1, living))[0]);
        owner.Start();
        paused.Wait(Token);
        lock (living)
            living.Remove(1);
        Assert.Equal(RunStatus.Finished, Stores.Run(store, [Grid[0]], processes: new TestProcesses(2, living))[0].Status);
        SortedDictionary<string, string> contents = Stores.Contents(store);
        goOn.Set();
        owner.Join();
        Assert.Equal(RunStatus.AlreadyDone, first!.Status);
        Assert.Equal([1], walk.Finished.Values);
        Assert.Equal(contents, Stores.Contents(store));
    }

    [Fact]
    public void A_run_under_way_elsewhere_is_waited_for_and_taken_over_when_its_process_dies()
    {
        HashSet<int> living = [1, 2];
        string run = Directory.CreateDirectory(store.FolderOf(Grid[0])).FullName;
        using var claims = new Claims(new Disk(), Stores.Quick.Claims, new TestProcesses(1, living));
        using Claim claim = claims.TryAcquire(run)!;
        var processes = new TestProcesses(2, living);
        RunPlan plan = new RunPlanner(store, null, new ClaimTiming(), processes).Plan([Grid[0]]);
        Assert.Equal(
            (RunReason.Elsewhere, "running elsewhere: process 1 on host"), (plan.Runs[0].Reason, plan.Runs[0].Explanation));

        using var source = new CancellationTokenSource();
        var stopping = new TestProcesses(2, living) { Asked = source.Cancel };
        var executor = new RunExecutor(store, CpuDevices.CreateSimd, Stores.Quick, processes: stopping);
        Assert.Equal(RunStatus.Elsewhere, executor.Run(plan, source.Token)[0].Status);

        IReadOnlyList<RunOutcome> outcomes = [];
        var second = new Thread(() => outcomes = Stores.Run(store, [Grid[0], Grid[1]], processes: processes));
        second.Start();
        Assert.True(SpinWait.SpinUntil(() => store.Find(Grid[1]) is not null, TimeSpan.FromMinutes(1)));
        Assert.Null(store.Find(Grid[0]));
        lock (living)
            living.Remove(1);
        second.Join();
        Assert.All(outcomes, outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
    }

    private string[] Names(RunConfig run)
        => [.. Directory.GetFileSystemEntries(store.FolderOf(run)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
