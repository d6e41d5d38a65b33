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

    /// <summary>A claim of a process that is dead, or has given no sign of life for long.</summary>
    StaleClaim,

    /// <summary>A claim with a time that is yet to come.</summary>
    FutureClaim,

    /// <summary>A claim of a machine whose claims are all to go.</summary>
    ClaimOfHost,

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
/// <param name="store">Where the runs are kept.</param>
/// <param name="timing">When a claim is void; the default if null.</param>
internal sealed class StoreCleaner(RunStore store, ClaimTiming? timing = null)
{
    private readonly ClaimTiming timing = timing ?? new();
    private readonly ProcessTable processes = new();

    /// <summary>What could be removed. Changes nothing.</summary>
    public IReadOnlyList<CleanItem> Plan(IReadOnlyList<Experiment> experiments) => [.. experiments.SelectMany(Plan)];

    /// <summary>The claims of a machine, of live processes as well: a person has to know that they are gone. Changes nothing.</summary>
    public IReadOnlyList<CleanItem> ClaimsOf(string host, IReadOnlyList<Experiment> experiments) =>
    [
        .. from experiment in experiments
           from folder in store.FoldersOf(experiment)
           from claim in ClaimFile.In(folder)
           let owner = claim.Read()?.Owner
           where host.Equals(owner?.Host, StringComparison.OrdinalIgnoreCase)
           select Item(claim.Path, CleanReason.ClaimOfHost, $"{store.RunIn(folder, experiment)?.ToString() ?? experiment.Name}, {owner}"),
    ];

    /// <summary>
    /// Removes it, but for the runs that a process works on. Whether one does is seen at once, or by watching its claim for
    /// <see cref="ClaimTiming.Patience"/>.
    /// </summary>
    /// <param name="waiting">Told how many runs are to be watched, before that.</param>
    /// <returns>What was removed.</returns>
    /// <exception cref="IOException">Something cannot be removed; what was removed before stays removed.</exception>
    public IReadOnlyList<CleanItem> Remove(
        IReadOnlyList<CleanItem> items, Action<int>? waiting = null, CancellationToken cancellation = default)
    {
        using var claims = new Claims(store.Disk, timing, processes);
        var removed = new List<CleanItem>();
        foreach (CleanItem claim in items.Where(item => item.Reason == CleanReason.ClaimOfHost))
        {
            store.Disk.Delete(claim.Path);
            removed.Add(claim);
        }

        List<IGrouping<string, CleanItem>> left = [.. items.Except(removed).GroupBy(item => RunFolderOf(item.Path))];
        left.RemoveAll(group => TryRemove(group, claims, removed));
        if (left.Count == 0)
            return removed;
        waiting?.Invoke(left.Count);
        long begun = timing.Clock.GetTimestamp();
        bool isLast;
        do
        {
            cancellation.WaitHandle.WaitOne(timing.Patience / 30);
            cancellation.ThrowIfCancellationRequested();
            isLast = timing.Clock.GetElapsedTime(begun) >= timing.Patience;
            left.RemoveAll(group => TryRemove(group, claims, removed));
        }
        while (left.Count > 0 && !isLast);
        return removed;
    }

    private bool TryRemove(IGrouping<string, CleanItem> group, Claims claims, List<CleanItem> removed)
    {
        if (!Directory.Exists(group.Key))
            return true;
        CleanItem? whole = group.FirstOrDefault(item => item.Path == group.Key);
        using (Claim? claim = claims.TryAcquire(group.Key))
        {
            if (claim is null)
                return false;
            // Taking the claim over, and letting it go, removes the stale ones.
            foreach (CleanItem item in group.Where(item => item.Reason is not (CleanReason.StaleClaim or CleanReason.FutureClaim)))
                Remove(item.Path, claim);
        }

        if (whole is not null)
            store.Disk.DeleteFolder(whole.Path);
        removed.AddRange(group);
        return true;
    }

    private IEnumerable<CleanItem> Plan(Experiment experiment)
    {
        var older = new OlderProtocols(store).Of(experiment).ToDictionary(entry => entry.Folder, entry => entry.Version);
        foreach (string folder in store.FoldersOf(experiment))
        {
            if (ClaimFile.LiveOwner(folder, timing, processes) is not null)
            {
                if (ClaimFile.Highest(folder) is { } claim && claim.Read()?.Seems(timing, processes) == ClaimStatus.Future)
                    yield return Item(claim.Path, CleanReason.FutureClaim, store.RunIn(folder, experiment)?.ToString() ?? experiment.Name);
                continue;
            }

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
