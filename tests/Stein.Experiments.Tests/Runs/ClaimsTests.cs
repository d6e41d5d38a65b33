using System.Diagnostics;
using System.Globalization;
using Stein.Experiments.Files;
using Stein.Experiments.Runs.Claiming;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class ClaimsTests : IDisposable
{
    private static readonly ClaimTiming Timing = new();
    private readonly TemporaryFolder folder = new();
    private readonly HashSet<int> living = [1, 2, 3, 4, 5, 6, 7, 8];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void One_of_many_gets_it()
    {
        Claims[] claims = [.. Enumerable.Range(1, 8).Select(Open)];
        for (int round = 0; round < 30; round++)
        {
            string run = Directory.CreateDirectory(folder.File($"run{round}")).FullName;
            if (round % 2 == 1)
                DeadClaim(run);
            using var barrier = new Barrier(claims.Length);
            var won = new Claim?[claims.Length];
            Thread[] threads =
            [
                .. claims.Select((processes, index) => new Thread(() =>
                {
                    barrier.SignalAndWait();
                    won[index] = processes.TryAcquire(run);
                })),
            ];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            Claim winner = Assert.Single(won, claim => claim is not null)!;
            Assert.True(winner.IsHeld);
            winner.Dispose();
            Assert.Empty(Directory.GetFileSystemEntries(run));
        }

        Array.ForEach(claims, processes => processes.Dispose());
    }

    [Fact]
    public void A_claim_is_taken_over_at_once_when_its_process_is_dead()
    {
        using Claims first = Open(1);
        using Claims second = Open(2);
        Claim lost = first.TryAcquire(folder.Path)!;
        Assert.Null(second.TryAcquire(folder.Path));
        living.Remove(1);
        Claim taken = second.TryAcquire(folder.Path)!;
        Assert.True(taken.IsHeld);
        Assert.False(lost.IsHeld);
        // A dead process that lives on leaves alone what is no longer its own.
        lost.Dispose();
        Assert.True(taken.IsHeld);
        taken.Dispose();
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-40_000)]
    [InlineData(+40_000)]
    public void A_claim_is_void_when_it_was_seen_not_to_change_whatever_its_time(int hoursAhead)
    {
        var clock = new ManualClock();
        string path = ClaimFile.PathOf(folder.Path, 4);
        File.WriteAllBytes(path, new ClaimOwner("x", "far", null, null, 1, null, DateTimeOffset.UtcNow).ToBytes());
        DateTime time = DateTime.UtcNow.AddHours(hoursAhead);
        File.SetLastWriteTimeUtc(path, time);
        using var claims = new Claims(new Disk(), Timing with { Clock = clock }, new ProcessTable());
        Assert.Null(claims.TryAcquire(folder.Path));
        clock.Advance(Timing.Patience - TimeSpan.FromSeconds(1));
        Assert.Null(claims.TryAcquire(folder.Path));

        // A sign of life, after which the watch begins again.
        File.SetLastWriteTimeUtc(path, time.AddSeconds(-5));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(claims.TryAcquire(folder.Path));
        clock.Advance(Timing.Patience);
        using Claim claim = claims.TryAcquire(folder.Path)!;
        Assert.True(File.Exists(ClaimFile.PathOf(folder.Path, 5)));
    }

    /// <summary>
    /// Owners with clocks that are wrong by up to a century renew their claims, or die, at random: no live one is robbed, and every dead
    /// one's run is free within the time.
    /// </summary>
    [Fact]
    public void Live_owners_keep_their_claims_and_dead_ones_lose_them_whatever_their_clocks()
    {
        var random = new Random(5);
        for (int round = 0; round < 40; round++)
        {
            string run = Directory.CreateDirectory(folder.File($"random{round}")).FullName;
            string path = ClaimFile.PathOf(run, 1);
            File.WriteAllBytes(path, new ClaimOwner("x", "far", null, null, 1, null, DateTimeOffset.UtcNow).ToBytes());
            DateTime time = DateTime.UtcNow.AddHours(random.Next(-800_000, 800_000));
            File.SetLastWriteTimeUtc(path, time);
            var clock = new ManualClock();
            using var claims = new Claims(new Disk(), Timing with { Clock = clock }, new ProcessTable());
            int signs = random.Next(0, 8);
            for (int sign = 0; sign < signs; sign++)
            {
                Assert.Null(claims.TryAcquire(run));
                clock.Advance(Timing.Patience * (0.95 * random.NextDouble()));
                Assert.Null(claims.TryAcquire(run));
                time = time.AddSeconds(random.Next(1, 60));
                File.SetLastWriteTimeUtc(path, time);
            }

            Assert.Null(claims.TryAcquire(run));
            clock.Advance(Timing.Patience);
            using Claim? claim = claims.TryAcquire(run);
            Assert.NotNull(claim);
        }
    }

    /// <summary>An owner that died before it could write who it is.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{\"own")]
    public void An_unreadable_claim_is_void_in_time(string content)
    {
        var clock = new ManualClock();
        File.WriteAllText(ClaimFile.PathOf(folder.Path, 1), content);
        using var claims = new Claims(new Disk(), Timing with { Clock = clock }, new TestProcesses(1, living));
        Assert.Null(claims.TryAcquire(folder.Path));
        clock.Advance(Timing.Patience);
        using Claim? claim = claims.TryAcquire(folder.Path);
        Assert.NotNull(claim);
    }

    [Fact]
    public void A_live_owner_gives_signs_of_life()
    {
        using var claims = new Claims(new Disk(), Timing with { Heartbeat = TimeSpan.FromMilliseconds(5) }, new TestProcesses(1, living));
        using Claim claim = claims.TryAcquire(folder.Path)!;
        string path = ClaimFile.PathOf(folder.Path, 1);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-1));
        Assert.True(SpinWait.SpinUntil(() => File.GetLastWriteTimeUtc(path) > DateTime.UtcNow.AddMinutes(-1), TimeSpan.FromSeconds(10)));
        Assert.True(claim.IsHeld);
    }

    /// <summary>
    /// Numbers are used again when all claims are gone; the first owner of a number must not take the next one's for its own.
    /// </summary>
    [Fact]
    public void A_claim_of_the_same_number_is_not_the_same_claim()
    {
        using Claims first = Open(1);
        using Claims second = Open(2);
        using Claim lost = first.TryAcquire(folder.Path)!;
        File.Delete(ClaimFile.PathOf(folder.Path, 1));
        using Claim other = second.TryAcquire(folder.Path)!;
        lost.Touch();
        Assert.False(lost.IsHeld);
        Assert.True(other.IsHeld);
    }

    [Fact]
    public void This_process_is_running_and_one_that_ended_is_not()
    {
        var table = new ProcessTable();
        ClaimOwner self = table.Self("x");
        Assert.NotEqual(false, table.IsRunning(self));
        Assert.NotEqual(true, table.IsRunning(self with { ProcessStart = "earlier" }));
        Assert.Null(table.IsRunning(self with { Host = "elsewhere" }));
        using Process process = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        process.WaitForExit();
        Assert.False(table.IsRunning(self with { ProcessId = process.Id }));
    }

    /// <summary>A process that was killed keeps its number until its parent asks how it ended.</summary>
    [Fact]
    public void A_process_whose_number_is_kept_or_used_again_is_not_running()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("the states of processes are read on Linux only");
        var table = new ProcessTable();
        ClaimOwner self = table.Self("x");
        Assert.True(table.IsRunning(self));
        Assert.False(table.IsRunning(self with { ProcessStart = "1" }));
        using Process parent = Process.Start(
            new ProcessStartInfo("sh", ["-c", "sleep 1 & echo $!; exec sleep 60"]) { RedirectStandardOutput = true })!;
        int ended = int.Parse(parent.StandardOutput.ReadLine()!, CultureInfo.InvariantCulture);
        string status = $"/proc/{ended}/stat";
        Assert.True(SpinWait.SpinUntil(
            () => File.ReadAllText(status).Contains(") Z ", StringComparison.Ordinal),
            TimeSpan.FromSeconds(10)));
        Assert.False(table.IsRunning(self with { ProcessId = ended, ProcessStart = null }));
        parent.Kill();
    }

    /// <summary>A clock that goes when it is told to.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private long ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks;

        public void Advance(TimeSpan time) => ticks += time.Ticks;
    }

    private Claims Open(int process) => new(new Disk(), Timing, new TestProcesses(process, living));

    private static void DeadClaim(string run)
        => File.WriteAllBytes(
            ClaimFile.PathOf(run, 1), new ClaimOwner("dead", "host", null, null, 99, null, DateTimeOffset.UtcNow).ToBytes());
}
