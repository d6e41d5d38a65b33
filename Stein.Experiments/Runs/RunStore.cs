using Stein.Experiments.Declarations;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>
/// The folder that runs are kept in, <c>root/experiment/id/</c>. Any number of processes use it at a time.
/// </summary>
/// <remarks>Reading changes nothing in it, and a store that does not exist is an empty one.</remarks>
internal sealed class RunStore
{
    /// <param name="root">The folder; made when the first run is begun.</param>
    public RunStore(string root)
        : this(root, new Disk())
    {
    }

    internal RunStore(string root, Disk disk)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        Root = Path.GetFullPath(root);
        Disk = disk;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Root { get; }

    internal Disk Disk { get; }

    /// <summary>The folder of an experiment.</summary>
    public string FolderOf(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return Path.Combine(Root, experiment.Name);
    }

    /// <summary>The folder of a run.</summary>
    public string FolderOf(RunConfig run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Path.Combine(Root, run.Experiment.Name, run.Id);
    }

    /// <summary>A finished run; null if it is not finished, or its result or a file of it is damaged.</summary>
    public StoredRun? Find(RunConfig run) => ResultFile.Read(run, FolderOf(run)).Run;

    /// <summary>All finished runs of an experiment under its present protocol version, whichever plan they were part of, by id.</summary>
    public IReadOnlyList<StoredRun> List(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return
        [
            .. from folder in FoldersOf(experiment)
               let run = RunIn(folder, experiment)
               where run is not null
               let stored = Find(run)
               where stored is not null
               select stored,
        ];
    }

    /// <summary>Every run of an experiment under its present protocol version that was begun, finished or not, by id.</summary>
    public IReadOnlyList<RunConfig> Begun(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return [.. FoldersOf(experiment).Select(folder => RunIn(folder, experiment)).OfType<RunConfig>()];
    }

    /// <summary>Why a run failed when it was last tried; null if it did not.</summary>
    public RunFailure? FailureOf(RunConfig run) => RunFailure.Read(FolderOf(run));

    internal IEnumerable<string> FoldersOf(Experiment experiment)
        => Directory.Exists(FolderOf(experiment))
            ? Directory.EnumerateDirectories(FolderOf(experiment)).Order(StringComparer.Ordinal)
            : [];

    /// <summary>The run of a folder; null if it is one of another protocol version, or cannot be read.</summary>
    internal RunConfig? RunIn(string folder, Experiment experiment)
    {
        try
        {
            RunConfig run = ConfigDocument.Read(File.ReadAllText(Path.Combine(folder, RunFiles.Config)), [experiment]);
            return FolderOf(run) == folder ? run : null;
        }
        catch (Exception exception) when (exception is IOException or InvalidConfigException)
        {
            return null;
        }
    }
}
