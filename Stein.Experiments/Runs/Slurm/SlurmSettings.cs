using System.Text.RegularExpressions;

namespace Stein.Experiments.Runs.Slurm;

/// <summary>What is to run on a Slurm cluster: one command for each shard of a plan, and a report when all have ended.</summary>
internal sealed partial record SlurmSettings
{
    /// <summary>Slurm's own default of MaxArraySize.</summary>
    public const int DefaultMaxArraySize = 1001;

    /// <summary>How often Slurm looks at time limits: a signal before the limit may come earlier by this.</summary>
    public static readonly TimeSpan SignalGranularity = TimeSpan.FromSeconds(30);

    /// <summary>Program and arguments; <c>--shard i/n</c> is appended for each task, i = 0 … <see cref="Tasks"/> − 1.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Number of shards; one task of an array each.</summary>
    public required int Tasks { get; init; }

    /// <summary>Program and arguments that make the report; they run once every task has ended, however it ended.</summary>
    public required IReadOnlyList<string> ReportCommand { get; init; }

    /// <summary>Absolute path of the folder in which the commands run, on a file system that all nodes see.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>Name shown by squeue; the report has "-report" appended.</summary>
    public string JobName { get; init; } = "stein";

    /// <summary>Absolute path of the folder of logs, a file for each task; null: <c>logs</c> beside the scripts.</summary>
    public string? LogFolder { get; init; }

    /// <summary>Partition; null: the site's default.</summary>
    public string? Partition { get; init; }

    /// <summary>Time limit of a task, after which it queues again; null: the partition's.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>Memory of a task as sbatch reads it (4G, 500M); null: the site's default.</summary>
    public string? MemoryPerTask { get; init; }

    /// <summary>Cores of a task.</summary>
    public int CpusPerTask { get; init; } = 1;

    /// <summary>How many tasks run at once at most; null: as many as the site lets. Arrays then run one after another.</summary>
    public int? ArrayLimit { get; init; }

    /// <summary>The site's MaxArraySize; see <see cref="SlurmClient.FindMaxArraySizeAsync"/>.</summary>
    public int MaxArraySize { get; init; } = DefaultMaxArraySize;

    /// <summary>
    /// How long before the time limit a task is told to write its checkpoints; Slurm may be early by <see cref="SignalGranularity"/>.
    /// </summary>
    public TimeSpan SignalLead { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>More options of sbatch, such as <c>--account=physics</c>, for the tasks and the report.</summary>
    public IReadOnlyList<string> SbatchOptions { get; init; } = [];

    /// <summary>Checks what Slurm would refuse late or would silently do wrong.</summary>
    /// <exception cref="ArgumentException">What was given, what is allowed.</exception>
    internal void Validate()
    {
        Require(Command.Count > 0, "The command of the tasks is empty; give a program and its arguments.");
        Require(ReportCommand.Count > 0, "The command of the report is empty; give a program and its arguments.");
        Require(Tasks > 0, $"{Tasks} tasks cannot be submitted; give at least 1.");
        Require(CpusPerTask > 0, $"{CpusPerTask} cores for a task are too few; give at least 1.");
        Require(ArrayLimit is null or > 0, $"An array limit of {ArrayLimit} lets no task run; give at least 1, or none for no limit.");
        Require(MaxArraySize > 0, $"MaxArraySize is {MaxArraySize}: this site takes no job arrays; run the shards by another means.");
        Require(
            SignalLead >= TimeSpan.FromSeconds(1) && SignalLead <= TimeSpan.FromSeconds(ushort.MaxValue),
            $"The signal cannot come {SignalLead.TotalSeconds} s before the time limit; give 1 to {ushort.MaxValue}.");
        Require(
            TimeLimit is null || TimeLimit > SignalLead + SignalGranularity,
            $"A time limit of {TimeLimit?.TotalSeconds} s leaves no time to work: tasks stop up to "
            + $"{(SignalLead + SignalGranularity).TotalSeconds} s before it; give more.");
        Require(
            MemoryPerTask is null || MemorySize().IsMatch(MemoryPerTask),
            $"'{MemoryPerTask}' is not a size of memory; give a whole number with K, M, G or T, such as 4G.");
        Require(Path.IsPathFullyQualified(WorkingDirectory), $"The working folder '{WorkingDirectory}' is not an absolute path.");
        Require(LogFolder is null || Path.IsPathFullyQualified(LogFolder), $"The folder of logs '{LogFolder}' is not an absolute path.");
        RequireOneLine(WorkingDirectory, "working folder");
        RequireOneLine(LogFolder, "folder of logs");
        RequireOneLine(JobName, "job name");
        RequireOneLine(Partition, "partition");
        foreach (string option in SbatchOptions)
        {
            Require(option.StartsWith('-'), $"'{option}' is not an option of sbatch; give it with its dashes and value: --account=NAME.");
            RequireOneLine(option, "sbatch option");
        }
    }

    private static void RequireOneLine(string? value, string name) =>
        Require(value is null || !value.Any(char.IsControl), $"The {name} has a line break or another control character.");

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message);
    }

    [GeneratedRegex(@"^[1-9]\d*[KMGT]?\z")]
    private static partial Regex MemorySize();
}
