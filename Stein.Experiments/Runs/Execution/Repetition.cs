using Stein.Experiments.Files;

namespace Stein.Experiments.Runs.Execution;

/// <summary>
/// A finished run that is repeated: in a folder of its own within the folder of the run, until it is finished as well. Then it takes the
/// place of the old one, which is set aside.
/// </summary>
/// <remarks>
/// Killed between any two of its changes, <see cref="PutInPlace"/> finds at the next call what it needs to complete what it began: the
/// repetition stays whole until its copy is in place.
/// </remarks>
internal static class Repetition
{
    /// <summary>Lets a finished repetition take the place of the old result, if there is one. The caller has the claim.</summary>
    public static void PutInPlace(Disk disk, RunConfig run, string folder)
    {
        string repetition = Path.Combine(folder, RunFiles.Repetition);
        ResultReading repeated = ResultFile.Read(run, repetition);
        if (repeated.Run is null)
            return;
        ResultReading old = ResultFile.Read(run, folder);
        if (old.Mark != repeated.Mark || old.Run is null)
        {
            if (old.Run is not null && !IsSetAside(folder, old.Mark!))
                SetAside(disk, old.Run);
            disk.Delete(Path.Combine(folder, RunFiles.Result));
            foreach (string name in FilesOf(repeated.Run))
                Copy(disk, Path.Combine(repetition, name), Path.Combine(folder, name));
        }

        // The result first: without it the rest is an unfinished repetition, whatever is left of it.
        disk.Delete(Path.Combine(repetition, RunFiles.Result));
        disk.DeleteFolder(repetition);
    }

    /// <summary>True if a process finished this step and was killed before the next.</summary>
    private static bool IsSetAside(string folder, string mark)
        => Directory.EnumerateDirectories(folder, RunFiles.Replaced + "*").Any(replaced => ResultFile.MarkIn(replaced) == mark);

    private static void SetAside(Disk disk, StoredRun old)
    {
        string temporary = Path.Combine(old.Folder, $".{RunFiles.Replaced}{Guid.NewGuid():N}.tmp");
        disk.CreateFolder(temporary);
        foreach (string name in FilesOf(old))
            Copy(disk, Path.Combine(old.Folder, name), Path.Combine(temporary, name));
        disk.MoveFolder(temporary, RunFiles.FirstFree(Path.Combine(old.Folder, RunFiles.Replaced)));
    }

    /// <summary>The result last: it is there if and only if the rest is.</summary>
    private static IEnumerable<string> FilesOf(StoredRun run) => [RunFiles.Metrics, .. run.Files, RunFiles.Result];

    private static void Copy(Disk disk, string source, string target)
        => disk.Write(target, File.ReadAllBytes(source));
}
