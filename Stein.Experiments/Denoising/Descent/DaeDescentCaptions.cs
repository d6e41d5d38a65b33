using Stein.Engine.Estimators;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>What a reader has to know of the tables and figures.</summary>
internal static class DaeDescentCaptions
{
    private const string Method =
        "Functional gradient descent S − (KS + D)/λ from S = 0, λ the largest eigenvalue of the Gram matrix K, D the sums of kernel "
        + "gradients; ";

    private const string Earlier =
        "Earlier: a throw-away measurement with N = 300 and h² = 0.72 of one draw of three modes whose places were not kept; the course is "
        + "to be compared (KSD² falls throughout, the error is least near t = 10, KSD² does not reach 0), not the numbers. ";

    private const string Stopped =
        "Early stopping of the descent beside the Stein gradient estimator −(K + ηI)⁻¹D with ridges from 0.001 to 100 in half decades and "
        + "that of its rule, of the same samples, kernel and bandwidth. Regret is the Fisher error of what was chosen over the least on "
        + "the path. Times and ridges: median (range) over seeds. ";

    /// <summary>Of the table of a descent.</summary>
    /// <param name="cells">Of one data.</param>
    /// <param name="scale">Of the grid.</param>
    public static string Descent(IReadOnlyList<DescentCell> cells, GridScale? scale)
    {
        string points = Values(cells, cell => NumberText.Tick(cell.Settings.TestPoints));
        string truth = cells[0].HasTruth
            ? $"Fisher error is the mean of ‖s − ∇ log p‖² over {points} further points of the density, of known score; at t = 0, where "
                + "s = 0, it is that of the density's score itself. "
            : "The true score is not known; the held-out loss estimates the Fisher error less a constant. ";
        string earlier = DaeDescentTables.IsEarlier(cells) ? Earlier : "";
        return $"{Message(cells)}{Setting(cells)}{truth}{earlier}{Seeds(cells, scale)}";
    }

    /// <summary>Of the table of times and ridges.</summary>
    public static string Stopping(IReadOnlyList<DescentCell> cells, GridScale? scale)
    {
        string floor = "The floor of KSD² is that of the ridge solution at "
            + $"η = {SignificantText.Number(SampleDiscrepancy.FloorRidge)}, which no scores at the samples get much below: the infimum is "
            + "above 0, and what is below a billionth of KSD² at t = 0 is rounding. ";
        string splits = Values(cells, cell => NumberText.Tick(HeldOutSplit.Count(cell.Settings.Samples!.Value)));
        string heldOut = "Held out is chosen by the score-matching loss at a fifth of the samples of an estimate from the others, in "
            + $"{splits} splits: of the measured times and the ridges each the smoothest, with the fewest steps or the largest ridge, whose "
            + "loss is no more than a standard error of the difference above the least; it is then used on all samples. ";
        return $"{Stopped}{heldOut}{floor}{Setting(cells)}{Seeds(cells, scale)}";
    }

    /// <summary>What the table shows, as far as these runs show it.</summary>
    private static string Message(IReadOnlyList<DescentCell> cells)
    {
        FinishedDescent[] runs = [.. cells.SelectMany(cell => cell.Runs)];
        int falling = runs.Count(run => run.Points.Zip(run.Points.Skip(1)).All(pair => pair.Second.Discrepancy < pair.First.Discrepancy));
        string falls = $"KSD² at the samples falls from every measured time to the next in {falling} of {runs.Length} runs";
        if (!cells[0].HasTruth)
            return $"{falls}. That is no measure of the score's accuracy. ";
        (int first, int last) = (runs.Min(run => run.Best.Time), runs.Max(run => run.Best.Time));
        string least = first == last ? $"{first}" : $"{first} to {last}";
        double[] ratios = [.. runs.Select(run => run.Points[^1].TestError / run.Best.TestError)];
        string rise = $"{SignificantText.Number(ratios.Min())} to {SignificantText.Number(ratios.Max())} times that";
        return $"KSD near 0 on the sample is no accuracy of the score: {falls}, while the Fisher error is least at t = {least} and at the "
            + $"last step {rise}. ";
    }

    private static string Setting(IReadOnlyList<DescentCell> cells)
    {
        string kernels = Values(cells, cell => cell.Settings.Kernel);
        string samples = Values(cells, cell => NumberText.Tick(cell.Settings.Samples!.Value));
        string precision = Values(cells, cell => ConfigDocument.Name(cell.Runs[0].Stored.Run.Precision));
        string bandwidths = Values(
            cells,
            cell => $"{NumberText.Fixed(cell.Over(run => run.Stored.Number(DaeDescentRun.Bandwidth)).Mean, 3)} ({cell.Settings.DataName})");
        return $"{Method}kernel {kernels}, bandwidth h = {bandwidths}; N = {samples}; computed in {precision} precision, KSD² measured in "
            + "double. ";
    }

    private static string Seeds(IReadOnlyList<DescentCell> cells, GridScale? scale)
    {
        string reduced = scale is GridScale.Quick or GridScale.Test ? " This is a reduced grid." : "";
        string spread = cells.All(cell => cell.Runs.Count == 1)
            ? "One seed each."
            : $"Mean ± standard error over {Values(cells, cell => NumberText.Tick(cell.Runs.Count))} seeds, each with samples of its own.";
        string finished = cells.Any(cell => cell.Runs.Count < cell.Expected)
            ? $" {cells.Sum(cell => cell.Runs.Count)} of {cells.Sum(cell => cell.Expected)} runs are finished."
            : "";
        return $"{spread}{finished}{reduced}";
    }

    private static string Values(IReadOnlyList<DescentCell> cells, Func<DescentCell, string> value)
        => string.Join(" or ", cells.Select(value).Distinct());
}
