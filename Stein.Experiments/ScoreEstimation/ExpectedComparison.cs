using CsvHelper;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>A measured error beside the expected one; a row of <c>expected.csv</c>.</summary>
/// <param name="Target">See <see cref="ScoreTarget.Names"/>.</param>
/// <param name="Dimension">D.</param>
/// <param name="Samples">K.</param>
/// <param name="Estimator">The estimator.</param>
/// <param name="Regularisation">Its regularisation.</param>
/// <param name="Trials">Draws.</param>
/// <param name="InSample">The mean relative error at the samples.</param>
/// <param name="OutOfSample">The mean relative error at the test points.</param>
/// <param name="OutOfSampleError">The standard error of that.</param>
/// <param name="Expected">What was expected of it, see <see cref="ExpectedScoreError"/>.</param>
/// <param name="StandardErrors">The difference in standard errors of it, see <see cref="ExpectedScoreError.StandardErrors"/>.</param>
/// <param name="Verdict">A word: agrees, higher, lower.</param>
[CsvRecord]
internal sealed partial record ExpectedComparison(
    [CsvColumn("target")] string Target,
    [CsvColumn("dimension")] int Dimension,
    [CsvColumn("samples")] int Samples,
    [CsvColumn("estimator")] string Estimator,
    [CsvColumn("regularisation")] double Regularisation,
    [CsvColumn("trials")] int Trials,
    [CsvColumn("in_sample_error")] double InSample,
    [CsvColumn("out_of_sample_error")] double OutOfSample,
    [CsvColumn("out_of_sample_se")] double OutOfSampleError,
    [CsvColumn("expected")] double Expected,
    [CsvColumn("standard_errors")] double StandardErrors,
    [CsvColumn("verdict")] string Verdict)
{
    /// <summary>All expected numbers whose cell is among the runs, whatever the draws and the seed, in the order of the list.</summary>
    internal static IEnumerable<ExpectedComparison> Of(IReadOnlyList<StoredRun<ScoreErrorSettings>> runs)
    {
        ILookup<ScoreErrorSettings, StoredRun<ScoreErrorSettings>> cells = runs.ToLookup(run => Cell(run.Config));
        foreach (ExpectedScoreError expected in ExpectedScoreError.All)
        {
            foreach (StoredRun<ScoreErrorSettings> run in cells[Cell(expected.Settings())])
            {
                var row = ScoreErrorResult.Of(run);
                double difference = expected.StandardErrors(row.OutOfSample, row.OutOfSampleDeviation, row.Made);
                yield return new(
                    expected.Target,
                    expected.Dimension,
                    expected.Samples,
                    expected.Estimator,
                    expected.Regularisation,
                    row.Made,
                    row.InSample,
                    row.OutOfSample,
                    row.OutOfSampleError,
                    expected.Error,
                    difference,
                    ExpectedScoreError.Verdict(difference));
            }
        }
    }

    private static ScoreErrorSettings Cell(ScoreErrorSettings settings) => settings with { Trials = 1, Seed = 0 };
}
