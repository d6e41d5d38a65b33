using System.Security.Cryptography;
using System.Text;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Cli;

/// <summary>Where tables and figures go unless the user says otherwise.</summary>
internal static class ReportFolder
{
    private const int LongestName = 100;

    /// <summary>The description of an option for the folder of all experiments.</summary>
    public const string HelpForAll =
        "folder for tables and figures, with one in it for each experiment [default: results; with --quick, results/quick]";

    /// <summary>Of a grid: <c>results/ica</c> for the paper's, <c>results/quick/ica</c> for the reduced one.</summary>
    public static string Of(string experiment, GridScale scale) => scale == GridScale.Paper
        ? Path.Combine("results", experiment)
        : Path.Combine("results", scale == GridScale.Quick ? "quick" : "test", experiment);

    /// <summary>
    /// Of a selection of a grid: that of the grid if all of it is meant, else one of its own, so that a part never takes the place of the
    /// whole.
    /// </summary>
    /// <param name="experiment">Name of the experiment.</param>
    /// <param name="scale">The grid.</param>
    /// <param name="words">What selects, <see cref="Selection.Words"/>.</param>
    public static string Of(string experiment, GridScale scale, IReadOnlyList<string> words)
    {
        if (words.Count == 0)
            return Of(experiment, scale);
        string name = FileNames.Word($"{scale.ToString().ToLowerInvariant()} {string.Join(' ', words).Replace("--", "", StringComparison.Ordinal)}");
        return Own(experiment, name);
    }

    /// <summary>The description of an option for the folder of a grid.</summary>
    public static string Help(string experiment)
        => $"folder for tables and figures [default: {Of(experiment, GridScale.Paper)}; with --quick, {Of(experiment, GridScale.Quick)}; "
        + $"of a part of the grid, {Own(experiment, "…")}]";

    /// <summary>Of runs of the user's own. A long name is cut, and told from others by the first digits of its hash.</summary>
    public static string Own(string experiment, string name)
    {
        string shortened = name.Length <= LongestName ? name
            : $"{name[..LongestName]}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..8]}";
        return Path.Combine("results", "reports", experiment, shortened);
    }
}
