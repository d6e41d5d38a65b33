using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>Relative errors against σ on logarithmic axes, and the two sides of the exact version against σ.</summary>
internal static class DaeIdentityFigures
{
    private const double Margin = 0.06;

    /// <summary>Of what would coincide, in powers of two of σ.</summary>
    private const double Shift = 0.05;

    /// <summary>Not quite black: lines of one colour share one pattern, and the axes are black.</summary>
    private static readonly Color GuideColor = Color.FromHex("#020202");

    private static readonly double[] TickFactors = [1, 2, 5];

    private static readonly LegendItem IdentityItem = new()
    {
        LabelText = "the same with J = I",
        LineWidth = 0,
        MarkerShape = MarkerShape.Eks,
        MarkerSize = 8,
        MarkerColor = GuideColor,
        MarkerLineColor = GuideColor,
        MarkerLineWidth = 2,
    };

    /// <summary>
    /// A line for each problem, means of the absolute error with standard errors over seeds, and crosses of its colour for J = I; a
    /// dashed line of slope 2 below them.
    /// </summary>
    /// <param name="problems">One or more.</param>
    public static Plot DrawErrors(IReadOnlyList<DaeIdentityProblem> problems)
    {
        DaeIdentityErrorRow[] rows = [.. problems.SelectMany(problem => problem.Errors())];
        Plot plot = Canvas.Create("Noise σ (unit of the data)", "|‖∇F‖²/4σ⁴KSD² − 1|");
        var range = new ValueRange();
        var legend = new List<LegendItem>();
        for (int index = 0; index < problems.Count; index++)
        {
            SeriesStyle style = SeriesStyle.Of(index);
            DaeIdentityErrorRow[] own = [.. rows.Where(row => row.Problem == problems[index].Name)];
            double shift = 0.3 * Shift * (index - (0.5 * (problems.Count - 1)));
            AddLogarithmic(plot, range, style, shift, own, row => row.JacobianError);
            AddLogarithmic(plot, range, style with { Marker = MarkerShape.Eks }, shift, own, row => row.IdentityError, hasLine: false);
            legend.Add(style.Item(problems[index].Name));
        }

        legend.Add(IdentityItem);
        double[] sigmas = [.. rows.Select(row => row.Sigma).Distinct().Order()];
        double factor = 0.5 * rows.Where(row => row.Sigma == sigmas[0] && row.JacobianError != 0)
            .Select(row => Math.Abs(row.JacobianError) / (sigmas[0] * sigmas[0])).DefaultIfEmpty(1).Min();
        double[] ends = [sigmas[0], sigmas[^1]];
        Scatter guide = plot.Add.ScatterLine(
            Array.ConvertAll(ends, Math.Log2), Array.ConvertAll(ends, sigma => Math.Log10(factor * sigma * sigma)));
        guide.Color = GuideColor;
        guide.LineWidth = 1.6f;
        guide.LinePattern = LinePattern.Dashed;
        legend.Add(new() { LabelText = "slope 2", LineColor = GuideColor, LineWidth = 1.6f, LinePattern = LinePattern.Dashed });

        (double bottom, double top) = range.WithMargin(Margin);
        plot.Axes.SetLimitsY(bottom, top);
        plot.Axes.Left.TickGenerator = new NumericAutomatic { IntegerTicksOnly = true, LabelFormatter = SignificantText.PowerOfTen };
        PutSigmas(plot, sigmas);
        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }

    /// <summary>
    /// Means with 95 % intervals of both sides of the exact version, and of KSD² without smoothing; on a logarithmic axis where they are
    /// more than a decade apart.
    /// </summary>
    /// <param name="rows">Of one problem, one or more.</param>
    public static Plot DrawExact(IReadOnlyList<DaeIdentityExactRow> rows)
    {
        Plot plot = Canvas.Create(
            $"Noise σ (unit of the data; {rows[0].Problem})", "Squared norm over 4σ⁴, KSD² (1/length²)");
        double[] means = [.. rows.SelectMany(row => (double[])[row.Gradient, row.Smoothed, row.Plain])];
        bool isLogarithmic = means.Min() > 0 && means.Max() > 10 * means.Min();
        var range = new ValueRange();
        if (!isLogarithmic)
            range.Include(0);
        var legend = new List<LegendItem>();
        Add("‖∇F‖²/4σ⁴ of the denoising objective", row => (row.Gradient, row.GradientHalf));
        Add("KSD² of the data with noise σ", row => (row.Smoothed, row.SmoothedHalf));
        Add("KSD² of the data without noise", row => (row.Plain, row.PlainHalf));
        (double bottom, double top) = range.WithMargin(Margin);
        plot.Axes.SetLimitsY(bottom, top);
        plot.Axes.Left.TickGenerator = isLogarithmic
            ? OneTwoFive(bottom, top)
            : new NumericAutomatic { LabelFormatter = NumberText.Tick };
        PutSigmas(plot, [.. rows.Select(row => row.Sigma).Distinct().Order()]);
        Canvas.PutLegendAbove(plot, legend);
        return plot;

        void Add(string label, Func<DaeIdentityExactRow, (double Mean, double Half)> value)
        {
            SeriesStyle style = SeriesStyle.Of(legend.Count);
            double shift = Shift * (legend.Count - 1);
            (double Mean, double Half)[] values = [.. rows.Select(value)];
            double[] ys = [.. values.Select(pair => isLogarithmic ? Math.Log10(pair.Mean) : pair.Mean)];
            double[] below = [.. values.Select(pair => isLogarithmic ? LogarithmBelow(pair.Half / pair.Mean) : pair.Half)];
            double[] above = [.. values.Select(pair => isLogarithmic ? Math.Log10(1 + (pair.Half / pair.Mean)) : pair.Half)];
            AddSeries(plot, style, [.. rows.Select(row => Math.Log2(row.Sigma) + shift)], ys, below, above, hasLine: true);
            for (int index = 0; index < ys.Length; index++)
            {
                range.Include(ys[index]);
                range.Include(ys[index] - below[index]);
                range.Include(ys[index] + above[index]);
            }

            legend.Add(style.Item(label));
        }
    }

