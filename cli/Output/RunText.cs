using System.Globalization;
using Stein.Experiments.Ica;
using Stein.Experiments.Reports;

namespace Stein.Cli;

/// <summary>One run in words.</summary>
internal static class RunText
{
    public static string Name(IcaSettings settings)
    {
        string data = settings.DataSeed is { } seed ? $", data seed {seed}" : "";
        return $"{IcaMethod.Find(settings.RowId).Name}, D = {settings.Dimension}, seed {settings.Seed}{data}";
    }

    public static string Rate(IcaProgress progress) =>
        progress.IterationsPerSecond.ToString(progress.IterationsPerSecond < 100 ? "0.0" : "0", CultureInfo.InvariantCulture) + " it/s";

    public static string Standing(IcaSettings settings, IcaProgress progress)
    {
        double seconds = (progress.Iterations - progress.Iteration) / Math.Max(progress.IterationsPerSecond, 1e-9);
        return $"{Name(settings)}: {progress.Iteration}/{progress.Iterations}, {Rate(progress)}, {Duration(seconds)} left, "
            + $"log-likelihood {NumberText.Fixed(progress.TestLogLikelihood)} (oracle {NumberText.Fixed(progress.Oracle)})";
    }

    /// <summary>A line for a run that has ended.</summary>
    public static string Ending(IcaRunOutcome outcome, int number, int count)
    {
        string ending = outcome switch
        {
            { Run: { } run } => $"log-likelihood {NumberText.Fixed(run.TestLogLikelihood)} (oracle {NumberText.Fixed(run.Oracle)}), "
                + Duration(run.Seconds),
            { IsFailure: true } => $"failed. {outcome.Message}",
            _ => outcome.Curve.Count > 0
                ? $"interrupted; the last point of its curve is at iteration {outcome.UnmixingIteration}"
                : "interrupted before it began",
        };
        return $"[{number}/{count}] {Name(outcome.Settings)}: {ending}";
    }

    public static string Duration(double seconds) => seconds switch
    {
        < 99.95 => seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        < 5970 => (seconds / 60).ToString("0.0", CultureInfo.InvariantCulture) + " min",
        _ => (seconds / 3600).ToString("0.0", CultureInfo.InvariantCulture) + " h",
    };
}
