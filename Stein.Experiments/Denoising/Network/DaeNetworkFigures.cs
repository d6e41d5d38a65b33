using System.Globalization;
using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>Errors and KSD² along training and over σ, on logarithmic axes: a value that is not positive is left out.</summary>
internal static class DaeNetworkFigures
{
    private const double Margin = 0.05;

    /// <summary>A line for each σ: means with standard errors over the seeds.</summary>
    /// <param name="cells">Of one density.</param>
    /// <param name="yLabel">What is shown.</param>
    /// <param name="value">It.</param>
    public static Plot DrawTraining(IReadOnlyList<DaeNetworkCell> cells, string yLabel, Func<DaeErrors, double> value)
    {
        Plot plot = Create($"Iteration ({Title(cells)})", yLabel);
        (ValueRange xs, ValueRange ys) = (new(), new());
        var legend = new List<LegendItem>();
        foreach (DaeNetworkCell cell in cells)
        {
            SeriesStyle style = SeriesStyle.Of(legend.Count);
            legend.Add(style.Item($"σ = {NumberText.Tick(cell.Sigma)}"));
            AddLine(
                plot,
                style,
                [
                    .. cell.Runs[0].Checkpoints.Select((checkpoint, index) => (
                        (double)checkpoint.Iteration,
                        Summary.Of([.. cell.Runs.Select(run => value(run.Checkpoints[index].Errors))]))),
                ],
                xs,
                ys);
        }

        Finish(plot, xs, ys, legend);
        return plot;
    }

    /// <summary>Every checkpoint of every run: noise-matched KSD² against the Fisher error of the smoothed density.</summary>
    /// <param name="cells">Of one density.</param>
    public static Plot DrawScatter(IReadOnlyList<DaeNetworkCell> cells)
    {
        Plot plot = Create($"Fisher error of the smoothed density ({Title(cells)})", "Noise-matched KSD²");
        (ValueRange xs, ValueRange ys) = (new(), new());
        var legend = new List<LegendItem>();
        foreach (DaeNetworkCell cell in cells)
        {
            SeriesStyle style = SeriesStyle.Of(legend.Count);
            legend.Add(new LegendItem
            {
                LabelText = $"σ = {NumberText.Tick(cell.Sigma)}",
                MarkerShape = style.Marker,
                MarkerSize = 8,
                MarkerColor = style.Color,
                MarkerLineWidth = 2,
            });
            (double X, double Y)[] points =
            [
                .. from run in cell.Runs
                   from checkpoint in run.Checkpoints
                   where checkpoint.Errors.MatchedDiscrepancy > 0 && checkpoint.Errors.SmoothedError > 0
                   select (Math.Log10(checkpoint.Errors.SmoothedError), Math.Log10(checkpoint.Errors.MatchedDiscrepancy)),
            ];
            if (points.Length == 0)
                continue;
            Scatter dots = plot.Add.ScatterPoints(points.Select(point => point.X).ToArray(), points.Select(point => point.Y).ToArray());
            dots.Color = style.Color.WithAlpha(.6);
            dots.MarkerShape = style.Marker;
            dots.MarkerSize = 5;
            foreach ((double x, double y) in points)
            {
                xs.Include(x);
                ys.Include(y);
            }
        }

        Finish(plot, xs, ys, legend);
        return plot;
    }

    /// <summary>Relative Fisher errors at the end of training against σ, with standard errors over the seeds.</summary>
    /// <param name="cells">Of one density.</param>
    public static Plot DrawLadder(IReadOnlyList<DaeNetworkCell> cells)
    {
        Plot plot = Create($"σ ({Title(cells)})", "Fisher error over that of the score 0");
        (ValueRange xs, ValueRange ys) = (new(), new());
        AddLine(plot, SeriesStyle.Of(0), Line(errors => errors.RelativeCleanError), xs, ys);
        AddLine(plot, SeriesStyle.Of(1), Line(errors => errors.RelativeSmoothedError), xs, ys);
        Finish(plot, xs, ys, [SeriesStyle.Of(0).Item("of the density"), SeriesStyle.Of(1).Item("of the smoothed density")]);
        plot.Axes.Bottom.TickGenerator = new NumericManual(
            [.. cells.Select(cell => Math.Log10(cell.Sigma))], [.. cells.Select(cell => NumberText.Tick(cell.Sigma))]);
        return plot;

        (double X, Summary Y)[] Line(Func<DaeErrors, double> value) => [.. cells.Select(cell => (cell.Sigma, cell.AtEnd(value)))];
    }

    private static string Title(IReadOnlyList<DaeNetworkCell> cells)
    {
        int seeds = cells.Max(cell => cell.Runs.Count);
        return string.Create(CultureInfo.InvariantCulture, $"{cells[0].Data}, {seeds} {(seeds == 1 ? "seed" : "seeds")}");
    }

    private static Plot Create(string xLabel, string yLabel)
    {
        Plot plot = Canvas.Create(xLabel, yLabel);
        plot.Axes.Bottom.TickGenerator = Decades();
        plot.Axes.Left.TickGenerator = Decades();
        plot.Grid.MinorLineColor = Colors.Black.WithAlpha(.04);
        plot.Grid.MinorLineWidth = 1;
        return plot;
    }

    private static NumericAutomatic Decades() => new()
    {
        MinorTickGenerator = new LogMinorTickGenerator(),
        IntegerTicksOnly = true,
        LabelFormatter = power => NumberText.Tick(Math.Pow(10, power)),
    };

    private static void AddLine(
        Plot plot, SeriesStyle style, IReadOnlyList<(double X, Summary Y)> points, ValueRange xs, ValueRange ys)
    {
        (double X, Summary Y)[] shown = [.. points.Where(point => point.Y.Mean > 0)];
        if (shown.Length == 0)
            return;
        double[] x = [.. shown.Select(point => Math.Log10(point.X))];
        double[] y = [.. shown.Select(point => Math.Log10(point.Y.Mean))];
        Scatter line = plot.Add.Scatter(x, y);
        line.Color = style.Color;
        line.LinePattern = style.Pattern;
        line.LineWidth = 2;
        line.MarkerShape = style.Marker;
        line.MarkerSize = 7;
        for (int i = 0; i < x.Length; i++)
        {
            xs.Include(x[i]);
            ys.Include(y[i]);
        }

        // A bar that would reach below zero ends half a decade below the mean.
        double[] errors = [.. shown.Select(point => double.IsFinite(point.Y.StandardError) ? point.Y.StandardError : 0)];
        double[] low = [.. shown.Select((point, i) => Math.Log10(Math.Max(0, point.Y.Mean - errors[i])))];
        double[] below = [.. y.Zip(low, (mean, end) => Math.Min(0.5, mean - end))];
        double[] above = [.. shown.Select((point, i) => Math.Log10(point.Y.Mean + errors[i]) - y[i])];
        plot.PlottableList.Add(new ErrorBar(
            x, y, xErrorsNegative: null, xErrorsPositive: null, yErrorsNegative: below, yErrorsPositive: above)
        {
            Color = style.Color,
            LineWidth = 1.4f,
            CapSize = 3,
        });
    }

    private static void Finish(Plot plot, ValueRange xs, ValueRange ys, IEnumerable<LegendItem> legend)
    {
        (double left, double right) = xs.WithMargin(Margin);
        (double bottom, double top) = ys.WithMargin(Margin);
        plot.Axes.SetLimits(left, right, bottom, top);
        Canvas.PutLegendAbove(plot, legend);
    }
}
