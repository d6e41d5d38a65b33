using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Ica;

/// <summary>
/// The figures over dimensions: <c>log_likelihood_by_dimension</c> with absolute values, and <c>gap_by_dimension</c>, which shows on a
/// log scale the distance to the oracle that absolute values hide. Filled markers are ours, open ones the paper's.
/// </summary>
internal static class IcaDimensionFigures
{
    private const double Spacing = 0.11;

    /// <param name="rows">Rows of the table; not empty.</param>
    public static Plot DrawLogLikelihood(IReadOnlyList<IcaTableRow> rows)
    {
        int[] dims = Dimensions(rows);
        Plot plot = Create(dims, "Test log-likelihood (nats)");
        var range = new ValueRange();
        IcaTableRow[] oracle = [.. rows.Where(row => row.Method == IcaMethod.Oracle.Name)];
        AddOracleLine(plot, dims, oracle, range);
        foreach (Series series in SeriesOf(rows))
        {
            AddPoints(plot, dims, series, row => new Interval(row.Mean, row.Mean - row.Se, row.Mean + row.Se), range);
            AddPaper(plot, dims, series, row => row.Paper, range);
        }

        (double bottom, double top) = range.WithMargin(0.06);
        plot.Axes.SetLimits(-0.5, dims.Length - 0.5, bottom, top);
        plot.Axes.Left.TickGenerator = new NumericAutomatic { LabelFormatter = NumberText.Tick };
        Canvas.PutLegendAbove(plot, [.. Legend(rows), IcaFigureStyle.Oracle.LineItem(IcaMethod.Oracle.Name)]);
        return plot;
    }

    /// <summary>Gaps that are not positive have no place on a log scale and are left out.</summary>
    /// <param name="rows">Rows of the table; not empty.</param>
    public static Plot DrawGap(IReadOnlyList<IcaTableRow> rows)
    {
        int[] dims = Dimensions(rows);
        Plot plot = Create(dims, "Gap to the oracle (nats)");
        var range = new ValueRange();
        foreach (Series series in SeriesOf(rows))
        {
            AddPoints(plot, dims, series, row => LogInterval(row.Gap, row.GapSe), range);
            AddPaper(plot, dims, series, row => Math.Log10(row.AdjustedMean + row.Gap - row.Paper), range);
        }

        (double bottom, double top) = range.WithMargin(0.06);
        plot.Axes.SetLimits(-0.5, dims.Length - 0.5, bottom, top);
        plot.Axes.Left.TickGenerator = new NumericAutomatic
        {
            MinorTickGenerator = new LogMinorTickGenerator(),
            IntegerTicksOnly = true,
            LabelFormatter = power => NumberText.Tick(Math.Pow(10, power)),
        };
        plot.Grid.MinorLineColor = Colors.Black.WithAlpha(.04);
        plot.Grid.MinorLineWidth = 1;
        Canvas.PutLegendAbove(plot, Legend(rows));
        return plot;
    }

    private static int[] Dimensions(IReadOnlyList<IcaTableRow> rows) => [.. rows.Select(row => row.Dim).Distinct().Order()];

