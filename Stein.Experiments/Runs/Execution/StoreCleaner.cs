using Stein.Experiments.Runs.Claiming;

namespace Stein.Experiments.Runs.Execution;

/// <summary>Why something can be removed from a store.</summary>
internal enum CleanReason
{
    /// <summary>A run of another protocol version: its numbers are not used any more.</summary>
    OlderProtocol,

    /// <summary>A run that was interrupted, with its checkpoint.</summary>
    Interrupted,

    /// <summary>A run that failed, with its last good state.</summary>
    Failed,

    /// <summary>A repetition of a finished run that was interrupted or failed.</summary>
    UnfinishedRepetition,

    /// <summary>A damaged file, or a result that a repetition took the place of.</summary>
    SetAside,

    /// <summary>A claim of a process that is dead.</summary>
    StaleClaim,

    /// <summary>A file that a process was writing when it died.</summary>
    Temporary,
}

/// <summary>Something that can be removed.</summary>
/// <param name="Path">A file, or a folder with all that is in it.</param>
/// <param name="Description">The run, where it is known.</param>
internal sealed record CleanItem(string Path, CleanReason Reason, long Bytes, string Description);

/// <summary>
/// Finds and removes obsolete files. Finished runs of the present protocol version stay, and so do runs under way.
/// </summary>
internal sealed class StoreCleaner(RunStore store)
{
    private readonly ClaimTiming timing = new();
    private readonly ProcessTable processes = new();

    /// <summary>What could be removed. Changes nothing.</summary>
    public IReadOnlyList<CleanItem> Plan(IReadOnlyList<Experiment> experiments) => [.. experiments.SelectMany(Plan)];

    /// <summary>Removes it, but for the runs that a process has claimed since.</summary>
    /// <returns>What was removed.</returns>
    /// <exception cref="IOException">Something cannot be removed; what was removed before stays removed.</exception>
    public IReadOnlyList<CleanItem> Remove(IReadOnlyList<CleanItem> items)
    {
        using var claims = new Claims(store.Disk, timing, processes);
        var removed = new List<CleanItem>();
        foreach (IGrouping<string, CleanItem> group in items.GroupBy(item => RunFolderOf(item.Path)))
        {
            if (!Directory.Exists(group.Key))
                continue;
            CleanItem? whole = group.FirstOrDefault(item => item.Path == group.Key);
            using (Claim? claim = claims.TryAcquire(group.Key))
            {
                if (claim is null)
                    continue;
                // Taking the claim over, and letting it go, removes the stale ones.
                foreach (CleanItem item in group.Where(item => item.Reason != CleanReason.StaleClaim))
                    Remove(item.Path, claim);
            }

            if (whole is not null)
                store.Disk.DeleteFolder(whole.Path);
            removed.AddRange(group);
        }

        return removed;
    }

    private IEnumerable<CleanItem> Plan(Experiment experiment)
    {
        var older = new OlderProtocols(store).Of(experiment).ToDictionary(entry => entry.Folder, entry => entry.Version);
        foreach (string folder in store.FoldersOf(experiment))
        {
            if (ClaimFile.LiveOwner(folder, timing, processes) is not null)
                continue;
            IEnumerable<CleanItem> items = older.TryGetValue(folder, out int version)
                ? [Item(folder, CleanReason.OlderProtocol, $"{experiment.Name}, protocol {version}")]
                : store.RunIn(folder, experiment) is { } run ? OfRun(folder, run) : Scraps(folder, experiment.Name);
            foreach (CleanItem item in items)
                yield return item;
        }
    }

    private static IEnumerable<CleanItem> OfRun(string folder, RunConfig run)
    {
        if (ResultFile.Read(run, folder).Mark is null)
        {
            bool hasFailed = File.Exists(Path.Combine(folder, RunFiles.Failure));
            return [Item(folder, hasFailed ? CleanReason.Failed : CleanReason.Interrupted, run.ToString())];
        }

        string repetition = Path.Combine(folder, RunFiles.Repetition);
        return Directory.Exists(repetition) && ResultFile.Read(run, repetition).Run is null
            ? [Item(repetition, CleanReason.UnfinishedRepetition, run.ToString()), .. Scraps(folder, run.ToString())]
            : Scraps(folder, run.ToString());
    }

    private static IEnumerable<CleanItem> Scraps(string folder, string description)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (RunFiles.IsTemporary(name))
                yield return Item(path, CleanReason.Temporary, description);
            else if (RunFiles.IsSetAside(name))
                yield return Item(path, CleanReason.SetAside, description);
        }

        foreach (ClaimFile claim in ClaimFile.In(folder))
            yield return Item(claim.Path, CleanReason.StaleClaim, description);
    }

    private static CleanItem Item(string path, CleanReason reason, string description)
    {
        long bytes = Directory.Exists(path)
            ? new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length)
            : new FileInfo(path).Length;
        return new CleanItem(path, reason, bytes, description);
    }

    /// <summary>The folder <c>root/experiment/id</c> that a path is, or is in.</summary>
    private string RunFolderOf(string path)
    {
        string[] parts = Path.GetRelativePath(store.Root, path).Split(Path.DirectorySeparatorChar);
        return Path.Combine(store.Root, parts[0], parts[1]);
    }

    private void Remove(string path, Claim claim)
    {
        if (!claim.IsHeld)
            return;
        if (File.Exists(path))
            store.Disk.Delete(path);
        else if (path != RunFolderOf(path))
            store.Disk.DeleteFolder(path);
    }
}
