using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Claiming;
using Stein.Experiments.Runs.Execution;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

/// <summary>Whatever happens to the processes, the store ends with the same contents.</summary>
public sealed class KillTests
{
    /// <summary>Claims that were not written whole have to be watched for as long as the patience lasts.</summary>
    private static readonly ExecutorOptions Impatient = Stores.Quick with
    {
        Claims = Stores.Quick.Claims with { Patience = TimeSpan.FromSeconds(1) },
    };

    private static readonly WalkExperiment Walk = new();

    [Fact]
    public void Killed_at_any_change_a_run_ends_with_the_same_bits()
    {
        RunConfig[] runs = [Walk.Identify(new WalkConfig { Length = 5, MeasureEvery = 2 })];
        SortedDictionary<string, string> expected = Stores.Undisturbed(runs);
        int kills = 0;
        for (bool isKilled = true; isKilled; kills++)
        {
            using var folder = new TemporaryFolder();
            isKilled = RunKilled(folder.Path, runs, kills, jobs: 1, process: 1);
            var store = new RunStore(folder.Path);
            Assert.True(store.Find(runs[0]) is null || expected.All(file => File.Exists(Path.Combine(folder.Path, file.Key))));
            Finish(folder.Path, runs);
            Assert.Equal(expected, Stores.Contents(store));
        }

        Assert.InRange(kills, 30, 200);
    }

    [Fact]
    public void Killed_at_any_change_of_a_repetition_there_is_a_result_and_in_the_end_the_new_one()
    {
        RunConfig[] runs = [Walk.Identify(new WalkConfig { Length = 3 })];
        SortedDictionary<string, string> expected = Stores.Undisturbed(runs);
        int kills = 0;
        for (bool isKilled = true; isKilled; kills++)
        {
            using var folder = new TemporaryFolder();
            var store = new RunStore(folder.Path);
            Stores.Run(store, runs);
            string old = File.ReadAllText(Path.Combine(store.FolderOf(runs[0]), "result.json"));
            isKilled = RunKilled(folder.Path, runs, kills, jobs: 1, process: 1, force: true);
            Assert.True(store.Find(runs[0]) is not null || File.Exists(Path.Combine(store.FolderOf(runs[0]), "replaced-1", "result.json")));
            Stores.Run(store, runs, Impatient, processes: new TestProcesses(2, new HashSet<int> { 2 }), force: true);
            Finish(folder.Path, runs);
            SortedDictionary<string, string> contents = Stores.Contents(store);
            Assert.Equal(expected, Without(contents, "replaced-"));
            // The old one was set aside whole, and is there once.
            string[] replaced = Directory.GetFiles(folder.Path, "result.json", SearchOption.AllDirectories)
                .Where(path => path.Contains("replaced-", StringComparison.Ordinal)).ToArray();
            Assert.Equal(1, replaced.Count(path => File.ReadAllText(path) == old));
        }

        Assert.InRange(kills, 30, 300);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Any_interleaving_of_kills_interruptions_jobs_and_shards_gives_the_same_store(int seed)
    {
        var random = new Random(seed);
        RunConfig[] runs =
        [
            .. Enumerable.Range(0, 6).Select(index => Walk.Identify(
                new WalkConfig
                {
                    Seed = (uint)index,
                    Length = random.Next(8),
                    MeasureEvery = random.Next(1, 4),
                    Kind = (StepKind)(index % 2),
                })),
        ];
        using var folder = new TemporaryFolder();
        for (int process = 1; process <= 10; process++)
        {
            int shards = random.Next(1, 3);
            IReadOnlyList<RunConfig> part = new Shard(random.Next(shards), shards).Of(runs);
            int jobs = random.Next(1, 4);
            int changes = random.Next(150);
            if (random.Next(2) == 0)
            {
                RunKilled(folder.Path, part, changes, jobs, process);
            }
            else
            {
                // Two at a time, which see each other alive until one dies.
                int other = process + 100;
                int otherChanges = random.Next(150);
                HashSet<int> living = [process, other];
                var second = new Thread(() => RunKilled(folder.Path, part, otherChanges, jobs, other, living));
                second.Start();
                RunKilled(folder.Path, runs, changes, jobs, process, living);
                second.Join();
            }
        }

        Finish(folder.Path, runs);

        // The claim of an owner that died before it could write who it is has to be watched; of a finished run only the cleaner does so.
        var store = new RunStore(folder.Path);
        var cleaner = new StoreCleaner(store, new ClaimTiming { Patience = TimeSpan.FromMilliseconds(10) });
        cleaner.Remove(cleaner.Plan([runs[0].Experiment]), cancellation: TestContext.Current.CancellationToken);
        Finish(folder.Path, runs);
        Assert.Equal(Stores.Undisturbed(runs), Stores.Contents(store));
    }

    /// <returns>Whether it was killed before it came to its end.</returns>
    private static bool RunKilled(
        string root, IReadOnlyList<RunConfig> runs, int changes, int jobs, int process, HashSet<int>? living = null, bool force = false)
    {
        living ??= [process];
        var disk = new KillingDisk(changes);
        try
        {
            Stores.Run(
                new RunStore(root, disk),
                runs,
                Impatient with { Jobs = jobs },
                processes: new TestProcesses(process, living),
                force: force);
        }
        catch (InvalidOperationException exception) when (exception.InnerException is KilledException)
        {
        }
        finally
        {
            lock (living)
                living.Remove(process);
        }

        return disk.IsDead;
    }

    /// <summary>A last process that nobody disturbs.</summary>
    private static void Finish(string root, IReadOnlyList<RunConfig> runs)
        => Assert.All(
            Stores.Run(new RunStore(root), runs, Impatient, processes: new TestProcesses(1000, new HashSet<int> { 1000 })),
            outcome => Assert.True(outcome.Status is RunStatus.Finished or RunStatus.AlreadyDone, outcome.Message));

    private static SortedDictionary<string, string> Without(SortedDictionary<string, string> contents, string part)
        => new(contents.Where(file => !file.Key.Contains(part, StringComparison.Ordinal)).ToDictionary(), StringComparer.Ordinal);
}
