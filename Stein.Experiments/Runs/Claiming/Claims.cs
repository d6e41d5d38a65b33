using Microsoft.Win32.SafeHandles;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs.Claiming;

/// <summary>
/// Keeps two processes from doing the same run: the process that creates the next <c>claim-n.json</c> in its folder has it. Touches all
/// its claims regularly until it is disposed of.
/// </summary>
/// <remarks>
/// <para>Exclusive creation is atomic on local and on network file systems, and needs no lock that a dead process could leave behind.
/// No claim is deleted in order to take a run over, so two processes cannot both succeed: each creates the next number.</para>
/// <para><see cref="ClaimWatch"/> tells which claims are void.</para>
/// <para>An owner that was stopped and continues finds that its claim is no longer the highest (<see cref="Claim.IsHeld"/>, asked before
/// every change) and abandons the run. What it could still write between the two is what the new owner writes as well: runs
/// of one config have the same bits.</para>
/// </remarks>
internal sealed class Claims : IDisposable
{
    private readonly Disk disk;
    private readonly ClaimTiming timing;
    private readonly ProcessTable processes;
    private readonly ClaimWatch watch;
    private readonly string name = Guid.NewGuid().ToString("N");
    private readonly Lock gate = new();
    private readonly List<Claim> held = [];
    private readonly ManualResetEventSlim stop = new();
    private readonly Thread heart;

    public Claims(Disk disk, ClaimTiming timing, ProcessTable processes)
    {
        this.disk = disk;
        this.timing = timing;
        this.processes = processes;
        watch = new ClaimWatch(timing, processes);
        // A thread of its own: where all others are busy for minutes, a timer may come too late.
        heart = new Thread(Beat) { IsBackground = true, Name = "claims" };
        heart.Start();
    }

    /// <summary>Claims the run of an existing folder.</summary>
    /// <returns>The claim; null if another process has it, or was not watched for long enough to be taken for dead.</returns>
    /// <exception cref="IOException">The claim cannot be written, as on a full disk.</exception>
    public Claim? TryAcquire(string folder)
    {
        ClaimFile? highest = ClaimFile.Highest(folder);
        if (highest is not null && !watch.IsVoid(highest))
            return null;
        int number = (highest?.Number ?? 0) + 1;
        string path = ClaimFile.PathOf(folder, number);
        byte[] content = processes.Self(name).ToBytes();
        if (disk.CreateNew(path, content) is not { } handle)
            return null;
        var claim = new Claim(this, disk, folder, name, new ClaimFile(path, number), handle, content);
        lock (gate)
            held.Add(claim);
        if (claim.IsHeld)
            return claim;
        // Other processes took the run over and released it between our check and our claim; one of them has a higher number.
        claim.Dispose();
        return null;
    }

    /// <summary>Stops renewing the claims. Those that were not released become void in time.</summary>
    public void Dispose()
    {
        stop.Set();
        heart.Join();
        stop.Dispose();
    }

    internal void Forget(Claim claim)
    {
        lock (gate)
            held.Remove(claim);
    }

    private void Beat()
    {
        while (!stop.Wait(timing.Heartbeat))
        {
            Claim[] present;
            lock (gate)
                present = [.. held];
            foreach (Claim claim in present)
                claim.Touch();
        }
    }
}

/// <summary>The hold of this process on a run, until it is disposed of or lost to a process that took this one for dead.</summary>
internal sealed class Claim(
    Claims claims, Disk disk, string folder, string owner, ClaimFile file, SafeFileHandle handle, byte[] content) : IDisposable
{
    private readonly Lock gate = new();
    private bool isReleased;

    /// <summary>Whether it is still the highest claim of its folder, and belongs to this process.</summary>
    public bool IsHeld => ClaimFile.Highest(folder) == file && file.Read()?.Owner?.Owner == owner;

    /// <summary>Releases it: the next one finds no claim. One that was lost is left alone.</summary>
    public void Dispose()
    {
        claims.Forget(this);
        lock (gate)
        {
            if (isReleased)
                return;
            isReleased = true;
            handle.Dispose();
        }

        try
        {
            if (!IsHeld)
                return;
            foreach (ClaimFile claim in ClaimFile.In(folder).Where(claim => claim.Number < file.Number))
                disk.Delete(claim.Path);
            disk.Delete(file.Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is left is void as soon as this process is gone.
        }
    }

    /// <summary>Renews the claim.</summary>
    internal void Touch()
    {
        lock (gate)
        {
            if (isReleased)
                return;
            try
            {
                // Through the handle of the file that we created: a later file of that name belongs to another process.
                disk.Touch(handle, content);
            }
            catch (IOException)
            {
                // Without touches other processes take the run over, and we notice before the next change.
            }
        }
    }
}
