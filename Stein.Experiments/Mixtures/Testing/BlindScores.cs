using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using static System.FormattableString;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// Why a score is blind: that of two separated modes for three weights, which coincide wherever there are samples, and with noise, where
/// they do not; and the field of scores in two dimensions, of the density and estimated from samples of one mode alone.
/// </summary>
internal static class BlindScores
{
    private const double Separation = 5;
    private const double Sigma = 4;

    public static IReadOnlyList<Figure> Figures() => [Curves(0), Curves(Sigma), Field(isEstimated: false), Field(isEstimated: true)];

    private static Figure Curves(double sigma)
    {
        const int Points = 801;
        const double Reach = 12;
        string symbol = sigma == 0 ? "p" : Invariant($"p * N(0, {sigma}²)");
        double[] xs = [.. Enumerable.Range(0, Points).Select(index => Reach * ((2.0 * index / (Points - 1)) - 1))];
        string what = sigma == 0
            ? "where there are samples the three curves coincide, and the score does not tell the weights apart"
            : Invariant($"with noise of standard deviation {sigma} the three curves are apart");
        return new(
            Invariant($"scores_separation{Separation}") + (sigma == 0 ? "" : Invariant($"_sigma{sigma}")),
            Invariant($"Score of two modes of variance 1 at −{Separation} and {Separation}, of which the first has weight π: {what}."),
            new Axis("x") { Limits = (-Reach, Reach) },
            new Axis($"Score of {symbol}") { Margin = null },
            [
                .. ((double[])[0.1, 0.5, 0.9]).Select((weight, index) => new Series(
                    Invariant($"π = {weight}"),
                    SeriesStyle.Of(index),
                    Curve(GaussianMixture.TwoModes(Separation, weight).Smoothed(sigma), xs))
                {
                    HasMarkers = false,
                    LineWidth = 2.5f,
                }),
            ]);
    }

    private static Point[] Curve(GaussianMixture mixture, double[] xs)
    {
        var scores = new double[xs.Length];
        mixture.Score(xs, scores);
        return [.. xs.Zip(scores, (x, score) => new Point(x, score))];
    }

    /// <summary>Arrows on a grid, shortened where they would cover one another; samples as dots.</summary>
    private static Figure Field(bool isEstimated)
    {
        const int Samples = 300;
        const int Across = 25;
        const int Up = 11;
        const double Width = 9;
        const double Height = 4;
        const double Bandwidth = 0.7;
        GaussianMixture density = GaussianMixture.TwoModes(Separation, 0.5, dimension: 2);
        GaussianMixture truth = isEstimated ? density.WithWeights([0.9, 0.1]) : density;
        double[] samples = truth.Sample(new PhiloxStream(60, StreamPurpose.TrainingData), Samples);
        GaussianMixture shown = isEstimated ? KernelDensity.Create(samples, 2, Bandwidth) : density;
        string what = isEstimated
            ? Invariant($"kernel density estimate, bandwidth {Bandwidth}, of samples with weight 0.9 on the left")
            : "score of the density, weights equal";
        var dots = new Series("samples", SeriesStyle.Of(4) with { Marker = SeriesStyle.Of(0).Marker }, [
            .. Enumerable.Range(0, Samples).Select(index => new Point(samples[2 * index], samples[(2 * index) + 1])),
        ])
        {
            HasLine = false,
            MarkerSize = 4,
            LegendRank = 1,
        };
        return new(
            isEstimated ? "score_field_estimated" : "score_field_of_density",
            Invariant($"Field of scores of two modes of variance 1 at −{Separation} and {Separation} on the first axis: {what}. ")
                + $"The dots are {Samples} samples; long arrows are shortened.",
            new Axis("x₁") { Limits = (-Width - 0.5, Width + 0.5) },
            new Axis("x₂") { Limits = (-Height - 0.5, Height + 0.5) },
            [
                dots,
                .. Arrows.Field(
                        what,
                        null,
                        from i in Enumerable.Range(0, Across)
                        from j in Enumerable.Range(0, Up)
                        select Score(shown, Width * ((2.0 * i / (Across - 1)) - 1), Height * ((2.0 * j / (Up - 1)) - 1)),
                        scale: 0.25,
                        longest: 0.9 * 2 * Width / (Across - 1),
                        head: 6)
                    .Select(arrows => arrows with { Width = 1.6f }),
            ])
        {
            IsRasterOnly = true,
        };
    }

    private static (double X, double Y, double Dx, double Dy) Score(GaussianMixture density, double x, double y)
    {
        var score = new double[2];
        density.Score([x, y], score);
        return (x, y, score[0], score[1]);
    }
}
