using System.Globalization;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>The rows behind <c>table.md</c> and <c>table.tex</c>, and the sentences both say.</summary>
internal sealed class IcaReportData(
    IReadOnlyList<IcaTableRow> rows,
    IReadOnlyList<IcaDifferenceRow> differences,
    bool comparePaper,
    bool severalDataDraws,
    IReadOnlyList<string> deviations)
{
    public IReadOnlyList<IcaTableRow> Rows => rows;

    public IReadOnlyList<IcaDifferenceRow> Differences => differences;

    public bool ComparePaper => comparePaper;

    public IReadOnlyList<int> Dimensions { get; } = [.. rows.Select(row => row.Dim).Distinct().Order()];

    public IReadOnlyList<string> Methods { get; } = [.. rows.Select(row => row.Method).Distinct()];

    public bool HasAmari { get; } =
        rows.Any(row => row.Method != IcaMethod.Oracle.Name && double.IsFinite(row.AmariDistance));

    /// <summary>A cell for every dimension, empty where the method has no run.</summary>
    public IEnumerable<string> Cells(string method, Func<IcaTableRow, string> cell) =>
        Dimensions.Select(dim => rows.FirstOrDefault(row => row.Method == method && row.Dim == dim) is { } row ? cell(row) : "");

    public bool HasPaper(string method) => rows.Any(row => row.Method == method && double.IsFinite(row.Paper));

    /// <summary>"5", or "3 of 5" while seeds are missing.</summary>
    public static string SeedText(IcaTableRow row) =>
        row.Seeds < row.SeedsExpected ? $"{row.Seeds} of {row.SeedsExpected}" : row.Seeds.ToString(CultureInfo.InvariantCulture);

    /// <summary>A note on cells with missing seeds; empty if there are none.</summary>
    public string PartialNote()
    {
        IcaTableRow[] partial = [.. rows.Where(row => row.Seeds < row.SeedsExpected)];
        return partial.Length == 0
            ? ""
            : "Partial: " + string.Join("; ", partial.Select(row => $"{row.Method}, D = {row.Dim}: {SeedText(row)} seeds")) + ".";
    }

    /// <summary>What the numbers are.</summary>
    public string ValueNote()
    {
        int most = rows.Max(row => row.Seeds);
        string unit = severalDataDraws ? "draw" : "seed";
        string draws = severalDataDraws
            ? "A draw is a seed of the matrices with a seed of the data; draws that share the matrices are not independent. "
            : "";
        return $"Mean test log-likelihood in nats ± standard error over {most} {unit}{(most == 1 ? "" : "s")} (higher is better). "
            + draws
            + "The oracle is the log-likelihood of the true model on the same test points, averaged likewise. "
            + "Whitening and maximum likelihood (MLE), where shown, are yardsticks.";
    }

    /// <summary>What was changed against the paper; empty if nothing was.</summary>
    public string DeviationNote() =>
        deviations.Count == 0 ? "" : $"Not the paper's protocol, and no reproduction of its numbers: {string.Join(", ", deviations)}.";

    /// <summary>What a verdict means and how many would differ by chance; empty without a comparison.</summary>
    public string VerdictNote()
    {
        int verdicts = rows.Select(row => row.Verdict).Concat(differences.Select(row => row.Verdict))
            .Count(verdict => verdict != Verdict.None.Word());
        if (!comparePaper || verdicts == 0)
        {
            return comparePaper ? $"Paper: {PublishedIca.Source}. A verdict needs two seeds or more." : "";
        }

        string chance = (0.05 * verdicts).ToString("0.#", CultureInfo.InvariantCulture);
        return $"Paper: {PublishedIca.Source}. "
            + "Its random matrices are unknown, and the oracle varies between matrices, so a verdict compares the mean oracle over "
            + "random matrices minus our gap with the paper's value; the standard error has both sides, ours and "
            + $"{PublishedIca.Seeds} seeds of the paper's. \"agrees\" is a difference within its 95 % interval, \"higher\" and \"lower\" "
            + "say where ours lies. "
            + $"Even if all agreed, about 5 % of verdicts would differ by chance: here {chance} of {verdicts}.";
    }

    public static string PaperCell(IcaTableRow row) =>
        double.IsNaN(row.Paper) ? ""
        : row.Verdict == Verdict.None.Word() ? NumberText.Fixed(row.Paper)
        : $"{NumberText.Fixed(row.Paper)} ({row.Verdict})";
}
