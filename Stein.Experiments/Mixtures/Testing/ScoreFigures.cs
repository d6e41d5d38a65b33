using ScottPlot;
using ScottPlot.Plottables;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// Why a score is blind: that of two separated modes for three weights, which coincide wherever there are samples, and with noise, where
/// they do not; and the field of scores in two dimensions, of the density and estimated from samples of one mode alone.
/// </summary>
internal static class ScoreFigures
{
    private const double Separation = 5;
    private const double Sigma = 4;

    public static IReadOnlyList<string> Write(string folder) =>
    [
        .. Canvas.Save(Curves(0), folder, FormattableString.Invariant($"scores_separation{Separation}")),
        .. Canvas.Save(Curves(Sigma), folder, FormattableString.Invariant($"scores_separation{Separation}_sigma{Sigma}")),
        .. Canvas.Save(Field(isEstimated: false), folder, "score_field_of_density"),
        .. Canvas.Save(Field(isEstimated: true), folder, "score_field_estimated"),
    ];

    private static Plot Curves(double sigma)
    {
        const int Points = 801;
        const double Reach = 12;
        string symbol = sigma == 0 ? "p" : FormattableString.Invariant($"p * N(0, {sigma}²)");
        Plot plot = Canvas.Create("x", $"Score of {symbol}");
        var legend = new List<LegendItem>();
        foreach (double weight in (double[])[0.1, 0.5, 0.9])
        {
            GaussianMixture mixture = GaussianMixture.TwoModes(Separation, weight).Smoothed(sigma);
            double[] xs = [.. Enumerable.Range(0, Points).Select(index => Reach * ((2.0 * index / (Points - 1)) - 1))];
            var scores = new double[Points];
            mixture.Score(xs, scores);
            SeriesStyle style = SeriesStyle.Of(legend.Count);
            Scatter line = plot.Add.ScatterLine(xs, scores);
            line.Color = style.Color;
            line.LinePattern = style.Pattern;
            line.LineWidth = 2.5f;
            legend.Add(new LegendItem
            {
                LabelText = FormattableString.Invariant($"π = {weight}"),
                LineColor = style.Color,
                LinePattern = style.Pattern,
                LineWidth = 2.5f,
            });
        }

        plot.Axes.SetLimitsX(-Reach, Reach);
        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }

    /// <summary>Arrows on a grid, shortened where they would cover one another; samples as dots.</summary>
    private static Plot Field(bool isEstimated)
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
        GaussianMixture shown = isEstimated ? KernelDensity.Of(samples, 2, Bandwidth) : density;
        Plot plot = Canvas.Create("x₁", "x₂");
        double[] xs = [.. Enumerable.Range(0, Samples).Select(index => samples[2 * index])];
        double[] ys = [.. Enumerable.Range(0, Samples).Select(index => samples[(2 * index) + 1])];
        Scatter dots = plot.Add.ScatterPoints(xs, ys);
        dots.Color = SeriesStyle.Of(4).Color;
        dots.MarkerSize = 4;
        for (int i = 0; i < Across; i++)
        {
            for (int j = 0; j < Up; j++)
            {
                double[] point = [Width * ((2.0 * i / (Across - 1)) - 1), Height * ((2.0 * j / (Up - 1)) - 1)];
                var score = new double[2];
                shown.Score(point, score);
                AddArrow(plot, point, score, longest: 0.9 * 2 * Width / (Across - 1));
            }
        }

        plot.Axes.SetLimits(-Width - 0.5, Width + 0.5, -Height - 0.5, Height + 0.5);
        string what = isEstimated
            ? FormattableString.Invariant($"kernel density estimate, bandwidth {Bandwidth}, of samples with weight 0.9 on the left")
            : "score of the density, weights equal";
        Canvas.PutLegendAbove(
            plot,
            [
                new LegendItem { LabelText = what, LineColor = SeriesStyle.Of(0).Color, LineWidth = 2 },
                new LegendItem
                {
                    LabelText = "samples",
                    MarkerShape = MarkerShape.FilledCircle,
                    MarkerSize = 6,
                    MarkerColor = SeriesStyle.Of(4).Color,
                },
            ]);
        return plot;
    }

    /// <summary>An arrow from the point along the score, long ones of one length.</summary>
    private static void AddArrow(Plot plot, double[] point, double[] score, double longest)
    {
        const double Scale = 0.25;
        double length = Math.Sqrt((score[0] * score[0]) + (score[1] * score[1]));
        double factor = Math.Min(Scale, longest / length);
        Arrow arrow = plot.Add.Arrow(
            new Coordinates(point[0], point[1]),
            new Coordinates(point[0] + (factor * score[0]), point[1] + (factor * score[1])));
        arrow.ArrowFillColor = SeriesStyle.Of(0).Color;
        arrow.ArrowLineWidth = 0;
        arrow.ArrowWidth = 1.6f;
        arrow.ArrowheadWidth = 6;
        arrow.ArrowheadLength = 6;
        arrow.ArrowheadAxisLength = 6;
    }
}