    /// <summary>Ticks at 1, 2 and 5 times powers of ten, of an axis of common logarithms.</summary>
    private static NumericManual OneTwoFive(double bottom, double top)
    {
        double[] values =
        [
            .. from power in Enumerable.Range((int)Math.Floor(bottom), (int)Math.Ceiling(top) - (int)Math.Floor(bottom))
               from factor in TickFactors
               let value = factor * Math.Pow(10, power)
               where Math.Log10(value) >= bottom && Math.Log10(value) <= top
               select value,
        ];
        return new NumericManual(Array.ConvertAll(values, Math.Log10), Array.ConvertAll(values, NumberText.Tick));
    }

    /// <summary>
    /// How far down a bar goes on a logarithmic axis, in decades; one that goes below 0 has no end there and goes down one decade.
    /// </summary>
    /// <param name="share">Its length in shares of the value.</param>
    private static double LogarithmBelow(double share) => share < 0.9 ? -Math.Log10(1 - share) : double.IsNaN(share) ? double.NaN : 1;

    private static void AddLogarithmic(
        Plot plot,
        ValueRange range,
        SeriesStyle style,
        double shift,
        DaeIdentityErrorRow[] rows,
        Func<DaeIdentityErrorRow, double> error,
        bool hasLine = true)
    {
        // An error of exactly 0 has no place on the axis.
        (double Sigma, Summary Error)[] points =
        [
            .. rows.GroupBy(row => row.Sigma).OrderBy(cell => cell.Key)
                .Select(cell => (cell.Key, Summary.Of([.. cell.Select(row => Math.Abs(error(row)))])))
                .Where(point => point.Item2.Mean > 0),
        ];
        double[] ys = [.. points.Select(point => Math.Log10(point.Error.Mean))];
        foreach (double y in ys)
            range.Include(y);
        double[] shares = [.. points.Select(point => point.Error.StandardError / point.Error.Mean)];
        AddSeries(
            plot,
            style,
            [.. points.Select(point => Math.Log2(point.Sigma) + shift)],
            ys,
            [.. shares.Select(LogarithmBelow)],
            [.. shares.Select(share => Math.Log10(1 + share))],
            hasLine);
    }

    private static void AddSeries(Plot plot, SeriesStyle style, double[] xs, double[] ys, double[] below, double[] above, bool hasLine)
    {
        Scatter line = hasLine ? plot.Add.Scatter(xs, ys) : plot.Add.ScatterPoints(xs, ys);
        line.Color = style.Color;
        if (hasLine)
        {
            line.LineWidth = 2;
            line.LinePattern = style.Pattern;
        }

        line.MarkerShape = style.Marker;
        line.MarkerSize = 8;
        line.MarkerLineWidth = 1.6f;
        int[] shown = [.. Enumerable.Range(0, xs.Length).Where(index => double.IsFinite(above[index]))];
        if (shown.Length == 0)
            return;
        var bars = new ErrorBar(
            [.. shown.Select(index => xs[index])],
            [.. shown.Select(index => ys[index])],
            xErrorsNegative: null,
            xErrorsPositive: null,
            yErrorsNegative: [.. shown.Select(index => below[index])],
            yErrorsPositive: [.. shown.Select(index => above[index])])
        {
            Color = style.Color,
            LineWidth = 1.4f,
            CapSize = 4,
        };
        plot.PlottableList.Add(bars);
    }

    private static void PutSigmas(Plot plot, double[] sigmas)
    {
        double[] places = [.. sigmas.Select(Math.Log2)];
        plot.Axes.Bottom.TickGenerator = new NumericManual(places, [.. sigmas.Select(DaeIdentityTables.Sigma)]);
        plot.Axes.SetLimitsX(places[0] - 0.35, places[^1] + 0.35);
    }
}
