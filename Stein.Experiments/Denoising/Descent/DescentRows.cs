using CsvHelper;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>A row of <c>descent.csv</c>: the seeds of a cell at a time. Means with standard errors; NaN for what a file has not.</summary>
/// <param name="Cell"><see cref="DescentCell.Name"/>.</param>
/// <param name="Data">The density or the file.</param>
/// <param name="Samples">N.</param>
/// <param name="Seeds">Finished seeds.</param>
/// <param name="Time">t.</param>
/// <param name="EffectiveRidge">λ/t, the ridge that as many steps are about as much as; NaN at 0.</param>
/// <param name="Discrepancy">KSD_V² at the samples.</param>
/// <param name="DiscrepancySe">Its standard error.</param>
/// <param name="TestError"><c>E‖s_t − ∇ log p‖²</c> at test points.</param>
/// <param name="TestErrorSe">Its standard error.</param>
/// <param name="RelativeError">The same over that at time 0, <c>E‖∇ log p‖²</c>.</param>
/// <param name="RelativeErrorSe">Its standard error.</param>
/// <param name="SampleError">The error at the samples.</param>
/// <param name="SampleErrorSe">Its standard error.</param>
/// <param name="HeldOutLoss">The score-matching loss at the samples held out.</param>
/// <param name="HeldOutLossSe">Its standard error.</param>
[CsvRecord]
internal sealed partial record DescentRow(
    [CsvColumn("cell")] string Cell,
    [CsvColumn("data")] string Data,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("time")] int Time,
    [CsvColumn("effective_ridge")] double EffectiveRidge,
    [CsvColumn("ksd")] double Discrepancy,
    [CsvColumn("ksd_se")] double DiscrepancySe,
    [CsvColumn("fisher_test")] double TestError,
    [CsvColumn("fisher_test_se")] double TestErrorSe,
    [CsvColumn("fisher_test_relative")] double RelativeError,
    [CsvColumn("fisher_test_relative_se")] double RelativeErrorSe,
    [CsvColumn("fisher_samples")] double SampleError,
    [CsvColumn("fisher_samples_se")] double SampleErrorSe,
    [CsvColumn("held_out_loss")] double HeldOutLoss,
    [CsvColumn("held_out_loss_se")] double HeldOutLossSe)
{
    /// <summary>The rows of a cell, by time.</summary>
    public static IReadOnlyList<DescentRow> Of(DescentCell cell)
        => [.. Enumerable.Range(0, cell.Runs[0].Points.Count).Select(index => At(cell, index))];

    private static DescentRow At(DescentCell cell, int index)
    {
        Summary discrepancy = Over(point => point.Discrepancy);
        Summary test = Over(point => point.TestError);
        Summary samples = Over(point => point.SampleError);
        Summary loss = Over(point => point.HeldOutLoss);
        Summary relative = cell.Over(run => run.Points[index].TestError / run.Points[0].TestError);
        int time = cell.Runs[0].Points[index].Time;
        return new(
            cell.Name,
            cell.Settings.DataName,
            cell.Settings.Samples!.Value,
            cell.Runs.Count,
            time,
            time == 0 ? double.NaN : cell.Over(run => run.Stored.Number(DaeDescentRun.LargestEigenvalue)).Mean / time,
            discrepancy.Mean,
            discrepancy.StandardError,
            test.Mean,
            test.StandardError,
            relative.Mean,
            relative.StandardError,
            samples.Mean,
            samples.StandardError,
            loss.Mean,
            loss.StandardError);

        Summary Over(Func<DescentPoint, double> value) => cell.Over(run => value(run.Points[index]));
    }
}

