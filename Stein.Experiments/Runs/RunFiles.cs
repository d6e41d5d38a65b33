namespace Stein.Experiments.Runs;

/// <summary>The names of the files in the folder of a run.</summary>
internal static class RunFiles
{
    /// <summary>Which run it is (<see cref="RunConfig.Document"/>).</summary>
    public const string Config = "config.json";

    /// <summary>Appended while it trains.</summary>
    public const string Metrics = "metrics.csv";

    public const string Checkpoint = "checkpoint.bin";

    /// <summary>The checkpoint before.</summary>
    public const string PreviousCheckpoint = "checkpoint.previous.bin";

    /// <summary>Written last: it is there if and only if the run is finished.</summary>
    public const string Result = "result.json";

    /// <summary>Why it failed; removed when it is begun again.</summary>
    public const string Failure = "failure.json";

    /// <summary>A folder: a repetition of a finished run, until it takes the place of the old one.</summary>
    public const string Repetition = "repeat";

    /// <summary>Followed by a number: a folder with an old result that a repetition has taken the place of.</summary>
    public const string Replaced = "replaced-";

    /// <summary>Part of the name of a file that was set aside, followed by a number.</summary>
    public const string CorruptMark = ".corrupt-";

    /// <summary>Before the number in the name of a claim.</summary>
    public const string ClaimStart = "claim-";

    /// <summary>After the number in the name of a claim.</summary>
    public const string ClaimEnd = ".json";

    /// <summary>Whether a file of an experiment may have the name: a plain one that the store does not use itself.</summary>
    public static bool IsFree(string name)
        => name.Length > 0
            && name == Path.GetFileName(name)
            && !name.StartsWith('.')
            && !name.StartsWith(ClaimStart, StringComparison.OrdinalIgnoreCase)
            && !name.StartsWith(Replaced, StringComparison.OrdinalIgnoreCase)
            && !name.Contains(CorruptMark, StringComparison.OrdinalIgnoreCase)
            && !new[] { Config, Metrics, Checkpoint, PreviousCheckpoint, Result, Failure, Repetition }
                .Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether it is the half-written file of a process that died.</summary>
    public static bool IsTemporary(string name)
        => name.StartsWith('.') && name.EndsWith(".tmp", StringComparison.Ordinal);

    /// <summary>Whether it was set aside.</summary>
    public static bool IsSetAside(string name)
        => name.Contains(CorruptMark, StringComparison.Ordinal) || name.StartsWith(Replaced, StringComparison.Ordinal);

    /// <summary>The path followed by the smallest number, from 1, that gives a path not in use.</summary>
    public static string FirstFree(string start)
    {
        for (int number = 1; ; number++)
        {
            string path = $"{start}{number}";
            if (!Path.Exists(path))
                return path;
        }
    }
}
