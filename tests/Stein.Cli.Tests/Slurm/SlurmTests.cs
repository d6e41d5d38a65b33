using System.Globalization;
using Stein.Experiments.Runs.Slurm;

namespace Stein.Cli.Tests.Slurm;

/// <summary>Submissions on a real Slurm, with a small script in the place of the program.</summary>
[Collection(nameof(InThisProcess))]
public sealed class SlurmTests(SlurmCluster cluster) : IClassFixture<SlurmCluster>, IDisposable
{
    /// <summary>A name that shells and sbatch could stumble over.</summary>
    private readonly string folder = Directory.CreateTempSubdirectory("it's 100 %A \"#1\" ").FullName;

    private SlurmClient Client => new(cluster.Environment);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_site_says_how_many_tasks_an_array_may_have()
    {
        cluster.SkipIfMissing();
        Assert.Equal(SlurmCluster.MaxArraySize, await Client.FindMaxArraySizeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_shard_runs_once_in_split_arrays_below_the_limit_and_the_report_after_them()
    {
        cluster.SkipIfMissing();
        string[] arguments =
            ["reproduce", "--all", "--store", "a b", "it's", "\"quoted\"", "$HOME `id` \\ ; # *", "", "two\nlines\r\t", "é"];
        SlurmJobs jobs = await SubmitAsync(Settings("short", tasks: 10, arguments) with { ArrayLimit = 3 });
        Assert.Equal(3, jobs.Arrays.Count);
        await cluster.WaitUntilIdleAsync();

        List<Event> events = Events();
        string[] shards = [.. Enumerable.Range(0, 10).Select(shard => $"{shard}/10")];
        Assert.Equal(shards, Shards(events, "start").Order());
        Assert.Equal(shards, Shards(events, "end").Order());
        Assert.Equal(
            Enumerable.Range(0, 10).Select(shard => $"{jobs.Arrays[shard / 4]}_{shard % 4}"),
            events.Where(one => one.Kind == "start").OrderBy(one => one.Shard).Select(one => one.Task));
        Assert.True(MostAtOnce(events) <= 3, string.Join('\n', events));
        for (int shard = 0; shard < 10; shard++)
            Assert.Equal([.. arguments, "--shard", $"{shard}/10"], ArgumentsOf(shard));
        Assert.Equal("10 ended\n", Read("report"));
        Assert.Equal(11, Directory.GetFiles(Path.Combine(folder, "store", "1", "logs")).Length);
    }

    [Fact]
    public async Task A_killed_or_running_task_that_is_requeued_runs_again_and_the_report_waits_for_it()
    {
        cluster.SkipIfMissing();
        SlurmJobs jobs = await SubmitAsync(Settings("wait", tasks: 3));
        int array = jobs.Arrays[0];
        await StartedAsync(3);

        await cluster.RunAsync("kill", "-KILL", Read("1.process").Trim());
        await cluster.WaitUntilAsync(
            "the killed task is over",
            async () => !(await cluster.RunAsync("squeue", "--noheader", "--array", "--format=%i")).Split('\n').Contains($"{array}_1"));
        await cluster.RunAsync("scontrol", "requeue", $"{array}_1");
        await cluster.RunAsync("scontrol", "requeue", $"{array}_2");
        await StartedAsync(5);
        Assert.False(File.Exists(Path.Combine(folder, "report")));

        LetGo();
        await cluster.WaitUntilIdleAsync();
        List<Event> events = Events();
        Assert.Equal(["0/3", "1/3", "1/3", "2/3", "2/3"], Shards(events, "start").Order());
        Assert.Equal(["0/3", "1/3", "2/3"], Shards(events, "end").Order());
        // Slurm's own signal, and no other from the shell: a second one would mean "at once".
        Assert.Equal(["2/3"], Shards(events, "term"));
        Assert.Equal("3 ended\n", Read("report"));
        string log = Read("store", "1", "logs", $"array-{array}_1.log");
        Assert.Contains("restart 0", log, StringComparison.Ordinal);
        Assert.Contains("restart 1", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Before_its_time_limit_a_task_is_told_to_stop_and_it_alone_queues_again()
    {
        cluster.SkipIfMissing();
        SlurmJobs jobs = await SubmitAsync(Settings("stubborn", tasks: 2) with
        {
            TimeLimit = TimeSpan.FromMinutes(2),
            SignalLead = TimeSpan.FromSeconds(85),
        });
        // Shard 1 is the task whose own job number is that of the whole array: requeueing that number would repeat shard 0 as well.
        await StartedAsync(3);
        LetGo();
        await cluster.WaitUntilIdleAsync();
        List<Event> events = Events();
        Assert.Equal(["0/2", "1/2", "1/2"], Shards(events, "start").Order());
        Assert.Equal(["0/2", "1/2"], Shards(events, "term").Order());
        Assert.Equal(["0/2", "1/2"], Shards(events, "end").Order());
        Assert.Equal("2 ended\n", Read("report"));
        Assert.All(events.Where(one => one.Shard == "1/2"), one => Assert.Equal($"{jobs.Arrays[0]}_1", one.Task));
    }

    [Fact]
    public async Task A_refusal_is_told_in_the_words_of_sbatch()
    {
        cluster.SkipIfMissing();
        SlurmException refused = await Assert.ThrowsAsync<SlurmException>(
            () => SubmitAsync(Settings("short", tasks: 1) with { Partition = "nowhere" }));
        Assert.Contains("invalid partition specified: nowhere", refused.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Shards(List<Event> events, string kind) =>
        events.Where(one => one.Kind == kind).Select(one => one.Shard);

    private static int MostAtOnce(List<Event> events)
    {
        int running = 0;
        return events.OrderBy(one => one.Time).Max(one => running += one.Kind == "start" ? 1 : -1);
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, name);

    private SlurmSettings Settings(string behaviour, int tasks, params string[] arguments) => new()
    {
        Command = ["bash", Script("stand-in.sh"), folder, behaviour, .. arguments],
        Tasks = tasks,
        ReportCommand = ["bash", "-c", "echo $(grep -c ' end ' events) ended >>report"],
        WorkingDirectory = folder,
        JobName = "a \"name\" # of \\ it's own",
        MemoryPerTask = "50M",
        MaxArraySize = SlurmCluster.MaxArraySize,
        SbatchOptions = ["--comment=two words"],
    };

    private async Task<SlurmJobs> SubmitAsync(SlurmSettings settings) => await Client.SubmitAsync(
        SlurmSubmission.Write(Path.Combine(folder, "store"), settings), TestContext.Current.CancellationToken);

    private Task StartedAsync(int times) =>
        cluster.WaitUntilAsync($"{times} starts", () => Task.FromResult(Shards(Events(), "start").Count() >= times));

    private List<Event> Events()
    {
        string file = Path.Combine(folder, "events");
        return File.Exists(file) ? [.. File.ReadLines(file).Select(Event.Parse)] : [];
    }

    private void LetGo() => File.WriteAllText(Path.Combine(folder, "go"), "");

    private string Read(params string[] parts) => File.ReadAllText(Path.Combine([folder, .. parts]));

    private string[] ArgumentsOf(int shard) => Read($"{shard}.arguments").TrimEnd('\0').Split('\0');

    private sealed record Event(decimal Time, string Kind, string Shard, string Task)
    {
        public static Event Parse(string line)
        {
            string[] words = line.Split(' ');
            return new(decimal.Parse(words[0], CultureInfo.InvariantCulture), words[1], words[2], words[3]);
        }
    }
}
