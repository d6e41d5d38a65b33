using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>The figure <c>curves_D{dim}</c>: test log-likelihood against iteration, a line per method, the oracle dashed.</summary>
internal static class IcaCurveFigure
{
    /// <summary>Share of the training whose values need not fit: the first steps can lie hundreds of nats below the rest.</summary>
    private const double ClippedShare = 0.2;

    /// <param name="points">Curves of one dimension, any number of methods and seeds; not empty.</param>
    public static Plot Draw(IReadOnlyList<IcaCurvePoint> points)
    {
        Plot plot = Canvas.Create("Iteration", $"Test log-likelihood (nats), D = {points[0].Dim}");
        int last = points.Max(point => point.Iteration);
        var range = new ValueRange();
        IcaMethod[] methods = [.. IcaMethod.InOrder(points.Select(point => point.Method))];
        IcaFigureStyle[] styles = [.. methods.Select(IcaFigureStyle.Of)];
        var legend = methods.Zip(styles, (method, style) => style.LineItem(method.Name)).ToList();
        // Solid lines first: a dashed line on top of one still lets it be seen.
        foreach (int index in Enumerable.Range(0, methods.Length).OrderBy(index => styles[index].Pattern.Intervals.Length))
        {
            (double[] iterations, Summary[] values) = Mean([.. points.Where(point => IcaMethod.Find(point.Method) == methods[index])]);
            if (iterations.Length == 1 && last > 0)
            {
                // What trains nothing has one value throughout.
                iterations = [0, last];
                values = [values[0], values[0]];
            }

            AddCurve(plot, styles[index], iterations, values);
            for (int step = 0; step < values.Length; step++)
            {
                if (iterations[step] >= ClippedShare * last)
                {
                    range.Include(values[step].Mean - Error(values[step]));
                    range.Include(values[step].Mean + Error(values[step]));
                }
            }
        }

        AddOracle(plot, points, range, legend);
        (double bottom, double top) = range.WithMargin(0.06);
        plot.Axes.SetLimits(0, Math.Max(last, 1), bottom, top);
        plot.Axes.Bottom.TickGenerator = new NumericAutomatic { LabelFormatter = Thousands, IntegerTicksOnly = true };
        plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = NumberText.Tick };
        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }

    /// <summary>Mean over the seeds, at the iterations that all seeds have: the mean of fewer would jump where a seed ends.</summary>
    private static (double[] Iterations, Summary[] Values) Mean(IReadOnlyList<IcaCurvePoint> points)
    {
        int seeds = points.Select(point => (point.Seed, point.DataSeed)).Distinct().Count();
        var steps = points.Where(point => double.IsFinite(point.TestLogLikelihood))
            .GroupBy(point => point.Iteration)
            .Where(step => step.Count() == seeds)
            .OrderBy(step => step.Key)
            .ToList();
        return (
            [.. steps.Select(step => (double)step.Key)],
            [.. steps.Select(step => Summary.Of([.. InOrder(step).Select(point => point.TestLogLikelihood)]))]);
    }

    private static void AddCurve(Plot plot, IcaFigureStyle style, double[] iterations, Summary[] values)
    {
        if (values.Length == 0)
        {
            return;
        }

        if (values.Any(value => value.Count > 1))
        {
            var band = plot.Add.FillY(
                iterations,
                [.. values.Select(value => value.Mean - Error(value))],
                [.. values.Select(value => value.Mean + Error(value))]);
            band.FillStyle.Color = style.Color.WithAlpha(.22);
            band.LineStyle.Width = 0;
            band.MarkerStyle.IsVisible = false;
        }

        var line = plot.Add.ScatterLine(iterations, [.. values.Select(value => value.Mean)]);
        line.Color = style.Color;
        line.LineWidth = 2.2f;
        line.LinePattern = style.Pattern;
    }

    private static void AddOracle(Plot plot, IReadOnlyList<IcaCurvePoint> points, ValueRange range, List<LegendItem> legend)
    {
        double[] oracles = [.. InOrder(points.DistinctBy(point => (point.Seed, point.DataSeed)))
            .Select(point => point.Oracle).Where(double.IsFinite)];
        if (oracles.Length == 0)
        {
            return;
        }

        double mean = oracles.Average();
        range.Include(mean);
        var line = plot.Add.HorizontalLine(mean);
        line.Color = IcaFigureStyle.Oracle.Color;
        line.LineWidth = 1.6f;
        line.LinePattern = IcaFigureStyle.Oracle.Pattern;
        legend.Add(IcaFigureStyle.Oracle.LineItem(IcaMethod.Oracle.Name));
    }

    private static IEnumerable<IcaCurvePoint> InOrder(IEnumerable<IcaCurvePoint> points) =>
        points.OrderBy(point => point.Seed).ThenBy(point => point.DataSeed);

    private static double Error(Summary value) => value.Count > 1 ? value.StandardError : 0;

    private static string Thousands(double iteration) =>
        iteration.ToString("#,0", CultureInfo.InvariantCulture).Replace(',', '\u2009');
}
