namespace Stein.Cli.Tests.Runs;

/// <summary>
/// Files with a changed byte or without their end: a message names them, they are set aside, what they were needed for is done again, and
/// the bits are the same.
/// </summary>
[Collection(nameof(InThisProcess))]
public sealed class DamageTests(DamageTests.Stores stores) : IClassFixture<DamageTests.Stores>
{
    /// <summary>Two runs and no report, since there are many cases.</summary>
    private static readonly string[] Few = ["--methods", "ksd", "maxsksd", "--dims", "2", "--seeds", "60"];

    private static readonly string[] Reproduce = [.. TestGrid.Reproduce("--shard", "0/1"), .. Few];

    [Theory]
    [InlineData("result.json", "truncated")]
    [InlineData("result.json", "flipped")]
    [InlineData("result.json", "emptied")]
    [InlineData("result.json", "garbage")]
    [InlineData("metrics.csv", "truncated")]
    [InlineData("metrics.csv", "flipped")]
    [InlineData("unmixing.csv", "truncated")]
    [InlineData("unmixing.csv", "flipped")]
    [InlineData("config.json", "flipped")]
    [InlineData("config.json", "garbage")]
    public void A_finished_run(string name, string damage)
    {
        using var stein = new SteinProgram();
        CopyFolder(stores.Finished, stein.PathOf("store"));
        string run = Directory.GetDirectories(stein.PathOf("store", "ica")).Order(StringComparer.Ordinal).First();
        byte[] damaged = Damage(Path.Combine(run, name), damage);
        if (damage == "flipped")
            AssertSeenAndLeftAlone(stein, name);
        SteinResult result = stein.RunHere(Reproduce);
        AssertPutRight(stein, result, Path.Combine(run, name), damaged);
        // A config is the name of a run: without it the numbers stand.
        Assert.Equal(name == "config.json" ? 0 : 1, result.Error.Split("[1/1] ").Length - 1);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("emptied")]
    [InlineData("garbage")]
    public void The_newest_checkpoint(string damage)
    {
        (SteinResult result, int[] iterations) = Continue(damage, "checkpoint.bin");
        Assert.True(iterations[0] > 0, $"it goes on from the checkpoint before\n{result}");
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    public void Both_checkpoints(string damage)
    {
        (SteinResult result, int[] iterations) = Continue(damage, "checkpoint.bin", "checkpoint.previous.bin");
        Assert.True(iterations.Length == 0, $"it begins again\n{result}");
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("emptied")]
    public void The_config_of_an_interrupted_run(string damage) => Continue(damage, "config.json");

    /// <summary>What goes on needs none of these files: the checkpoint has it all.</summary>
    [Theory]
    [InlineData("metrics.csv", "truncated")]
    [InlineData("metrics.csv", "flipped")]
    [InlineData("checkpoint.previous.bin", "flipped")]
    public void A_file_that_is_not_needed(string name, string damage)
    {
        using SteinProgram stein = Interrupted(out string run);
        Damage(Path.Combine(run, name), damage);
        SteinResult result = stein.RunHere(Reproduce);
        Assert.True(result.ExitCode == 0, $"{result}");
        Expected(stein).AssertSame(Contents.OfStore(stein.PathOf("store")));
    }

    /// <summary>What only looks at the store sees it, and changes nothing.</summary>
    private static void AssertSeenAndLeftAlone(SteinProgram stein, string name)
    {
        Contents before = Contents.OfStore(stein.PathOf("store"));
        SteinResult report = stein.RunHere(["report", .. TestGrid.Selection, .. Few, "--store", "store", "--out", "out"]);
        Assert.True(report.ExitCode == 0, $"{report}");
        SteinResult dryRun = stein.RunHere([.. Reproduce, "--dry-run"]);
        Assert.True(dryRun.ExitCode == 0, $"{dryRun}");
        Assert.Equal(name != "config.json", dryRun.Output.Contains("1 of 2 runs to do", StringComparison.Ordinal));
        SteinResult status = stein.RunHere("status", "--store", "store");
        // Whose run it is cannot be told without its config; the other is listed all the same.
        Assert.True(status.ExitCode == (name == "config.json" ? 1 : 0), $"{status}");
        Assert.Equal(name == "config.json", status.Output.Contains(": unreadable: config.json", StringComparison.Ordinal));
        before.AssertSame(Contents.OfStore(stein.PathOf("store")));
    }

    private (SteinResult Result, int[] Iterations) Continue(string damage, params string[] names)
    {
        using SteinProgram stein = Interrupted(out string run);
        Dictionary<string, byte[]> damaged = names.ToDictionary(
            name => Path.Combine(run, name),
            name => Damage(Path.Combine(run, name), damage));
        SteinResult result = stein.RunHere(Reproduce);
        foreach ((string path, byte[] bytes) in damaged)
            AssertPutRight(stein, result, path, bytes);
        const string GoesOn = "resumes at iteration ";
        return (
            result,
            [
                .. from line in result.Error.Split('\n')
                   where line.Contains(GoesOn, StringComparison.Ordinal)
                   select int.Parse(line.Split(GoesOn)[1].Split(' ')[0]),
            ]);
    }

    private SteinProgram Interrupted(out string run)
    {
        var stein = new SteinProgram();
        CopyFolder(stores.Killed, stein.PathOf("store"));
        run = Directory.GetParent(
            Directory.GetFiles(stein.PathOf("store"), "checkpoint.previous.bin", SearchOption.AllDirectories)[0])!.FullName;
        return stein;
    }

    private static void AssertPutRight(SteinProgram stein, SteinResult result, string path, byte[] damaged)
    {
        string name = Path.GetFileName(path);
        Assert.True(result.ExitCode == 0, $"{result}");
        Assert.Contains($"{name} is damaged (", result.Error, StringComparison.Ordinal);
        Assert.Contains($"set aside as {name}.corrupt-1", result.Error, StringComparison.Ordinal);
        Assert.Equal(damaged, File.ReadAllBytes($"{path}.corrupt-1"));
        Expected(stein).AssertSame(Contents.OfStore(stein.PathOf("store")).WithoutSetAside());
    }

    private static Contents Expected(SteinProgram stein)
    {
        Contents expected = TestGrid.Store.OfRuns(
            Directory.GetDirectories(stein.PathOf("store", "ica")).Select(path => Path.GetFileName(path)!));
        Assert.Equal(2, expected.Ids.Count);
        return expected;
    }

    /// <returns>The damaged file.</returns>
    private static byte[] Damage(string path, string damage)
    {
        byte[] bytes = File.ReadAllBytes(path);
        byte[] damaged = damage switch
        {
            "truncated" => bytes[..(bytes.Length * 2 / 3)],
            "emptied" => [],
            "garbage" => [0xff, 0x00, .. "{]"u8],
            _ => bytes,
        };
        if (damage == "flipped")
            damaged[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(path, damaged);
        return damaged;
    }

    private static void CopyFolder(string source, string target)
    {
        foreach (string path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(source, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }

    /// <summary>Stores to be copied and damaged.</summary>
    public sealed class Stores : IDisposable
    {
        private readonly SteinProgram stein = new();

        public Stores()
        {
            SteinResult result = stein.RunHere([.. Reproduce, "--quiet"]);
            Assert.True(result.ExitCode == 0, $"{result}");
            Directory.Move(stein.PathOf("store"), Finished);
            // Killed between the renaming of the former checkpoint and the next one, it has only one.
            while (Count("checkpoint.bin") == 0)
                RunUntilTwoCheckpoints();
            Directory.Move(stein.PathOf("store"), Killed);
        }

        /// <summary>Two finished runs.</summary>
        public string Finished => stein.PathOf("finished");

        /// <summary>A run that was killed, with two checkpoints, and one that was not begun.</summary>
        public string Killed => stein.PathOf("killed");

        public void Dispose() => stein.Dispose();

        private void RunUntilTwoCheckpoints()
        {
            using SteinProcess process = stein.Begin([.. Reproduce, "--jobs", "1", "--checkpoint-every", "25", "--json"]);
            Assert.True(process.WaitForEvent("started"));
            SpinWait.SpinUntil(
                () => process.LetRun(TimeSpan.FromMilliseconds(1))
                    || (Count("checkpoint.previous.bin") > 0 && Count("checkpoint.bin") > 0));
            Assert.True(process.Kill());
        }

        private int Count(string name) => Directory.Exists(stein.PathOf("store"))
            ? Directory.GetFiles(stein.PathOf("store"), name, SearchOption.AllDirectories).Length
            : 0;
    }
}
