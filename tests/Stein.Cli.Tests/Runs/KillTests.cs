using System.Globalization;

namespace Stein.Cli.Tests.Runs;

/// <summary>
/// kill −9 at random moments: the store stays valid, nothing is done twice or lost, and the bits are the same in the end.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const string Variable = "STEIN_TEST_KILLS";

    private static readonly int Kills =
        int.Parse(Environment.GetEnvironmentVariable(Variable) ?? "16", NumberStyles.None, CultureInfo.InvariantCulture);

    [Fact]
    public void Killed_at_random_moments_the_grid_ends_with_the_same_bits()
    {
        var random = new Random(2021);
        var tally = new Tally();
        // On a machine so fast that the grid is done before, another one is begun.
        while (tally.Kills < Kills)
            KillUntilDone(random, tally);
        output.WriteLine($"{tally}");
        Assert.True(tally.AtStart > 0, $"{tally}");
        Assert.True(tally.AtARun > Kills / 2, $"{tally}");
        Assert.True(tally.OverAFile > 0, $"{tally}");
        Assert.True(tally.GoneOn > Kills / 4, $"{tally}");
    }

    private static void KillUntilDone(Random random, Tally tally)
    {
        using var stein = new SteinProgram();
        var witness = new StoreWitness(stein.PathOf("store"));
        while (tally.Kills < Kills)
        {
            string jobs = $"{random.Next(1, 4)}";
            using SteinProcess process = stein.Begin(TestGrid.Reproduce("--jobs", jobs, "--checkpoint-every", "25", "--json"));
            DateTime begun = DateTime.UtcNow;
            bool isStarted = random.Next(8) > 0 && process.WaitForEvent("started");

            // Half of them after a checkpoint, so that there is something to go on with on a slow machine too.
            if (isStarted && random.Next(2) == 0)
                SpinWait.SpinUntil(() => process.LetRun(TimeSpan.FromMilliseconds(1)) || HasCheckpointSince(stein.PathOf("store"), begun));
            process.LetRun(TimeSpan.FromMilliseconds(random.NextDouble() * (isStarted ? 120 : 250)));
            bool isKilled = process.Kill();
            witness.Hear(process.Events());
            witness.Look();
            if (!isKilled)
                break;
            tally.Add(stein.PathOf("store"), process);
        }

        SteinResult last = stein.Run(TestGrid.Reproduce("--jobs", "2"));
        Assert.True(last.ExitCode == 0, $"{last}");
        witness.Look();
        Assert.Equal(TestGrid.Runs, witness.Finished);
        TestGrid.AssertSame(stein);
    }

    private static bool HasCheckpointSince(string store, DateTime time)
    {
        try
        {
            return Directory.EnumerateFiles(store, "checkpoint.bin", SearchOption.AllDirectories)
                .Any(path => File.GetLastWriteTimeUtc(path) > time);
        }
        catch (DirectoryNotFoundException)
        {
            // A folder of the store was renamed or removed meanwhile.
            return false;
        }
    }

    /// <summary>What the kills hit.</summary>
    private sealed class Tally
    {
        public int Kills { get; private set; }

        /// <summary>Before there was a plan.</summary>
        public int AtStart { get; private set; }

        /// <summary>Between the claim on a run and its release.</summary>
        public int AtARun { get; private set; }

        /// <summary>While a file was being written.</summary>
        public int OverAFile { get; private set; }

        /// <summary>While the files of a result were being written.</summary>
        public int OverAResult { get; private set; }

        /// <summary>Processes that went on with a run that another had been killed at.</summary>
        public int GoneOn { get; private set; }

        public void Add(string store, SteinProcess process)
        {
            Kills++;
            string[] events = [.. process.Events().Select(said => said.GetProperty("event").GetString()!)];
            AtStart += events.Length == 0 ? 1 : 0;
            GoneOn += process.Events().Any(
                said => said.GetProperty("event").GetString() == "started" && said.GetProperty("iteration").GetInt32() > 0) ? 1 : 0;
            if (!Directory.Exists(store))
                return;
            string[] names =
                [.. Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories).Select(path => Path.GetFileName(path)!)];
            AtARun += names.Any(name => name.StartsWith("claim-", StringComparison.Ordinal)) ? 1 : 0;
            string[] halves = [.. names.Where(name => name.EndsWith(".tmp", StringComparison.Ordinal))];
            OverAFile += halves.Length > 0 ? 1 : 0;
            OverAResult += halves.Any(
                name => name.StartsWith(".result", StringComparison.Ordinal)
                    || name.StartsWith(".unmixing", StringComparison.Ordinal)) ? 1 : 0;
        }

        public override string ToString() =>
            $"{Kills} kills: {AtStart} before the plan, {AtARun} at a run, {OverAFile} over a file, {OverAResult} over the files of a "
            + $"result; {GoneOn} processes went on with what another had begun";
    }
}
