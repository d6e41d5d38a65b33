using Stein.Experiments.Files;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Claiming;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class StoreCleanerTests
{
    private static readonly ClaimTiming Quick = new() { Patience = TimeSpan.FromMilliseconds(50) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Claims_from_the_future_are_shown_and_those_of_a_host_are_freed_at_once()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        RunConfig run = Stores.Interrupt(store, length: 9, after: 6);
        string claim = ClaimFile.PathOf(store.FolderOf(run), 2);
        File.WriteAllBytes(claim, new ClaimOwner("x", "node7", null, null, 1, null, DateTimeOffset.UtcNow).ToBytes());
        File.SetLastWriteTimeUtc(claim, DateTime.UtcNow.AddYears(1));
        var cleaner = new StoreCleaner(store, new ClaimTiming());
        CleanItem future = Assert.Single(cleaner.Plan([run.Experiment]));
        Assert.Equal((claim, CleanReason.FutureClaim), (future.Path, future.Reason));
        Assert.Empty(cleaner.ClaimsOf("node8", [run.Experiment]));
        IReadOnlyList<CleanItem> freed = cleaner.ClaimsOf("NODE7", [run.Experiment]);
        Assert.Equal(claim, Assert.Single(freed).Path);
        Assert.Equal(freed, cleaner.Remove(freed, cancellation: Token));
        Assert.Equal(CleanReason.Interrupted, Assert.Single(cleaner.Plan([run.Experiment])).Reason);
    }

    [Fact]
    public void Removes_what_nothing_needs_and_says_why()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        var walk = new WalkExperiment();
        RunConfig done = walk.Identify(new WalkConfig { Seed = 1 });
        Stores.Run(store, [done]);
        string path = store.FolderOf(done);
        SortedDictionary<string, string> expected = Stores.Contents(store);
        Assert.Empty(new StoreCleaner(store).Plan([walk]));

        RunConfig interrupted = Stores.Interrupt(store, length: 9, after: 6);
        RunConfig failed = walk.Identify(new WalkConfig { FailsAt = 2 });
        RunConfig old = new WalkExperiment(protocolVersion: 2).Identify(new WalkConfig());
        Stores.Run(store, [failed, old]);
        Directory.CreateDirectory(Path.Combine(path, "repeat"));
        File.WriteAllText(Path.Combine(path, "checkpoint.bin.corrupt-1"), "x");
        File.WriteAllText(Path.Combine(path, ".result.json.0.tmp"), "xy");
        string claim = ClaimFile.PathOf(path, 3);
        File.WriteAllText(claim, "");
        File.SetLastWriteTimeUtc(claim, DateTime.UtcNow.AddHours(-1));

        var cleaner = new StoreCleaner(store, Quick);
        IReadOnlyList<CleanItem> items = cleaner.Plan([walk]);
        Assert.Equal(
            new HashSet<(string, CleanReason)>
            {
                (Path.Combine(path, ".result.json.0.tmp"), CleanReason.Temporary),
                (Path.Combine(path, "checkpoint.bin.corrupt-1"), CleanReason.SetAside),
                (Path.Combine(path, "repeat"), CleanReason.UnfinishedRepetition),
                (claim, CleanReason.StaleClaim),
                (store.FolderOf(interrupted), CleanReason.Interrupted),
                (store.FolderOf(failed), CleanReason.Failed),
                (store.FolderOf(old), CleanReason.OlderProtocol),
            },
            items.Select(item => (item.Path, item.Reason)).ToHashSet());
        Assert.Equal(2, items.Single(item => item.Reason == CleanReason.Temporary).Bytes);
        int watched = 0;
        Assert.Equal(items.ToHashSet(), cleaner.Remove(items, count => watched = count, Token).ToHashSet());
        // Nobody knows whose claim it is.
        Assert.Equal(1, watched);
        Assert.Equal(expected, Stores.Contents(store));
        Assert.Equal([path], Directory.GetDirectories(store.FolderOf(walk)));
    }

    [Fact]
    public void Leaves_a_run_alone_that_is_under_way()
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        RunConfig run = Stores.Interrupt(store, length: 9, after: 6);
        // Long enough for a heartbeat on a machine that is busy with other tests.
        ClaimTiming patient = Quick with { Patience = TimeSpan.FromSeconds(1) };
        var cleaner = new StoreCleaner(store, patient);
        IReadOnlyList<CleanItem> items = cleaner.Plan([run.Experiment]);
        using var claims = new Claims(new Disk(), patient with { Heartbeat = patient.Patience / 20 }, new ProcessTable());
        using Claim? claim = claims.TryAcquire(store.FolderOf(run));
        Assert.Empty(cleaner.Plan([run.Experiment]));
        Assert.Empty(cleaner.Remove(items, cancellation: Token));
        Assert.True(File.Exists(Path.Combine(store.FolderOf(run), "checkpoint.bin")));
    }
}
