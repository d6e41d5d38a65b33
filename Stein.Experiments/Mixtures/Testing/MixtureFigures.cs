using ScottPlot;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Mixtures;

/// <summary>
/// The figures of finished cells: heat maps of the power over separation and σ or T, the statistic over the sample's weight, the power
/// over the dimension, and over the effect where there is one mode. A figure without data is not drawn.
/// </summary>
internal static class MixtureFigures
{
    private const int FewestPoints = 3;

    /// <param name="folder">Target folder.</param>
    /// <param name="results">All finished cells.</param>
    /// <param name="tested">Those whose share of rejections is looked at.</param>
    /// <param name="suffix">Of file names, for a <see cref="MixtureResult.Variant"/>.</param>
    public static IReadOnlyList<string> Write(
        string folder, IReadOnlyList<MixtureResult> results, IReadOnlyList<MixtureResult> tested, Func<string, string> suffix) =>
    [
        .. HeatMaps(folder, tested, "noise", "Noise σ", result => result.Sigma, suffix),
        .. HeatMaps(folder, tested, "temper", "Temperature T", result => result.Temperature, suffix),
        .. from cells in results.Where(HasPlainStatistic)
               .GroupBy(result => (result.Problem, result.Dimension, result.Separation, result.Trials, result.Variant))
           where cells.Select(cell => cell.Weight).Distinct().Count() > FewestPoints
           from file in Canvas.Save(
               Lines([.. cells], cell => cell.Weight, StatisticOf, "Sample's weight of the first mode", "Discrepancy (U-statistic)"),
               folder,
               $"discrepancy_{Name(cells.Key.Problem, cells.Key.Dimension)}_separation{NumberText.Tick(cells.Key.Separation)}{suffix(cells.Key.Variant)}")
           select file,
        .. from cells in tested.Where(result => result.Problem == "modes").GroupBy(result => (result.Separation, result.Weight, result.Variant))
           where cells.Select(cell => cell.Dimension).Distinct().Count() >= FewestPoints
           from file in Canvas.Save(
               Lines(
                   [.. cells.Where(cell => cells.Count(other => other.Name == cell.Name) > 1)],
                   cell => Math.Log10(cell.Dimension),
                   PowerOf,
                   "Dimension D",
                   "Share rejected",
                   power => NumberText.Tick(Math.Round(Math.Pow(10, power)))),
               folder,
               FormattableString.Invariant($"power_by_dimension_separation{cells.Key.Separation}_weight{cells.Key.Weight:0.###}{suffix(cells.Key.Variant)}"))
           select file,
        .. from cells in tested.Where(result => !MixtureProblem.UsesWeight(result.Problem))
               .GroupBy(result => (result.Problem, result.Dimension, result.Variant))
           where cells.Select(cell => cell.Separation).Distinct().Count() >= FewestPoints
           let effect = cells.Key.Problem == "shift" ? "Shift of the mean δ" : "Standard deviation s"
           from file in Canvas.Save(
               Lines([.. cells], cell => cell.Separation, PowerOf, effect, "Share rejected"),
               folder,
               $"cost_{Name(cells.Key.Problem, cells.Key.Dimension)}{suffix(cells.Key.Variant)}")
           select file,
    ];

    private static string Name(string problem, int dimension) => FormattableString.Invariant($"{FileNames.Word(problem)}_D{dimension}");

    private static bool HasPlainStatistic(MixtureResult result)
        => MixtureProblem.UsesWeight(result.Problem) && result.Remedy is "none" or "noise" or "temper";

    private static Interval StatisticOf(MixtureResult cell) => new(cell.Statistic, cell.StatisticError, cell.StatisticError);

    private static Interval PowerOf(MixtureResult cell) => new(cell.Power, cell.Power - cell.Lower, cell.Upper - cell.Power);

    private static IEnumerable<string> HeatMaps(
        string folder,
        IReadOnlyList<MixtureResult> tested,
        string remedy,
        string yLabel,
        Func<MixtureResult, double> strength,
        Func<string, string> suffix) =>
        from cells in tested.Where(result => result.Remedy == remedy && MixtureProblem.UsesWeight(result.Problem))
            .GroupBy(result => (result.Problem, result.Dimension, result.Weight, result.Variant))
        where cells.Select(cell => cell.Separation).Distinct().Count() > 1 && cells.Select(strength).Distinct().Count() > 1
        from file in Canvas.Save(
            HeatMap([.. cells], yLabel, strength),
            folder,
            FormattableString.Invariant(
                $"power_{remedy}_{Name(cells.Key.Problem, cells.Key.Dimension)}_weight{cells.Key.Weight:0.###}{suffix(cells.Key.Variant)}"))
        select file;

