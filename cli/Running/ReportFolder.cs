using System.Security.Cryptography;
using System.Text;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary>Where tables and figures go unless the user says otherwise.</summary>
internal static class ReportFolder
{
    private const int LongestName = 100;

    /// <summary>The description of an option for the folder of grids.</summary>
    public static string HelpForGrids { get; } =
        "folder for tables and figures; of several experiments, with one in it for each "
        + $"[default: {Of("NAME", GridScale.Paper, [])}; with --quick, {Of("NAME", GridScale.Quick, [])}; "
        + $"of a part of a grid, {Own("NAME", "…")}]";

    /// <summary>
    /// Of a grid: <c>results/ica</c> for the paper's, <c>results/quick/ica</c> for the reduced one. A part has one of its own, so that it
    /// never takes the place of the whole.
    /// </summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="words">The options and values that select a part; empty for the whole.</param>
    public static string Of(string experiment, GridScale scale, IReadOnlyList<string> words)
    {
        string name = scale.ToString().ToLowerInvariant();
        return words.Count > 0 ? Own(experiment, [name, .. words])
            : scale == GridScale.Paper ? Path.Combine("results", experiment)
            : Path.Combine("results", name, experiment);
    }

    /// <summary>Of runs of the user's own, by the options and values given.</summary>
    public static string Own(string experiment, IReadOnlyList<string> words) => Own(
        experiment,
        words.Count == 0 ? "default" : FileNames.Word(string.Join(' ', words).Replace("--", "", StringComparison.Ordinal)));

    /// <summary>Of runs of the user's own. A long name is cut, and told from others by the first digits of its hash.</summary>
    public static string Own(string experiment, string name)
    {
        string shortened = name.Length <= LongestName ? name
            : $"{name[..LongestName]}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
        return Path.Combine("results", "reports", experiment, shortened);
    }
}
