using Stein.Experiments.Files;
using Stein.Experiments.Runs.Claiming;

namespace Stein.Experiments.Runs.Execution;

/// <summary>A run that this process has claimed: all changes of its files go through here, and stop once the claim is lost.</summary>
internal sealed class ClaimedRun(Disk disk, Claim claim, RunConfig run, string folder, IRunObserver? observer)
{
    public RunConfig Run { get; } = run;

    /// <summary>Makes a change while the claim is held.</summary>
    /// <exception cref="ClaimLostException">Another process has taken the run over.</exception>
    /// <exception cref="StoreException">It cannot be changed, as on a full disk; nothing was lost.</exception>
    public void Change(Action<Disk> change)
    {
        if (!claim.IsHeld)
            throw new ClaimLostException();
        try
        {
            change(disk);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The process that took the run over may have removed what was just being written.
            throw claim.IsHeld ? new StoreException(folder, exception) : new ClaimLostException();
        }
    }

    /// <summary>Renames a damaged file, so that nothing reads it and a person can inspect it.</summary>
    public void SetAside(string path, string why)
    {
        string target = RunFiles.FirstFree(path + RunFiles.CorruptMark);
        Change(disk => disk.Move(path, target));
        observer?.Noted(Run, $"{Path.GetFileName(path)} is damaged ({why}); set aside as {Path.GetFileName(target)}");
    }
}

/// <summary>Another process took the run over because it took this one for dead.</summary>
internal sealed class ClaimLostException : Exception
{
}

/// <summary>The store cannot be changed; the message is for people.</summary>
internal sealed class StoreException(string folder, Exception innerException)
    : Exception($"cannot write to {folder}: {innerException.Message} What is there is kept: make room, and run it again", innerException)
{
}