    /// <summary>Rectangles with the number in them: sharp at any size, and to be read without colours.</summary>
    private static Plot HeatMap(MixtureResult[] cells, string yLabel, Func<MixtureResult, double> strength)
    {
        double[] separations = [.. cells.Select(cell => cell.Separation).Distinct().Order()];
        double[] strengths = [.. cells.Select(strength).Distinct().Order()];
        Plot plot = Canvas.Create("Separation m", yLabel);
        var colours = new ScottPlot.Colormaps.Viridis();
        foreach (MixtureResult cell in cells)
        {
            int x = Array.IndexOf(separations, cell.Separation);
            int y = Array.IndexOf(strengths, strength(cell));
            Rectangle rectangle = plot.Add.Rectangle(x - 0.5, x + 0.5, y - 0.5, y + 0.5);
            rectangle.FillColor = colours.GetColor(cell.Power);
            rectangle.LineWidth = 0;
            Text text = plot.Add.Text(FormattableString.Invariant($"{100 * cell.Power:0}"), x, y);
            text.LabelFontName = EmbeddedFont.Name;
            text.LabelFontSize = 15;
            text.LabelFontColor = cell.Power < 0.5 ? Colors.White : Colors.Black;
            text.LabelAlignment = Alignment.MiddleCenter;
        }

        plot.Axes.SetLimits(-0.5, separations.Length - 0.5, -0.5, strengths.Length - 0.5);
        plot.Axes.Bottom.TickGenerator = Ticks(separations);
        plot.Axes.Left.TickGenerator = Ticks(strengths);
        plot.HideGrid();
        Canvas.PutLegendAbove(plot, [new LegendItem { LabelText = "share of tests that reject, in per cent" }]);
        return plot;
    }

    private static NumericManual Ticks(double[] values) =>
        new([.. Enumerable.Range(0, values.Length).Select(position => (double)position)], [.. values.Select(NumberText.Tick)]);

    /// <summary>A line for each remedy.</summary>
    private static Plot Lines(
        MixtureResult[] cells,
        Func<MixtureResult, double> x,
        Func<MixtureResult, Interval> y,
        string xLabel,
        string yLabel,
        Func<double, string>? tick = null)
    {
        Plot plot = Canvas.Create(xLabel, yLabel);
        var range = new ValueRange();
        var legend = new List<LegendItem>();
        foreach (IGrouping<string, MixtureResult> remedy in cells.GroupBy(cell => cell.Name))
        {
            SeriesStyle style = SeriesStyle.Of(legend.Count);
            MixtureResult[] points = [.. remedy.OrderBy(x)];
            double[] xs = [.. points.Select(x)];
            Interval[] ys = [.. points.Select(y)];
            foreach (Interval interval in ys)
            {
                range.Include(interval.Middle - interval.Below);
                range.Include(interval.Middle + interval.Above);
            }

            Scatter line = plot.Add.Scatter(xs, [.. ys.Select(interval => interval.Middle)]);
            line.Color = style.Color;
            line.LinePattern = style.Pattern;
            line.LineWidth = 2;
            line.MarkerShape = style.Marker;
            line.MarkerSize = 8;
            var bars = new ErrorBar(
                xs,
                [.. ys.Select(interval => interval.Middle)],
                xErrorsNegative: null,
                xErrorsPositive: null,
                yErrorsNegative: [.. ys.Select(interval => interval.Below)],
                yErrorsPositive: [.. ys.Select(interval => interval.Above)])
            {
                Color = style.Color,
                LineWidth = 1.4f,
                CapSize = 3,
            };
            plot.PlottableList.Add(bars);
            legend.Add(style.Item(remedy.Key));
        }

        (double bottom, double top) = range.WithMargin(0.05);
        (double left, double right) = Limits(cells.Select(x));
        plot.Axes.SetLimits(left, right, bottom, top);
        if (tick is not null)
        {
            double[] places = [.. cells.Select(x).Distinct().Order()];
            plot.Axes.Bottom.TickGenerator = new NumericManual(places, [.. places.Select(tick)]);
        }

        Canvas.PutLegendAbove(plot, legend);
        return plot;
    }

    private static (double Low, double High) Limits(IEnumerable<double> values)
    {
        var range = new ValueRange();
        foreach (double value in values)
            range.Include(value);
        return range.WithMargin(0.03);
    }

    private readonly record struct Interval(double Middle, double Below, double Above);
}
