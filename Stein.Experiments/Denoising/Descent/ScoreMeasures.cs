using CsvHelper;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>What is measured of an estimate of the score.</summary>
internal interface IScoreMeasures
{
    public const string DiscrepancyName = "ksd", TestErrorName = "fisher_test", SampleErrorName = "fisher_samples",
        HeldOutLossName = "held_out_loss";

    /// <summary>All of them, by their names in metrics and CSV files.</summary>
    public static IReadOnlyList<(string Name, Func<IScoreMeasures, double> Value)> All { get; } =
    [
        (DiscrepancyName, point => point.Discrepancy),
        (TestErrorName, point => point.TestError),
        (SampleErrorName, point => point.SampleError),
        (HeldOutLossName, point => point.HeldOutLoss),
    ];

    /// <summary>KSD_V² of the scores at the samples.</summary>
    public double Discrepancy { get; }

    /// <summary><c>E‖s − ∇ log p‖²</c> at the test points; NaN where the density is not known.</summary>
    public double TestError { get; }

    /// <summary>The same at the samples.</summary>
    public double SampleError { get; }

    /// <summary>
    /// <see cref="Stein.Engine.Estimators.ScoreEstimate.ScoreMatchingLoss"/> at samples held out, of estimates from the others.
    /// </summary>
    public double HeldOutLoss { get; }
}

/// <summary>A row of a run's <c>descent.csv</c>: the estimate after <paramref name="Time"/> steps.</summary>
[CsvRecord]
internal sealed partial record DescentPoint(
    [CsvColumn("time")] int Time,
    [CsvColumn(IScoreMeasures.DiscrepancyName)] double Discrepancy,
    [CsvColumn(IScoreMeasures.TestErrorName)] double TestError,
    [CsvColumn(IScoreMeasures.SampleErrorName)] double SampleError,
    [CsvColumn(IScoreMeasures.HeldOutLossName)] double HeldOutLoss) : IScoreMeasures;

/// <summary>A row of a run's <c>ridge.csv</c>: the Stein gradient estimator with <paramref name="Ridge"/>, from the same samples.</summary>
[CsvRecord]
internal sealed partial record RidgePoint(
    [CsvColumn("ridge")] double Ridge,
    [CsvColumn(IScoreMeasures.DiscrepancyName)] double Discrepancy,
    [CsvColumn(IScoreMeasures.TestErrorName)] double TestError,
    [CsvColumn(IScoreMeasures.SampleErrorName)] double SampleError,
    [CsvColumn(IScoreMeasures.HeldOutLossName)] double HeldOutLoss) : IScoreMeasures;
