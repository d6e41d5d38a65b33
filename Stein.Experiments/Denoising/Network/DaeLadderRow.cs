using CsvHelper;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>A row of <c>ladder.csv</c>: one density and σ at the end of training, means and standard errors over the seeds.</summary>
/// <param name="Data">A name of <see cref="PlanarDensity.Names"/>.</param>
/// <param name="Sigma">σ.</param>
/// <param name="Seeds">Finished seeds.</param>
/// <param name="SeedsExpected">Seeds of the plan.</param>
/// <param name="Excess"><c>ExcessLoss/σ⁴</c>, to be the next but one.</param>
/// <param name="ExcessSe">Its standard error.</param>
/// <param name="Smoothed">The Fisher error of the smoothed density.</param>
/// <param name="SmoothedSe">Its standard error.</param>
/// <param name="IdentityDifference">The mean of <see cref="Excess"/> − <see cref="Smoothed"/>, of expectation 0.</param>
/// <param name="IdentityDifferenceSe">Its standard error over the seeds.</param>
/// <param name="IdentityWithin">Of the runs those whose difference is within 1.96 of its own standard errors: 0.95 is right.</param>
/// <param name="RelativeSmoothed">The Fisher error of the smoothed density over that of the score 0.</param>
/// <param name="RelativeSmoothedSe">Its standard error.</param>
/// <param name="Matched">Noise-matched KSD².</param>
/// <param name="MatchedSe">Its standard error.</param>
/// <param name="ExactMatched">That of the exact score on the same samples.</param>
/// <param name="ExactMatchedSe">Its standard error.</param>
/// <param name="Clean">The Fisher error of the density itself.</param>
/// <param name="CleanSe">Its standard error.</param>
/// <param name="RelativeClean">That over that of the score 0.</param>
/// <param name="RelativeCleanSe">Its standard error.</param>
/// <param name="CleanKsd">KSD² with clean samples.</param>
/// <param name="CleanKsdSe">Its standard error.</param>
/// <param name="ExactCleanKsd">That of the exact score on the same samples.</param>
/// <param name="ExactCleanKsdSe">Its standard error.</param>
[CsvRecord]
internal sealed partial record DaeLadderRow(
    [CsvColumn("data")] string Data,
    [CsvColumn("sigma")] double Sigma,
    [CsvColumn("seeds")] int Seeds,
    [CsvColumn("seeds_expected")] int SeedsExpected,
    [CsvColumn("excess_over_sigma4")] double Excess,
    [CsvColumn("excess_over_sigma4_se")] double ExcessSe,
    [CsvColumn("fisher_smoothed")] double Smoothed,
    [CsvColumn("fisher_smoothed_se")] double SmoothedSe,
    [CsvColumn("identity_difference")] double IdentityDifference,
    [CsvColumn("identity_difference_se")] double IdentityDifferenceSe,
    [CsvColumn("identity_within")] double IdentityWithin,
    [CsvColumn("fisher_smoothed_relative")] double RelativeSmoothed,
    [CsvColumn("fisher_smoothed_relative_se")] double RelativeSmoothedSe,
    [CsvColumn("ksd_matched")] double Matched,
    [CsvColumn("ksd_matched_se")] double MatchedSe,
    [CsvColumn("exact_ksd_matched")] double ExactMatched,
    [CsvColumn("exact_ksd_matched_se")] double ExactMatchedSe,
    [CsvColumn("fisher_clean")] double Clean,
    [CsvColumn("fisher_clean_se")] double CleanSe,
    [CsvColumn("fisher_clean_relative")] double RelativeClean,
    [CsvColumn("fisher_clean_relative_se")] double RelativeCleanSe,
    [CsvColumn("ksd_clean")] double CleanKsd,
    [CsvColumn("ksd_clean_se")] double CleanKsdSe,
    [CsvColumn("exact_ksd_clean")] double ExactCleanKsd,
    [CsvColumn("exact_ksd_clean_se")] double ExactCleanKsdSe)
{
    private const double NormalQuantile = 1.96;

    public static DaeLadderRow Of(DaeNetworkCell cell)
    {
        double fourth = Math.Pow(cell.Sigma, 4);
        Summary excess = cell.AtEnd(errors => errors.ExcessLoss / fourth);
        Summary smoothed = cell.AtEnd(errors => errors.SmoothedError);
        Summary difference = cell.AtEnd(Difference);
        Summary relativeSmoothed = cell.AtEnd(errors => errors.RelativeSmoothedError);
        Summary matched = cell.AtEnd(errors => errors.MatchedDiscrepancy);
        Summary exactMatched = cell.Over(run => run.Stored.Number(DaeNetworkRun.ExactMatched));
        Summary clean = cell.AtEnd(errors => errors.CleanError);
        Summary relativeClean = cell.AtEnd(errors => errors.RelativeCleanError);
        Summary cleanKsd = cell.AtEnd(errors => errors.CleanDiscrepancy);
        Summary exactClean = cell.Over(run => run.Stored.Number(DaeNetworkRun.ExactClean));
        return new(
            cell.Data,
            cell.Sigma,
            cell.Runs.Count,
            cell.Expected,
            excess.Mean,
            excess.StandardError,
            smoothed.Mean,
            smoothed.StandardError,
            difference.Mean,
            difference.StandardError,
            cell.AtEnd(errors => Math.Abs(Difference(errors)) <= NormalQuantile * errors.IdentityError ? 1 : 0).Mean,
            relativeSmoothed.Mean,
            relativeSmoothed.StandardError,
            matched.Mean,
            matched.StandardError,
            exactMatched.Mean,
            exactMatched.StandardError,
            clean.Mean,
            clean.StandardError,
            relativeClean.Mean,
            relativeClean.StandardError,
            cleanKsd.Mean,
            cleanKsd.StandardError,
            exactClean.Mean,
            exactClean.StandardError);

        double Difference(DaeErrors errors) => (errors.ExcessLoss / fourth) - errors.SmoothedError;
    }
}
