using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Engine.Estimators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>A point of a line with its standard error; NaN for none.</summary>
internal readonly record struct ErrorPoint(double X, double Mean, double Error);

/// <summary>A line of a figure.</summary>
/// <param name="Label">For the legend.</param>
/// <param name="Style">How it is drawn.</param>
/// <param name="Points">From left to right.</param>
internal sealed record ErrorSeries(string Label, SeriesStyle Style, IReadOnlyList<ErrorPoint> Points)
{
    /// <summary>A point that is marked by a ring.</summary>
    public ErrorPoint? Marked { get; init; }
}

/// <summary>Relative errors on logarithmic axes.</summary>
internal static class ScoreErrorFigures
{
    /// <summary>What is above is off the figure: ten times as wrong as no estimate at all.</summary>
    private const double Highest = 10;

    /// <summary>At least this is in every figure below 1, so that the axis has labels.</summary>
    private const double Lowest = 0.1;

    /// <summary>Lines are apart by that share of the axis, so that error bars do not cover one another.</summary>
    private const double Shift = 0.0035;

    /// <summary>Not a colour of a series: lines of one colour share one pattern.</summary>
    private static readonly Color ZeroColor = Color.FromHex("#404040");

    /// <summary>An estimator has one style in all figures.</summary>
    public static SeriesStyle StyleOf(string estimator)
    {
        // stein-u, which is seldom drawn, comes last: the others have the eight colours.
        string[] names = [.. ScoreEstimators.Names.OrderBy(name => name == "stein-u")];
        return SeriesStyle.Of(Array.IndexOf(names, estimator));
    }

    /// <summary>A line a series with standard errors, and the error of a score of zero.</summary>
    /// <param name="xLabel">Of the axis.</param>
    /// <param name="series">At least one.</param>
    /// <param name="ticks">Where the axis is labelled; those outside of the points are not shown.</param>
    /// <param name="marked">What the rings mean; empty for none.</param>
    public static Plot Draw(string xLabel, IReadOnlyList<ErrorSeries> series, IReadOnlyList<double> ticks, string marked = "")
    {
        Plot plot = Canvas.Create(xLabel, "Relative error");
        var legend = new List<LegendItem>();
        (ValueRange xs, ValueRange ys) = (new(), new());
        ys.Include(Math.Log10(Lowest));
        ys.Include(Math.Log10(1.5));
        foreach (ErrorPoint point in series.SelectMany(each => each.Points.Concat(each.Marked is { } ring ? [ring] : [])))
        {
            xs.Include(Math.Log10(point.X));
            ys.Include(Math.Log10(Math.Min(point.Mean, Highest)));
            ys.Include(Math.Log10(Math.Min(point.Mean, Highest)) - LengthBelow(point));
        }

        (double left, double right) = xs.WithMargin(0.04);
        (double bottom, double top) = ys.WithMargin(0.05);
        HorizontalLine zero = plot.Add.HorizontalLine(0);
        zero.Color = ZeroColor;
        zero.LinePattern = LinePattern.Dashed;
        zero.LineWidth = 1.4f;
        for (int index = 0; index < series.Count; index++)
        {
            AddLine(plot, series[index], Shift * (right - left) * (index - (0.5 * (series.Count - 1))));
            legend.Add(series[index].Style.Item(series[index].Label));
        }

        foreach (ErrorSeries each in series)
        {
            if (each.Marked is { Mean: > 0 } ring)
                AddRing(plot, each.Style, ring);
        }

        if (marked.Length > 0 && series.Any(each => each.Marked is not null))
        {
            legend.Add(new LegendItem
            {
                LabelText = marked,
                MarkerShape = MarkerShape.OpenCircle,
                MarkerSize = 16,
                MarkerColor = Colors.Black,
                MarkerLineColor = Colors.Black,
                MarkerLineWidth = 2,
            });
        }

        legend.Add(new LegendItem
        {
            LabelText = "score of zero",
            LineColor = ZeroColor,
            LinePattern = LinePattern.Dashed,
            LineWidth = 1.4f,
        });
        plot.Axes.SetLimits(left, right, bottom, top);
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. ticks.Select(Math.Log10)], [.. ticks.Select(NumberText.Tick)]);
        double[] errors = [.. from power in Enumerable.Range(-9, 11) from digit in (int[])[1, 2, 5] select digit * Math.Pow(10, power)];
        plot.Axes.Left.TickGenerator = new NumericManual([.. errors.Select(Math.Log10)], [.. errors.Select(NumberText.Tick)]);
        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }

    private static void AddLine(Plot plot, ErrorSeries series, double shift)
    {
        ErrorPoint[] points = [.. series.Points.Where(point => point.Mean > 0 && double.IsFinite(point.Mean))];
        if (points.Length == 0)
            return;
        double[] xs = [.. points.Select(point => Math.Log10(point.X) + shift)];
        double[] ys = [.. points.Select(point => Math.Log10(point.Mean))];
        Scatter line = plot.Add.Scatter(xs, ys);
        line.Color = series.Style.Color;
        line.LinePattern = series.Style.Pattern;
        line.LineWidth = 2;
        line.MarkerShape = series.Style.Marker;
        line.MarkerSize = 8;
        var bars = new ErrorBar(
            xs,
            ys,
            xErrorsNegative: null,
            xErrorsPositive: null,
            yErrorsNegative: [.. points.Select(LengthBelow)],
            yErrorsPositive: [.. points.Select(point => Finite(Math.Log10(1 + (point.Error / point.Mean))))])
        {
            Color = series.Style.Color,
            LineWidth = 1.4f,
            CapSize = 3,
        };
        plot.PlottableList.Add(bars);
    }

    /// <summary>A bar that reaches to zero ends a decade below.</summary>
    private static double LengthBelow(ErrorPoint point) => Finite(-Math.Log10(Math.Max(0.1, 1 - (point.Error / point.Mean))));

    /// <summary>There is no bar where there is no error.</summary>
    private static double Finite(double length) => double.IsNaN(length) ? 0 : length;

    private static void AddRing(Plot plot, SeriesStyle style, ErrorPoint point)
    {
        Scatter ring = plot.Add.ScatterPoints(new[] { Math.Log10(point.X) }, new[] { Math.Log10(point.Mean) });
        ring.Color = style.Color;
        ring.MarkerShape = MarkerShape.OpenCircle;
        ring.MarkerSize = 16;
        ring.MarkerLineWidth = 2.4f;
    }
}
