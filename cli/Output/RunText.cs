using Stein.Experiments.Runs;
using Stein.Experiments.Runs.Execution;

namespace Stein.Cli.Output;

/// <summary>One run in words.</summary>
internal static class RunText
{
    public static string Rate(RunProgress progress) =>
        progress.IterationsPerSecond.ToString(progress.IterationsPerSecond < 100 ? "0.0" : "0") + " it/s";

    public static string Status(RunConfig run, RunProgress progress)
    {
        double seconds = (progress.Iterations - progress.Iteration) / Math.Max(progress.IterationsPerSecond, 1e-9);
        string iterations = $"{progress.Iteration}/{progress.Iterations}";
        return $"{run.Description}: {iterations}, {Rate(progress)}, {Duration(seconds)} left, {progress.Status}";
    }

    /// <summary>A line for a run that has ended.</summary>
    /// <param name="status">Its last known status; may be empty.</param>
    public static string Ending(RunOutcome outcome, string status) => $"{outcome.Run.Description}: " + outcome.Status switch
    {
        RunStatus.Finished => $"{status}{(status.Length > 0 ? ", " : "")}{Duration(outcome.Seconds)}",
        RunStatus.AlreadyDone => "done elsewhere",
        RunStatus.Failed => $"failed. {outcome.Message}",
        RunStatus.Interrupted => $"interrupted at iteration {outcome.Iteration}, where it resumes next time",
        RunStatus.Elsewhere => "another process is working on it",
        _ => "not begun",
    };

    public static string Duration(double seconds) => seconds switch
    {
        < 99.95 => seconds.ToString("0.0") + " s",
        < 5970 => (seconds / 60).ToString("0.0") + " min",
        _ => (seconds / 3600).ToString("0.0") + " h",
    };
}
