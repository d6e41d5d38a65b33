using CsvHelper;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>A row of <c>score_errors.csv</c>: the relative error of an estimator over the draws of a cell.</summary>
/// <param name="Target">See <see cref="ScoreTarget.Names"/>.</param>
/// <param name="Dimension">D.</param>
/// <param name="Samples">K.</param>
/// <param name="TestPoints">Points of the out-of-sample error.</param>
/// <param name="Estimator">See <see cref="Engine.Estimators.ScoreEstimators"/>.</param>
/// <param name="Kernel">The kernel.</param>
/// <param name="GivenBandwidth">h if it was given; NaN if it follows the estimator's rule.</param>
/// <param name="Selection">See <see cref="ScoreErrorSettings.Selections"/>.</param>
/// <param name="Trials">Draws.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Failed">Draws from which there was no estimate; they are in none of the numbers that follow.</param>
/// <param name="Regularisation">The median of the regularisations used.</param>
/// <param name="LowRegularisation">The smallest.</param>
/// <param name="HighRegularisation">The largest.</param>
/// <param name="Bandwidth">The mean of h.</param>
/// <param name="InSample">The mean relative error at the samples.</param>
/// <param name="InSampleDeviation">Its standard deviation over draws; NaN for one draw.</param>
/// <param name="OutOfSample">The mean relative error at the test points.</param>
/// <param name="OutOfSampleDeviation">Its standard deviation over draws; NaN for one draw.</param>
/// <param name="OutOfSampleMedian">Its median over draws.</param>
[CsvRecord]
internal sealed partial record ScoreErrorResult(
    [CsvColumn("target")] string Target,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("test_points")] int TestPoints,
    [CsvColumn("estimator")] string Estimator,
    [CsvColumn("kernel")] string Kernel,
    [CsvColumn("given_bandwidth")] double GivenBandwidth,
    [CsvColumn("selection")] string Selection,
    [CsvColumn("trials")] int Trials,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("failed")] int Failed,
    [CsvColumn("regularisation")] double Regularisation,
    [CsvColumn("regularisation_low")] double LowRegularisation,
    [CsvColumn("regularisation_high")] double HighRegularisation,
    [CsvColumn("bandwidth")] double Bandwidth,
    [CsvColumn("in_sample_error")] double InSample,
    [CsvColumn("in_sample_sd")] double InSampleDeviation,
    [CsvColumn("out_of_sample_error")] double OutOfSample,
    [CsvColumn("out_of_sample_sd")] double OutOfSampleDeviation,
    [CsvColumn("out_of_sample_median")] double OutOfSampleMedian)
{
    internal const string FailedValue = "failed";
    internal const string RegularisationValue = "regularisation";
    internal const string LowRegularisationValue = "regularisation_low";
    internal const string HighRegularisationValue = "regularisation_high";
    internal const string BandwidthValue = "bandwidth";
    internal const string InSampleValue = "in_sample_error";
    internal const string InSampleDeviationValue = "in_sample_sd";
    internal const string OutOfSampleValue = "out_of_sample_error";
    internal const string OutOfSampleDeviationValue = "out_of_sample_sd";
    internal const string OutOfSampleMedianValue = "out_of_sample_median";

    /// <summary>Draws that the means are of.</summary>
    internal int Made => Trials - Failed;

    /// <summary>Of <see cref="OutOfSample"/>; NaN for one draw.</summary>
    internal double OutOfSampleError => OutOfSampleDeviation / Math.Sqrt(Made);

    /// <summary>Of <see cref="InSample"/>; NaN for one draw.</summary>
    internal double InSampleError => InSampleDeviation / Math.Sqrt(Made);

    /// <summary>The row of a finished run.</summary>
    internal static ScoreErrorResult Of(StoredRun<ScoreErrorSettings> run) => new(
        run.Config.Target,
        run.Config.Dimension,
        run.Config.Samples,
        run.Config.TestPoints,
        run.Config.Estimator,
        run.Config.Kernel,
        run.Config.Bandwidth ?? double.NaN,
        run.Config.Selection,
        run.Config.Trials,
        run.Config.Seed,
        (int)run.Number(FailedValue),
        run.Number(RegularisationValue),
        run.Number(LowRegularisationValue),
        run.Number(HighRegularisationValue),
        run.Number(BandwidthValue),
        run.Number(InSampleValue),
        run.Number(InSampleDeviationValue),
        run.Number(OutOfSampleValue),
        run.Number(OutOfSampleDeviationValue),
        run.Number(OutOfSampleMedianValue));
}
