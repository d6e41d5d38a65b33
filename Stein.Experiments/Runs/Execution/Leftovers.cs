using Stein.Experiments.Files;

namespace Stein.Experiments.Runs.Execution;

/// <summary>What a process that was killed can leave in the folder of a run besides its last good state.</summary>
internal static class Leftovers
{
    /// <summary>Whether a finished run has more in its folder than it should, or another config.</summary>
    public static bool Any(string folder, StoredRun run)
        => !HasConfig(folder, run.Run)
            || Directory.EnumerateFileSystemEntries(folder).Any(path => !IsExpected(Path.GetFileName(path), folder, run));

    /// <summary>Whether <c>config.json</c> is as it should be.</summary>
    public static bool HasConfig(string folder, RunConfig run)
    {
        string path = Path.Combine(folder, RunFiles.Config);
        return File.Exists(path) && File.ReadAllText(path) == ConfigDocument.Text(run);
    }

    /// <summary>Removes half-written files and folders.</summary>
    public static void RemoveTemporary(Disk disk, string folder)
    {
        foreach (string path in Directory.GetFileSystemEntries(folder).Where(path => RunFiles.IsTemporary(Path.GetFileName(path))))
        {
            if (Directory.Exists(path))
                disk.DeleteFolder(path);
            else
                disk.Delete(path);
        }
    }

    /// <summary>Removes what a finished run no longer needs: its checkpoints, and a failure before it.</summary>
    public static void RemoveUnneeded(Disk disk, string folder)
    {
        disk.Delete(Path.Combine(folder, RunFiles.Checkpoint));
        disk.Delete(Path.Combine(folder, RunFiles.PreviousCheckpoint));
        RemoveFailure(disk, folder);
    }

    /// <summary>Removes a failure with the state that was kept; the failure itself last, because it names the files.</summary>
    public static void RemoveFailure(Disk disk, string folder)
    {
        foreach (string name in RunFailure.Read(folder)?.Files ?? [])
        {
            if (RunFiles.IsFree(name))
                disk.Delete(Path.Combine(folder, name));
        }

        disk.Delete(Path.Combine(folder, RunFiles.Failure));
    }

    private static bool IsExpected(string name, string folder, StoredRun run) => name switch
    {
        RunFiles.Config or RunFiles.Metrics or RunFiles.Result => true,
        // An unfinished repetition is not part of the result, and does no harm.
        RunFiles.Repetition => !File.Exists(Path.Combine(folder, name, RunFiles.Result)),
        _ => RunFiles.IsSetAside(name) || run.Files.Contains(name),
    };
}
