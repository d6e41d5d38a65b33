using System.Security.Cryptography;
using System.Text;
using Stein.Experiments.Files;
using Stein.Experiments.Runs;

namespace Stein.Cli.Running;

/// <summary>The folders of tables and figures unless the user names one.</summary>
internal static class ReportFolder
{
    private const int MaxNameLength = 100;

    /// <summary>The description of an option for the folder of grids.</summary>
    public static string HelpForGrids { get; } =
        "folder for tables and figures; with several experiments, one subfolder for each "
        + $"[default: {Of("NAME", GridScale.Paper, [])}; with --quick, {Of("NAME", GridScale.Quick, [])}; "
        + $"of a part of a grid, {Own("NAME", "…")}]";

    /// <summary>
    /// The folder of a grid: <c>results/ica</c> for the paper's, <c>results/quick/ica</c> for the reduced one. A part has a folder of its
    /// own, so that it never replaces the whole.
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

    /// <summary>The folder of runs of the user's own, named after the options and values given.</summary>
    public static string Own(string experiment, IReadOnlyList<string> words) => Own(
        experiment,
        words.Count == 0 ? "default" : FileNames.Word(string.Join(' ', words).Replace("--", "", StringComparison.Ordinal)));

    /// <summary>The folder of runs of the user's own. A long name is cut, and made unique by the first digits of its hash.</summary>
    public static string Own(string experiment, string name)
    {
        string shortened = name.Length <= MaxNameLength ? name
            : $"{name[..MaxNameLength]}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
        return Path.Combine("results", "reports", experiment, shortened);
    }
}
