using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>The two curves against time, and early stopping beside ridge, on logarithmic axes.</summary>
internal static class DaeDescentFigures
{
    private const double Margin = 0.05;

    /// <summary>Not quite black: lines of one colour share one pattern, and the axes are black.</summary>
    private static readonly Color MarkColor = Color.FromHex("#020202");

    /// <summary>
    /// KSD² at the samples, its floor, and the Fisher error at test points and at the samples, or of a file the KSD² alone; means with
    /// standard errors over seeds. The dashed line is the median stopping time, the grey band the range over seeds.
    /// </summary>
    public static Plot DrawCurves(DescentCell cell, IReadOnlyList<DescentRow> rows)
    {
        Plot plot = Canvas.Create(
            $"Step t ({cell.Title}{Seeds(cell)})",
            cell.HasTruth ? "KSD² and Fisher error (1/length²)" : "KSD² (1/length²)");
        DescentRow[] after = [.. rows.Where(row => row.Time > 0)];
        var range = new ValueRange();
        var legend = new List<LegendItem>();
        double[] times = [.. StoppingRow.Of(cell).Select(row => Math.Max(row.StoppingTime, 1)).Order()];
        if (times[0] < times[^1])
        {
            HorizontalSpan band = plot.Add.HorizontalSpan(Math.Log10(times[0]), Math.Log10(times[^1]));
            band.FillColor = Colors.Black.WithAlpha(.07);
            band.LineWidth = 0;
        }

        VerticalLine stop = plot.Add.VerticalLine(Math.Log10(times[(times.Length - 1) / 2]));
        stop.Color = MarkColor;
        stop.LineWidth = 1.6f;
        stop.LinePattern = LinePattern.Dashed;
        AddSeries(0, "KSD² at the samples", row => (row.Discrepancy, row.DiscrepancySe));
        if (cell.HasTruth)
        {
            AddSeries(1, "Fisher error at test points", row => (row.TestError, row.TestErrorSe));
            AddSeries(2, "Fisher error at the samples", row => (row.SampleError, row.SampleErrorSe));
        }

        legend.Add(new LegendItem
        {
            LabelText = "stopped by held-out loss",
            LineColor = MarkColor,
            LineWidth = 1.6f,
            LinePattern = LinePattern.Dashed,
        });
        Finish(plot, range, legend);
        plot.Axes.SetLimitsX(-Margin, Math.Log10(after[^1].Time) + Margin);
        return plot;

        void AddSeries(int index, string label, Func<DescentRow, (double Mean, double Error)> value)
        {
            Add(plot, range, SeriesStyle.Of(index), [.. after.Select(row => Math.Log10(row.Time))], [.. after.Select(value)]);
            legend.Add(SeriesStyle.Of(index).Item(label));
        }
    }

    /// <summary>Fisher error at the test points of the descent at ridge λ/t and of the Stein gradient estimator at ridge η.</summary>
    public static Plot DrawRidge(DescentCell cell, IReadOnlyList<DescentRow> rows, IReadOnlyList<RidgeRow> path)
    {
        Plot plot = Canvas.Create($"Ridge η, or λ/t of the descent ({cell.Title}{Seeds(cell)})", "Fisher error at test points (1/length²)");
        var range = new ValueRange();
        DescentRow[] after = [.. rows.Where(row => row.Time > 0 && row.EffectiveRidge >= 0.5 * path[0].Ridge)];
        Add(
            plot,
            range,
            SeriesStyle.Of(0),
            [.. after.Select(row => Math.Log10(row.EffectiveRidge))],
            [.. after.Select(row => (row.TestError, row.TestErrorSe))]);
        Add(
            plot,
            range,
            SeriesStyle.Of(1),
            [.. path.Select(row => Math.Log10(row.Ridge))],
            [.. path.Select(row => (row.TestError, row.TestErrorSe))]);
        Finish(
            plot, range, [SeriesStyle.Of(0).Item("descent, stopped at t"), SeriesStyle.Of(1).Item("Stein gradient estimator with ridge")]);
        double[] xs = [.. after.Select(row => row.EffectiveRidge), .. path.Select(row => row.Ridge)];
        plot.Axes.SetLimitsX(Math.Log10(xs.Min()) - Margin, Math.Log10(xs.Max()) + Margin);
        return plot;
    }

    private static string Seeds(DescentCell cell)
        => cell.Runs.Count == 1 ? $", seed {cell.Settings.Seed}" : FormattableString.Invariant($", {cell.Runs.Count} seeds");

    private static void Add(
        Plot plot, ValueRange range, SeriesStyle style, double[] xs, (double Mean, double Error)[] values)
    {
        double[] ys = [.. values.Select(value => Math.Log10(value.Mean))];
        foreach (double y in ys)
            range.Include(y);
        Scatter line = plot.Add.Scatter(xs, ys);
        line.Color = style.Color;
        line.LineWidth = 2;
        line.LinePattern = style.Pattern;
        line.MarkerShape = style.Marker;
        line.MarkerSize = 7;
        if (values.All(value => double.IsNaN(value.Error)))
            return;
        // A bar that goes below 0 has no end on a logarithmic axis: it goes one decade down.
        double[] below = [.. values.Select(value => value.Error < 0.9 * value.Mean ? -Math.Log10(1 - (value.Error / value.Mean)) : 1)];
        double[] above = [.. values.Select(value => Math.Log10(1 + (value.Error / value.Mean)))];
        var bars = new ErrorBar(xs, ys, xErrorsNegative: null, xErrorsPositive: null, yErrorsNegative: below, yErrorsPositive: above)
        {
            Color = style.Color,
            LineWidth = 1.4f,
            CapSize = 3,
        };
        plot.PlottableList.Add(bars);
    }

    private static void Finish(Plot plot, ValueRange range, IEnumerable<LegendItem> legend)
    {
        (double bottom, double top) = range.WithMargin(Margin);
        plot.Axes.SetLimitsY(bottom, top);
        plot.Axes.Left.TickGenerator = Decades();
        plot.Axes.Bottom.TickGenerator = Decades();
        plot.Grid.MinorLineColor = Colors.Black.WithAlpha(.04);
        plot.Grid.MinorLineWidth = 1;
        Canvas.PutLegendAbove(plot, legend);

        static NumericAutomatic Decades() => new()
        {
            MinorTickGenerator = new LogMinorTickGenerator(),
            IntegerTicksOnly = true,
            LabelFormatter = SignificantText.PowerOfTen,
        };
    }
}
