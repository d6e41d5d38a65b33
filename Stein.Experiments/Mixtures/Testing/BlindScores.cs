using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using static System.FormattableString;

namespace Stein.Experiments.Mixtures.Testing;

/// <summary>
/// Why a score does not reveal weights: the scores of two separated modes for three weights coincide wherever there are samples, and do not
/// with noise. The score field in two dimensions is that of the density, or estimated from samples of which few are on the right.
/// </summary>
internal static class BlindScores
{
    private const double Separation = 5;

    public static IReadOnlyList<Figure> Figures() => [Curves(0), Curves(4), Field(isEstimated: false), Field(isEstimated: true)];

    private static Figure Curves(double sigma)
    {
        const double Reach = 12;
        (string suffix, string density, string what) = sigma == 0
            ? ("", "p", "Where there are samples the three curves coincide, so that the score does not reveal the weight")
            : (
                Invariant($"_sigma{sigma}"),
                Invariant($"p * N(0, {sigma}²)"),
                Invariant($"With noise of standard deviation {sigma} the three curves differ"));
        double[] xs = Grid(Reach, 801);
        return new(
            Invariant($"scores_separation{Separation}{suffix}"),
            Invariant($"Score of two modes of variance 1 at −{Separation} and {Separation}, of which the first has weight π. {what}."),
            new Axis("x") { Limits = (-Reach, Reach) },
            new Axis($"Score of {density}") { Margin = null },
            [
                .. from line in ((double[])[0.1, 0.5, 0.9]).Index()
                   let scores = Scores(GaussianMixture.TwoModes(Separation, line.Item).Smoothed(sigma), xs)
                   select new Series(
                       Invariant($"π = {line.Item}"), SeriesStyle.Of(line.Index), [.. xs.Zip(scores, (x, score) => new Point(x, score))])
                   {
                       HasMarkers = false,
                       LineWidth = 2.5f,
                   },
            ]);
    }

    /// <summary>Arrows on a grid, shortened where they would cover one another; samples as dots.</summary>
    private static Figure Field(bool isEstimated)
    {
        const int Samples = 300;
        const int Across = 25;
        const double Width = 9;
        const double Height = 4;
        const double Bandwidth = 0.7;
        var density = GaussianMixture.TwoModes(Separation, isEstimated ? 0.9 : 0.5, dimension: 2);
        double[] samples = density.Sample(new PhiloxStream(60, StreamPurpose.TrainingData), Samples);
        string what = isEstimated
            ? Invariant($"score of a kernel density estimate with bandwidth {Bandwidth}, from samples with weight 0.9 on the left")
            : "score of the density with equal weights";
        double[] grid = [.. from x in Grid(Width, Across) from y in Grid(Height, 11) from coordinate in (double[])[x, y] select coordinate];
        double[] scores = Scores(isEstimated ? KernelDensity.Create(samples, 2, Bandwidth) : density, grid);
        return new(
            isEstimated ? "score_field_estimated" : "score_field_of_density",
            Invariant($"Field of scores of two modes of variance 1 at −{Separation} and {Separation} on the first axis: {what}. ")
                + $"The dots are {Samples} samples; long arrows are shortened.",
            new Axis("x₁") { Limits = (-Width - 0.5, Width + 0.5) },
            new Axis("x₂") { Limits = (-Height - 0.5, Height + 0.5) },
            [
                new Series(
                    "samples",
                    SeriesStyle.Of(4) with { Marker = SeriesStyle.Of(0).Marker },
                    [.. samples.Chunk(2).Select(sample => new Point(sample[0], sample[1]))])
                {
                    HasLine = false,
                    MarkerSize = 4,
                    LegendRank = 1,
                },
                .. Arrows.Field(
                        what,
                        null,
                        grid.Chunk(2).Zip(scores.Chunk(2), (point, score) => (point[0], point[1], score[0], score[1])),
                        scale: 0.25,
                        longest: 0.9 * 2 * Width / (Across - 1),
                        head: 6)
                    .Select(arrows => arrows with { Width = 1.6f }),
            ])
        {
            IsRasterOnly = true,
        };
    }

    /// <summary>Equally spaced numbers from −<paramref name="reach"/> to <paramref name="reach"/>.</summary>
    private static double[] Grid(double reach, int count)
        => [.. Enumerable.Range(0, count).Select(index => reach * ((2.0 * index / (count - 1)) - 1))];

    private static double[] Scores(GaussianMixture density, double[] points)
    {
        var scores = new double[points.Length];
        density.Score(points, scores);
        return scores;
    }
}
