using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>What a reader has to know of the tables and figures.</summary>
internal static class DaeDescentCaptions
{
    private const string Message =
        "KSD near 0 on the sample is no accuracy of the score: KSD² at the samples falls at every measured time, while the Fisher error falls and rises again. ";

    /// <summary>Of the table of a descent.</summary>
    /// <param name="cells">Of one data.</param>
    /// <param name="scale">Of the grid.</param>
    public static string Descent(IReadOnlyList<DescentCell> cells, GridScale? scale)
    {
        string truth = cells[0].HasTruth
            ? "Fisher error is the mean of ‖s − ∇ log p‖² over "
                + $"{Values(cells, cell => NumberText.Tick(cell.Settings.TestPoints))} further points of the density, of known score; at t = 0, where s = 0, "
                + "it is that of the density's score itself. "
            : "The true score is not known; the held-out loss estimates the Fisher error less a constant. ";
        string earlier = DaeDescentTables.IsEarlier(cells)
            ? "Earlier: a throw-away measurement with N = 300 and h² = 0.72 of one draw of three modes whose places were not kept; the course is to be "
                + "compared (KSD² falls throughout, the error is least near t = 10, KSD² does not reach 0), not the numbers. "
            : "";
        return $"{(cells[0].HasTruth ? Message : "")}{Setting(cells)}{truth}{earlier}{Seeds(cells, scale)}";
    }

    /// <summary>Of the table of times and ridges.</summary>
    public static string Stopping(IReadOnlyList<DescentCell> cells, GridScale? scale)
        => "Early stopping of the descent beside the Stein gradient estimator −(K + ηI)⁻¹D with ridges from 0.001 to 100 in half decades, of the same "
            + "samples, kernel and bandwidth. Held out is chosen by the score-matching loss: of the measured times and the ridges each that with which "
            + "four fifths of the samples give the least loss at the last fifth; it is then used on all samples. Regret is the Fisher error there "
            + "over the least on the path. Times and ridges: median (range) over seeds. The floor of KSD² is that of the ridge solution at "
            + $"η = {DescentText.Number(SampleDiscrepancy.FloorRidge)}, which no scores at the samples get much below; it is above 0. {Setting(cells)}{Seeds(cells, scale)}";

    private static string Setting(IReadOnlyList<DescentCell> cells)
    {
        string bandwidths = Values(cells, cell => NumberText.Fixed(cell.Over(run => run.Stored.Number(DaeDescentRun.Bandwidth)).Mean, 3));
        return $"Functional gradient descent S − (KS + D)/λ from S = 0, λ the largest eigenvalue of the Gram matrix K, D the sums of kernel gradients; "
            + $"kernel {Values(cells, cell => cell.Settings.Kernel)}, bandwidth h = {bandwidths} for "
            + $"{Values(cells, cell => cell.Settings.DataName)}; N = {Values(cells, cell => NumberText.Tick(cell.Settings.Samples!.Value))}; "
            + $"computed in {Values(cells, cell => ConfigDocument.Name(cell.Runs[0].Stored.Run.Precision))} precision, KSD² measured in double. ";
    }

    private static string Seeds(IReadOnlyList<DescentCell> cells, GridScale? scale)
    {
        string reduced = scale is GridScale.Quick or GridScale.Test ? " This is a reduced grid." : "";
        return $"Mean ± standard error over {Values(cells, cell => NumberText.Tick(cell.Runs.Count))} seeds, each with samples of its own.{reduced}";
    }

    private static string Values(IReadOnlyList<DescentCell> cells, Func<DescentCell, string> value)
        => string.Join(", ", cells.Select(value).Distinct());
}
