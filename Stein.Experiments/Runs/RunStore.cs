using Stein.Experiments.Declarations;
using Stein.Experiments.Files;

namespace Stein.Experiments.Runs;

/// <summary>
/// The folder that runs are kept in, <c>root/experiment/id/</c>. Any number of processes may use it at once.
/// </summary>
/// <param name="root">The folder; created when the first run starts.</param>
/// <param name="disk">Where changes go; null for the disk itself.</param>
/// <remarks>Reading changes nothing in it, and a store that does not exist is an empty one.</remarks>
internal sealed class RunStore(string root, Disk? disk = null)
{
    /// <summary>The folder, as a full path.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    public Disk Disk { get; } = disk ?? new Disk();

    public string FolderOf(Experiment experiment) => Path.Combine(Root, experiment.Name);

    public string FolderOf(RunConfig run) => Path.Combine(Root, run.Experiment.Name, run.Id);

    /// <summary>The folders of all runs of an experiment, by id.</summary>
    public IEnumerable<string> FoldersOf(Experiment experiment)
        => Directory.Exists(FolderOf(experiment))
            ? Directory.EnumerateDirectories(FolderOf(experiment)).Order(StringComparer.Ordinal)
            : [];

    /// <summary>A finished run; null if it is not finished, or its result or a file of it is damaged.</summary>
    public StoredRun? Find(RunConfig run) => ResultFile.Read(run, FolderOf(run)).Run;

    /// <summary>All finished runs of an experiment under its present protocol version, whichever plan they were part of, by id.</summary>
    public IReadOnlyList<StoredRun> List(Experiment experiment) => [.. Begun(experiment).Select(Find).OfType<StoredRun>()];

    /// <summary>Every run of an experiment under its present protocol version that was begun, finished or not, by id.</summary>
    public IReadOnlyList<RunConfig> Begun(Experiment experiment)
        => [.. FoldersOf(experiment).Select(folder => RunIn(folder, experiment)).OfType<RunConfig>()];

    /// <summary>The run of a folder; null if it is one of another protocol version, or cannot be read.</summary>
    public RunConfig? RunIn(string folder, Experiment experiment) => Read(folder, experiment).Run;

    /// <summary>The folders of an experiment whose run cannot be told, each with the reason.</summary>
    public IEnumerable<(string Folder, string Problem)> Unreadable(Experiment experiment)
    {
        HashSet<string> older = [.. new OlderProtocols(this).Of(experiment).Select(entry => entry.Folder)];
        return from folder in FoldersOf(experiment)
               let problem = Read(folder, experiment).Problem
               where problem is not null && !older.Contains(folder)
               select (folder, problem);
    }

    private (RunConfig? Run, string? Problem) Read(string folder, Experiment experiment)
    {
        string path = Path.Combine(folder, RunFiles.Config);
        try
        {
            RunConfig run = ConfigDocument.Read(File.ReadAllText(path), [experiment]);
            return FolderOf(run) == folder ? (run, null) : (null, $"{RunFiles.Config} is that of another run");
        }
        catch (FileNotFoundException)
        {
            // A process that begins a run makes its folder first.
            return (null, File.Exists(Path.Combine(folder, RunFiles.Result)) ? $"{RunFiles.Config} is missing" : null);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidConfigException)
        {
            return (null, $"{RunFiles.Config}: {exception.Message}");
        }
    }
}
