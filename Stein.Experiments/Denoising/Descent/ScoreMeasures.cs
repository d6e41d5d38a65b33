using System.Text.Json.Serialization;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>What is measured of an estimate of the score, under the names of these properties in metrics and CSV files.</summary>
/// <param name="Ksd">KSD_V² of the scores at the samples. A checkpoint without it is of an older form.</param>
/// <param name="FisherTest"><c>E‖s − ∇ log p‖²</c> at the test points; NaN where the density is not known.</param>
/// <param name="FisherSamples">The same at the samples.</param>
/// <param name="HeldOutLoss">
/// <see cref="Stein.Engine.Estimators.ScoreEstimate.ScoreMatchingLoss"/> on held-out samples, of estimates from the others.
/// </param>
internal abstract record ScoreMeasures(
    [property: JsonRequired] double Ksd, double FisherTest, double FisherSamples, double HeldOutLoss)
{
    public static IReadOnlyList<(string Name, Func<ScoreMeasures, double> Value)> All { get; } =
    [
        ("ksd", point => point.Ksd),
        ("fisher_test", point => point.FisherTest),
        ("fisher_samples", point => point.FisherSamples),
        ("held_out_loss", point => point.HeldOutLoss),
    ];
}

/// <summary>A row of a run's <c>descent.csv</c>: the estimate after <paramref name="Time"/> steps.</summary>
internal sealed record DescentPoint(int Time, double Ksd, double FisherTest, double FisherSamples, double HeldOutLoss)
    : ScoreMeasures(Ksd, FisherTest, FisherSamples, HeldOutLoss);

/// <summary>A row of a run's <c>ridge.csv</c>: the Stein gradient estimator with <paramref name="Ridge"/>, from the same samples.</summary>
internal sealed record RidgePoint(double Ridge, double Ksd, double FisherTest, double FisherSamples, double HeldOutLoss)
    : ScoreMeasures(Ksd, FisherTest, FisherSamples, HeldOutLoss);

/// <summary>A row of a run's <c>arrows.csv</c>: the scores at a point of the grid, the density's NaN where it is not known.</summary>
internal sealed record ArrowPoint(int Time, double X1, double X2, double S1, double S2, double True1, double True2)
{
    public FieldPoint Estimate() => new(X1, X2, S1, S2);

    public FieldPoint Truth() => new(X1, X2, True1, True2);
}

/// <summary>A row of a run's <c>samples.csv</c>.</summary>
internal sealed record SamplePoint(double X1, double X2);
