using System.Globalization;
using System.Text.RegularExpressions;

namespace Stein.Experiments.Runs.Slurm;

/// <summary>Slurm's notation of time limits.</summary>
internal static partial class SlurmTimeLimit
{
    /// <summary>Reads what <c>sbatch --time</c> reads.</summary>
    /// <param name="text">M, M:S, H:M:S, D-H, D-H:M or D-H:M:S.</param>
    /// <exception cref="FormatException">It is none of these, or zero.</exception>
    public static TimeSpan Parse(string text)
    {
        Match match = WithDays().Match(text);
        if (!match.Success)
            match = WithoutDays().Match(text);
        double seconds = (((((Part("days") * 24) + Part("hours")) * 60) + Part("minutes")) * 60) + Part("seconds");
        if (!match.Success || seconds == 0)
        {
            throw new FormatException(
                $"'{text}' is not a time limit of Slurm; "
                + "give minutes (90), hours:minutes:seconds (1:30:00) or days-hours:minutes (2-12:00).");
        }

        return TimeSpan.FromSeconds(seconds);

        double Part(string name) => double.TryParse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture, out double part) ? part : 0;
    }

    /// <summary>The limit as <c>sbatch --time</c> reads it: D-HH:MM:SS.</summary>
    public static string Format(TimeSpan limit) => limit.ToString(@"d\-hh\:mm\:ss");

    [GeneratedRegex(@"^(?<days>\d{1,4})-(?<hours>\d{1,6})(:(?<minutes>\d{1,6})(:(?<seconds>\d{1,6}))?)?\z")]
    private static partial Regex WithDays();

    // One number is minutes, two are minutes and seconds, three begin with hours.
    [GeneratedRegex(@"^((?<hours>\d{1,6}):(?=\d+:))?(?<minutes>\d{1,6})(:(?<seconds>\d{1,6}))?\z")]
    private static partial Regex WithoutDays();
}
