using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>Estimated scores on a line, the true one, and the samples as ticks; the Stein estimators and the others apart.</summary>
internal static class ScoreCurveFigures
{
    /// <summary>Of the axis of scores: beyond the true ones by a little.</summary>
    private const double Highest = 6;

    /// <summary>Not a colour of a series: lines of one colour share one pattern.</summary>
    private static readonly Color TruthColor = Color.FromHex("#404040");

    /// <summary>Writes <c>curves_stein</c> and <c>curves_others</c>.</summary>
    /// <returns>The paths.</returns>
    public static IReadOnlyList<string> Write(string folder, IReadOnlyList<ScoreCurve> curves) =>
    [
        .. Canvas.Save(Draw([.. curves.Where(IsStein)]), folder, "curves_stein"),
        .. Canvas.Save(Draw([.. curves.Where(curve => !IsStein(curve))]), folder, "curves_others"),
    ];

    private static bool IsStein(ScoreCurve curve)
        => curve.Estimator == "kef" || curve.Estimator.StartsWith("stein", StringComparison.Ordinal);

    private static Plot Draw(ScoreCurve[] curves)
    {
        Plot plot = Canvas.Create(
            FormattableString.Invariant($"x ({curves[0].Samples.Length} samples of N(0, 1))"), "Estimated score");
        var legend = new List<LegendItem>();
        Scatter truth = plot.Add.ScatterLine(new[] { -ScoreCurve.Reach, ScoreCurve.Reach }, new[] { ScoreCurve.Reach, -ScoreCurve.Reach });
        truth.Color = TruthColor;
        truth.LinePattern = LinePattern.Dashed;
        truth.LineWidth = 1.6f;
        foreach (ScoreCurve curve in curves)
        {
            SeriesStyle style = ScoreErrorFigures.StyleOf(curve.Estimator);
            Scatter line = plot.Add.ScatterLine(ScoreCurve.Positions.ToArray(), curve.Scores);
            line.Color = style.Color;
            line.LinePattern = style.Pattern;
            line.LineWidth = 2.5f;
            legend.Add(new LegendItem
            {
                LabelText = $"{curve.Estimator} ({ScoreErrorTables.Digits(curve.Regularisation)})",
                LineColor = style.Color,
                LinePattern = style.Pattern,
                LineWidth = 2.5f,
            });
        }

        legend.Add(new LegendItem
        {
            LabelText = "score of N(0, 1)",
            LineColor = TruthColor,
            LinePattern = LinePattern.Dashed,
            LineWidth = 1.6f,
        });
        foreach (double sample in curves[0].Samples)
        {
            LinePlot tick = plot.Add.Line(sample, -Highest, sample, -Highest + 0.35);
            tick.Color = Colors.Black;
            tick.LineWidth = 1;
        }

        plot.Axes.Bottom.TickGenerator = new NumericFixedInterval(1) { LabelFormatter = NumberText.Tick };
        plot.Axes.Left.TickGenerator = new NumericFixedInterval(1) { LabelFormatter = NumberText.Tick };
        plot.Axes.SetLimits(-ScoreCurve.Reach, ScoreCurve.Reach, -Highest, Highest);
        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }
}
