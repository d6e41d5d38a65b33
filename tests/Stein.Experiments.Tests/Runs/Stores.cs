using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;
using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Claiming;
using Stein.Experiments.Runs.Execution;
using Stein.Tests;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

/// <summary>Runs plans of the random walk and compares what they leave behind.</summary>
internal static class Stores
{
    public static readonly ExecutorOptions Quick = new()
    {
        Jobs = 1,
        CheckpointIterations = 2,
        RevisitInterval = TimeSpan.FromMilliseconds(5),
        ProgressInterval = TimeSpan.Zero,
        // A machine that is busy may keep a thread from beating for seconds.
        Claims = new ClaimTiming { Heartbeat = TimeSpan.FromMilliseconds(50), Patience = TimeSpan.FromMinutes(1) },
    };

    /// <summary>The file of golden files that has the finished runs of a test grid, which are in double precision.</summary>
    public const string GoldenFile = "store.tar.gz";

    /// <summary>The folder of the golden files of an experiment.</summary>
    public static string GoldenFolder(string experiment) => Path.Combine(Repository.Folder, "tests/golden/experiments", experiment);

    /// <summary>Unpacks <see cref="GoldenFile"/> of a folder into a new store.</summary>
    public static void ExtractGolden(string folder, string store)
    {
        Directory.CreateDirectory(store);
        using var stream = new GZipStream(File.OpenRead(Path.Combine(folder, GoldenFile)), CompressionMode.Decompress);
        TarFile.ExtractToDirectory(stream, store, overwriteFiles: false);
    }

    public static IReadOnlyList<RunOutcome> Run(
        RunStore store,
        IEnumerable<RunConfig> runs,
        ExecutorOptions? options = null,
        IRunObserver? observer = null,
        ProcessTable? processes = null,
        bool force = false,
        CancellationTokenSource? interruption = null,
        Func<Device>? device = null)
    {
        options ??= Quick;
        processes ??= new ProcessTable();
        RunPlan plan = new RunPlanner(store, null, options.Claims, processes).Plan(runs, force);
        var executor = new RunExecutor(store, device ?? CpuDevices.CreateSimd, options, observer, processes);
        return executor.Run(plan, interruption?.Token ?? CancellationToken.None);
    }

    /// <summary>Stops a walk of that many steps after one of them.</summary>
    public static RunConfig Interrupt(
        RunStore store, int length, int after, ExecutorOptions? options = null, bool hasLiveFiles = false)
    {
        using var source = new CancellationTokenSource();
        var experiment = new WalkExperiment { HasLiveFiles = hasLiveFiles };
        experiment.Stepped = (_, iteration) =>
        {
            if (iteration == after)
                source.Cancel();
        };
        RunConfig run = experiment.Identify(new WalkConfig { Length = length });
        RunOutcome outcome = Assert.Single(Run(store, [run], options, interruption: source));
        Assert.Equal((RunStatus.Interrupted, after), (outcome.Status, outcome.Iteration));
        experiment.Stepped = (_, _) => { };
        return run;
    }

    /// <summary>Every file by its path in the store, results without their provenance.</summary>
    public static SortedDictionary<string, string> Contents(RunStore store)
    {
        var contents = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (!Directory.Exists(store.Root))
            return contents;
        foreach (string path in Directory.EnumerateFiles(store.Root, "*", SearchOption.AllDirectories))
        {
            string text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
            if (Path.GetFileName(path) == "result.json")
            {
                JsonObject document = JsonNode.Parse(text)!.AsObject();
                document.Remove("provenance");
                text = document.ToJsonString();
            }

            contents[Path.GetRelativePath(store.Root, path)] = text;
        }

        return contents;
    }

    /// <summary>What undisturbed runs leave behind, one at a time.</summary>
    public static SortedDictionary<string, string> Undisturbed(IEnumerable<RunConfig> runs)
    {
        using var folder = new TemporaryFolder();
        var store = new RunStore(folder.File("runs"));
        Assert.All(Run(store, runs, new ExecutorOptions { Jobs = 1 }), outcome => Assert.Equal(RunStatus.Finished, outcome.Status));
        return Contents(store);
    }

    /// <summary>Only the files that are part of finished runs.</summary>
    public static SortedDictionary<string, string> WithoutSetAside(SortedDictionary<string, string> contents)
        => new(
            contents.Where(file => !file.Key.Contains(".corrupt-", StringComparison.Ordinal)).ToDictionary(),
            StringComparer.Ordinal);
}

/// <summary>Keeps what it is told.</summary>
internal sealed class Notes : IRunObserver
{
    private readonly Lock gate = new();
    private readonly List<string> messages = [];
    private readonly List<(RunConfig Run, int Iteration)> starts = [];
    private readonly List<RunProgress> progress = [];
    private readonly List<RunOutcome> ends = [];

    public IReadOnlyList<string> Messages => messages;

    public IReadOnlyList<(RunConfig Run, int Iteration)> Starts => starts;

    public IReadOnlyList<RunProgress> Progress => progress;

    public IReadOnlyList<RunOutcome> Ends => ends;

    public void Started(RunConfig run, int iteration, int iterations)
    {
        lock (gate)
            starts.Add((run, iteration));
    }

    public void Progressed(RunConfig run, RunProgress progress)
    {
        lock (gate)
            this.progress.Add(progress);
    }

    public void Ended(RunOutcome outcome)
    {
        lock (gate)
            ends.Add(outcome);
    }

    public void Noted(RunConfig run, string message)
    {
        lock (gate)
            messages.Add(message);
    }
}

/// <summary>Processes that live and die as a test says.</summary>
internal sealed class TestProcesses(int self, ISet<int> living) : ProcessTable
{
    /// <summary>Whether other processes are on the same machine.</summary>
    public bool KnowsOthers { get; init; } = true;

    /// <summary>Called when somebody asks whether a process is running.</summary>
    public Action? Asked { get; init; }

    public override ClaimOwner Self(string owner) => new(owner, "host", null, null, self, null, DateTimeOffset.UtcNow);

    public override bool? IsRunning(ClaimOwner owner)
    {
        Asked?.Invoke();
        lock (living)
            return KnowsOthers ? living.Contains(owner.ProcessId) : null;
    }
}