    /// <summary>Dimensions stand at equal distances: on a linear axis the small ones would crowd.</summary>
    private static Plot Create(int[] dims, string yLabel)
    {
        Plot plot = Canvas.Create("Dimension D", yLabel);
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. Enumerable.Range(0, dims.Length).Select(position => (double)position)],
            [.. dims.Select(dim => dim.ToString(CultureInfo.InvariantCulture))]);
        plot.Grid.XAxisStyle.IsVisible = false;
        return plot;
    }

    private static IEnumerable<Series> SeriesOf(IReadOnlyList<IcaTableRow> rows)
    {
        string[] names = [.. rows.Select(row => row.Method).Distinct().Where(name => name != IcaMethod.Oracle.Name)];
        for (int index = 0; index < names.Length; index++)
        {
            IcaMethod method = IcaMethod.Find(names[index]);
            yield return new Series(
                method,
                IcaFigureStyle.Of(method, index),
                Shift: (index - (0.5 * (names.Length - 1))) * Spacing,
                [.. rows.Where(row => row.Method == names[index])]);
        }
    }

    private static IEnumerable<LegendItem> Legend(IReadOnlyList<IcaTableRow> rows)
    {
        foreach (Series series in SeriesOf(rows))
        {
            yield return series.Style.MarkerItem(series.Method.Name);
        }

        if (rows.Any(row => double.IsFinite(row.Paper)))
        {
            yield return new LegendItem
            {
                LabelText = "open: paper",
                MarkerShape = MarkerShape.OpenCircle,
                MarkerSize = 10,
                MarkerColor = Colors.Black,
                MarkerLineWidth = 1.6f,
            };
        }
    }

    private static void AddOracleLine(Plot plot, int[] dims, IcaTableRow[] oracle, ValueRange range)
    {
        var line = plot.Add.ScatterLine(
            oracle.Select(row => (double)Array.IndexOf(dims, row.Dim)).ToArray(), oracle.Select(row => row.Mean).ToArray());
        line.Color = IcaFigureStyle.Oracle.Color;
        line.LineWidth = 1.6f;
        line.LinePattern = IcaFigureStyle.Oracle.Pattern;
        foreach (IcaTableRow row in oracle)
        {
            range.Include(row.Mean);
        }
    }

    private static void AddPoints(Plot plot, int[] dims, Series series, Func<IcaTableRow, Interval> interval, ValueRange range)
    {
        var shown = series.Rows.Select(row => (X: X(dims, series, row), Y: interval(row)))
            .Where(point => double.IsFinite(point.Y.Middle)).ToList();
        if (shown.Count == 0)
        {
            return;
        }

        foreach ((double _, Interval y) in shown)
        {
            range.Include(y.Middle);
            range.Include(y.Low);
            range.Include(y.High);
        }

        var markers = plot.Add.ScatterPoints(shown.Select(point => point.X).ToArray(), shown.Select(point => point.Y.Middle).ToArray());
        markers.Color = series.Style.Color;
        markers.MarkerShape = series.Style.Filled;
        markers.MarkerSize = 9;
        markers.MarkerLineWidth = 2;

        var withError = shown.Where(point => double.IsFinite(point.Y.Low)).ToList();
        if (withError.Count > 0)
        {
            var bars = new ErrorBar(
                [.. withError.Select(point => point.X)],
                [.. withError.Select(point => point.Y.Middle)],
                xErrorsNegative: null,
                xErrorsPositive: null,
                yErrorsNegative: [.. withError.Select(point => point.Y.Middle - point.Y.Low)],
                yErrorsPositive: [.. withError.Select(point => point.Y.High - point.Y.Middle)]);
            plot.PlottableList.Add(bars);
            bars.Color = series.Style.Color;
            bars.LineWidth = 1.6f;
            bars.CapSize = 4;
        }
    }

    private static void AddPaper(Plot plot, int[] dims, Series series, Func<IcaTableRow, double> value, ValueRange range)
    {
        var shown = series.Rows.Select(row => (X: X(dims, series, row) + (0.4 * Spacing), Y: value(row)))
            .Where(point => double.IsFinite(point.Y)).ToList();
        if (shown.Count == 0)
        {
            return;
        }

        shown.ForEach(point => range.Include(point.Y));
        var markers = plot.Add.ScatterPoints(shown.Select(point => point.X).ToArray(), shown.Select(point => point.Y).ToArray());
        markers.Color = series.Style.Color;
        markers.MarkerShape = series.Style.Open;
        markers.MarkerSize = 9;
        markers.MarkerLineWidth = 1.6f;
    }

    private static double X(int[] dims, Series series, IcaTableRow row) => Array.IndexOf(dims, row.Dim) + series.Shift;

    /// <summary>log₁₀ of a value and its error bar; a bar that reaches below zero ends a decade below the value.</summary>
    private static Interval LogInterval(double value, double error)
    {
        double middle = value > 0 ? Math.Log10(value) : double.NaN;
        double low = value - error > 0.1 * value ? Math.Log10(value - error) : middle - 1;
        return new Interval(middle, double.IsNaN(error) ? double.NaN : low, Math.Log10(value + error));
    }

    private readonly record struct Interval(double Middle, double Low, double High);

    private sealed record Series(IcaMethod Method, IcaFigureStyle Style, double Shift, IReadOnlyList<IcaTableRow> Rows);
}
