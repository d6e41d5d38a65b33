using System.Diagnostics;
using System.Globalization;
using Stein.Experiments.Files;
using Stein.Experiments.Runs.Claiming;
using Xunit;

namespace Stein.Experiments.Tests.Runs;

public sealed class ClaimsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TestClock clock = new();
    private readonly HashSet<int> living = [1, 2, 3, 4, 5, 6, 7, 8];

    private ClaimTiming Timing => new() { Clock = clock };

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

    [Fact]
    public void A_claim_without_a_sign_of_life_is_void_when_it_was_watched_for_long_enough()
    {
        string path = ClaimFile.PathOf(folder.Path, 4);
        File.WriteAllBytes(path, new ClaimOwner("x", "far", null, null, 1, null, DateTimeOffset.UtcNow).ToBytes());
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddYears(3));
        using var claims = new Claims(new Disk(), Timing, new ProcessTable());
        Assert.Null(claims.TryAcquire(folder.Path));
        clock.Advance(Timing.Patience / 2);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddYears(2));
        Assert.Null(claims.TryAcquire(folder.Path));
        clock.Advance(Timing.Patience * 0.9);
        Assert.Null(claims.TryAcquire(folder.Path));
        clock.Advance(Timing.Patience * 0.1);
        using Claim claim = claims.TryAcquire(folder.Path)!;
        Assert.True(File.Exists(ClaimFile.PathOf(folder.Path, 5)));
    }

    /// <summary>
    /// Random claims with times past and future, of owners near and far, alive and dead. One that lives touches its claim more often than
    /// the patience lasts, by a clock that is wrong and may stand still for a while or go backwards.
    /// </summary>
    [Fact]
    public void A_live_owner_is_never_robbed_and_a_dead_ones_claim_is_void_in_time()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 100; trial++)
        {
            bool isNear = random.Next(2) == 0;
            bool isAlive = random.Next(2) == 0;
            bool isUnreadable = !isNear && random.Next(4) == 0;
            living.Remove(9);
            if (isAlive)
                living.Add(9);
            var processes = new TestProcesses(1, living) { KnowsOthers = isNear };
            var claim = new ClaimFile(ClaimFile.PathOf(folder.Path, trial + 1), trial + 1);
            File.WriteAllBytes(claim.Path, new ClaimOwner("x", "host", null, null, 9, null, DateTimeOffset.UtcNow).ToBytes());
            if (isUnreadable)
                File.WriteAllText(claim.Path, "{");
            DateTime time = DateTime.UtcNow.AddDays(random.Next(-1000, 1000));
            File.SetLastWriteTimeUtc(claim.Path, time);
            var watch = new ClaimWatch(Timing, processes);
            bool isVoid = watch.IsVoid(claim);
            Assert.Equal(isNear && !isAlive, isVoid);
            TimeSpan watched = TimeSpan.Zero;
            while (!isVoid && watched < Timing.Patience * 3)
            {
                TimeSpan step = Timing.Patience * (0.05 + (0.9 * random.NextDouble()));
                clock.Advance(step);
                watched += step;
                if (isAlive)
                {
                    time = time.AddSeconds(random.Next(2) == 0 ? -random.Next(1, 5000) : random.Next(1, 5000));
                    File.SetLastWriteTimeUtc(claim.Path, time);
                }

                isVoid = watch.IsVoid(claim);
                Assert.Equal(!isAlive && (isNear || watched >= Timing.Patience), isVoid);
            }
        }
    }

    /// <summary>An owner that died before it could write who it is.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{\"own")]
    public void An_unreadable_claim_is_void_in_time(string content)
    {
        string path = ClaimFile.PathOf(folder.Path, 1);
        File.WriteAllText(path, content);
        using Claims claims = Open(1);
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
        Assert.True(SpinWait.SpinUntil(() => File.GetLastWriteTimeUtc(path) > DateTime.UtcNow.AddMinutes(-1), TimeSpan.FromMinutes(1)));
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
            TimeSpan.FromMinutes(1)));
        Assert.False(table.IsRunning(self with { ProcessId = ended, ProcessStart = null }));
        parent.Kill();
    }

    private Claims Open(int process) => new(new Disk(), Timing, new TestProcesses(process, living));

    private static void DeadClaim(string run)
        => File.WriteAllBytes(
            ClaimFile.PathOf(run, 1), new ClaimOwner("dead", "host", null, null, 99, null, DateTimeOffset.UtcNow).ToBytes());
}

/// <summary>A clock that stands still until it is told to go on.</summary>
internal sealed class TestClock : TimeProvider
{
    private long now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now;

    public void Advance(TimeSpan time) => now += time.Ticks;
}