/// <summary>A row of <c>ridge.csv</c>: the seeds of a cell at a ridge of the Stein gradient estimator.</summary>
/// <param name="Cell"><see cref="DescentCell.Name"/>.</param>
/// <param name="Data">The density or the file.</param>
/// <param name="Samples">N.</param>
/// <param name="Seeds">Finished seeds.</param>
/// <param name="Ridge">η.</param>
/// <param name="Discrepancy">KSD_V² at the samples.</param>
/// <param name="DiscrepancySe">Its standard error.</param>
/// <param name="TestError">As in <see cref="DescentRow"/>.</param>
/// <param name="TestErrorSe">Its standard error.</param>
/// <param name="SampleError">As in <see cref="DescentRow"/>.</param>
/// <param name="SampleErrorSe">Its standard error.</param>
/// <param name="HeldOutLoss">As in <see cref="DescentRow"/>.</param>
/// <param name="HeldOutLossSe">Its standard error.</param>
[CsvRecord]
internal sealed partial record RidgeRow(
    [CsvColumn("cell")] string Cell,
    [CsvColumn("data")] string Data,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("ridge")] double Ridge,
    [CsvColumn("ksd")] double Discrepancy,
    [CsvColumn("ksd_se")] double DiscrepancySe,
    [CsvColumn("fisher_test")] double TestError,
    [CsvColumn("fisher_test_se")] double TestErrorSe,
    [CsvColumn("fisher_samples")] double SampleError,
    [CsvColumn("fisher_samples_se")] double SampleErrorSe,
    [CsvColumn("held_out_loss")] double HeldOutLoss,
    [CsvColumn("held_out_loss_se")] double HeldOutLossSe)
{
    /// <summary>The rows of a cell, by ridge.</summary>
    public static IReadOnlyList<RidgeRow> Of(DescentCell cell)
        => [.. Enumerable.Range(0, cell.Runs[0].Ridges.Count).Select(index => At(cell, index))];

    private static RidgeRow At(DescentCell cell, int index)
    {
        Summary discrepancy = Over(point => point.Discrepancy);
        Summary test = Over(point => point.TestError);
        Summary samples = Over(point => point.SampleError);
        Summary loss = Over(point => point.HeldOutLoss);
        return new(
            cell.Name,
            cell.Settings.DataName,
            cell.Settings.Samples!.Value,
            cell.Runs.Count,
            cell.Runs[0].Ridges[index].Ridge,
            discrepancy.Mean,
            discrepancy.StandardError,
            test.Mean,
            test.StandardError,
            samples.Mean,
            samples.StandardError,
            loss.Mean,
            loss.StandardError);

        Summary Over(Func<RidgePoint, double> value) => cell.Over(run => value(run.Ridges[index]));
    }
}

/// <summary>A row of <c>stopping.csv</c>: where a run is best and where it is stopped, beside the ridge path of its samples.</summary>
/// <param name="Cell"><see cref="DescentCell.Name"/>.</param>
/// <param name="Data">The density or the file.</param>
/// <param name="Samples">N.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Kernel">Its name.</param>
/// <param name="Bandwidth">h.</param>
/// <param name="LargestEigenvalue">λ.</param>
/// <param name="Floor">See <see cref="SampleDiscrepancy.Floor"/>.</param>
/// <param name="BestTime">The measured time with the least error at the test points; NaN for a file.</param>
/// <param name="BestError">That error.</param>
/// <param name="StoppingTime">The time chosen by the held-out loss.</param>
/// <param name="StoppingError">The error there.</param>
/// <param name="Regret">The latter over the former.</param>
/// <param name="BestRidge">The ridge with the least error at the test points; NaN for a file.</param>
/// <param name="BestRidgeError">That error.</param>
/// <param name="ChosenRidge">The ridge chosen by the held-out loss.</param>
/// <param name="ChosenRidgeError">The error there.</param>
/// <param name="RidgeRegret">The latter over the former.</param>
[CsvRecord]
internal sealed partial record StoppingRow(
    [CsvColumn("cell")] string Cell,
    [CsvColumn("data")] string Data,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("kernel")] string Kernel,
    [CsvColumn("bandwidth")] double Bandwidth,
    [CsvColumn("largest_eigenvalue")] double LargestEigenvalue,
    [CsvColumn("ksd_floor")] double Floor,
    [CsvColumn("best_time")] double BestTime,
    [CsvColumn("best_error")] double BestError,
    [CsvColumn("stopping_time")] double StoppingTime,
    [CsvColumn("stopping_error")] double StoppingError,
    [CsvColumn("regret")] double Regret,
    [CsvColumn("best_ridge")] double BestRidge,
    [CsvColumn("best_ridge_error")] double BestRidgeError,
    [CsvColumn("held_out_ridge")] double ChosenRidge,
    [CsvColumn("held_out_ridge_error")] double ChosenRidgeError,
    [CsvColumn("ridge_regret")] double RidgeRegret)
{
    /// <summary>The rows of a cell, by seed.</summary>
    public static IReadOnlyList<StoppingRow> Of(DescentCell cell) => [.. cell.Runs.Select(run => Of(cell, run))];

    private static StoppingRow Of(DescentCell cell, FinishedDescent run) => new(
        cell.Name,
        cell.Settings.DataName,
        cell.Settings.Samples!.Value,
        run.Stored.Config.Seed,
        cell.Settings.Kernel,
        run.Stored.Number(DaeDescentRun.Bandwidth),
        run.Stored.Number(DaeDescentRun.LargestEigenvalue),
        run.Stored.Number(DaeDescentRun.Floor),
        cell.HasTruth ? run.Best.Time : double.NaN,
        cell.HasTruth ? run.Best.TestError : double.NaN,
        run.Stopped.Time,
        run.Stopped.TestError,
        cell.HasTruth ? run.Stopped.TestError / run.Best.TestError : double.NaN,
        cell.HasTruth ? run.BestRidge.Ridge : double.NaN,
        cell.HasTruth ? run.BestRidge.TestError : double.NaN,
        run.ChosenRidge.Ridge,
        run.ChosenRidge.TestError,
        cell.HasTruth ? run.ChosenRidge.TestError / run.BestRidge.TestError : double.NaN);
}
