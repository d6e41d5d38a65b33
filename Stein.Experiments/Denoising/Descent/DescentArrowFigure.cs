using CsvHelper;
using ScottPlot;
using ScottPlot.Plottables;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>The samples of a run with the fields of scores at several times.</summary>
/// <param name="Cell">Of the run.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="StoppingTime">Chosen by the held-out loss.</param>
/// <param name="Samples">N.</param>
/// <param name="Arrows">At all times kept.</param>
internal sealed record ArrowExample(
    DescentCell Cell, uint Seed, int StoppingTime, IReadOnlyList<SamplePoint> Samples, IReadOnlyList<ArrowPoint> Arrows)
{
    /// <summary>The first run of a cell.</summary>
    public static ArrowExample Of(DescentCell cell)
    {
        FinishedDescent run = cell.Runs[0];
        return new(
            cell,
            run.Stored.Config.Seed,
            run.Stopped.Time,
            FinishedDescent.Read<SamplePoint>(run.Stored, DaeDescentRun.SamplesFile),
            FinishedDescent.Read<ArrowPoint>(run.Stored, DaeDescentRun.ArrowsFile));
    }

    /// <summary>The rows of <c>arrows.csv</c>.</summary>
    public IEnumerable<ArrowExamplePoint> Rows() => Arrows.Select(arrow => new ArrowExamplePoint(
        Cell.Name, Seed, arrow.Time, arrow.Time == StoppingTime ? 1 : 0, arrow.X1, arrow.X2, arrow.S1, arrow.S2, arrow.True1, arrow.True2));
}

/// <summary>A row of <c>arrows.csv</c>.</summary>
/// <param name="Cell"><see cref="DescentCell.Name"/>.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Time">t.</param>
/// <param name="IsStoppingTime">1 for the time chosen by the held-out loss, 0 otherwise.</param>
/// <param name="X1">The point.</param>
/// <param name="X2">The point.</param>
/// <param name="S1">s_t there.</param>
/// <param name="S2">s_t there.</param>
/// <param name="True1">∇ log p there; NaN for a file.</param>
/// <param name="True2">∇ log p there; NaN for a file.</param>
[CsvRecord]
internal sealed partial record ArrowExamplePoint(
    [CsvColumn("cell")] string Cell,
    [CsvColumn("seed")] uint Seed,
    [CsvColumn("time")] int Time,
    [CsvColumn("is_stopping_time")] int IsStoppingTime,
    [CsvColumn("x1")] double X1,
    [CsvColumn("x2")] double X2,
    [CsvColumn("s1")] double S1,
    [CsvColumn("s2")] double S2,
    [CsvColumn("true1")] double True1,
    [CsvColumn("true2")] double True2);

/// <summary>Panels, each with the samples and the arrows of a field of scores: the density's own, then those of a descent.</summary>
internal static class DescentArrowFigure
{
    private const int Columns = 3;

    /// <summary>From one panel to the next, in panels.</summary>
    private const double Spacing = 1.12;

    /// <summary>The share of the grid's spacing that the longest arrow has.</summary>
    private const double Longest = 0.95;

    /// <summary>The share of the arrows at the stopping time that are drawn to scale; longer ones are shortened.</summary>
    private const double ToScale = 0.75;

    /// <summary>Length and width of the head of the longest arrow, to fit the panels; shorter ones have smaller heads.</summary>
    private const float Head = 4.5f;

    public static Plot Draw(ArrowExample example)
    {
        Plot plot = Canvas.Create("", "");
        IReadOnlyList<Panel> panels = [.. Panels(example)];
        ArrowPoint[] grid = panels[0].Arrows;
        (double left, double bottom, double width) = (grid[0].X1, grid[0].X2, grid[^1].X1 - grid[0].X1);
        double step = width / (ArrowGrid.Across - 1);
        double pad = step;
        double size = width + (2 * pad);
        double reference = ReferenceLength(example);
        double scale = Longest * step / reference;
        int rows = (panels.Count + Columns - 1) / Columns;
        for (int index = 0; index < panels.Count; index++)
        {
            double x = (index % Columns * Spacing * size) - left + pad;
            double y = ((rows - 1 - (index / Columns)) * Spacing * size) - bottom + pad;
            AddFrame(plot, panels[index].Title, x + left - pad, y + bottom - pad, size);
            Scatter dots = plot.Add.ScatterPoints(
                example.Samples.Select(sample => sample.X1 + x).ToArray(), example.Samples.Select(sample => sample.X2 + y).ToArray());
            dots.Color = SeriesStyle.Of(4).Color;
            dots.MarkerSize = 3;
            foreach (ArrowPoint arrow in panels[index].Arrows)
                AddArrow(plot, arrow.X1 + x, arrow.X2 + y, panels[index].Score(arrow), scale, Longest * step);
        }

        int across = Math.Min(Columns, panels.Count);
        plot.Axes.SetLimits(
            -0.03 * size, ((across - 1) * Spacing * size) + (1.03 * size), -0.03 * size, ((rows - 1) * Spacing * size) + (1.12 * size));
        plot.Axes.SquareUnits();
        plot.HideGrid();
        plot.Layout.Frameless();
        plot.Axes.Frameless();
        Canvas.PutLegendAbove(
            plot,
            [
                new LegendItem
                {
                    LabelText = $"score, up to {SignificantText.Number(reference)}",
                    LineColor = SeriesStyle.Of(0).Color,
                    LineWidth = 2,
                },
                new LegendItem { LabelText = "longer, not to scale", LineColor = SeriesStyle.Of(1).Color, LineWidth = 2 },
                new LegendItem
                {
                    LabelText = $"samples ({example.Cell.Title}, seed {example.Seed})",
                    MarkerShape = MarkerShape.FilledCircle,
                    MarkerSize = 6,
                    MarkerColor = SeriesStyle.Of(4).Color,
                },
            ]);
        return plot;
    }

    /// <summary>The data's score, t = 1, the stopping time, 100, 1000 and the last, as far as they are there.</summary>
    private static IEnumerable<Panel> Panels(ArrowExample example)
    {
        ILookup<int, ArrowPoint> byTime = example.Arrows.ToLookup(arrow => arrow.Time);
        int last = example.Arrows.Max(arrow => arrow.Time);
        if (example.Cell.HasTruth)
            yield return new("score of the density", arrow => (arrow.True1, arrow.True2), [.. byTime[last]]);
        int[] times = [.. new[] { 1, example.StoppingTime, 100, 1000, last }.Distinct().Where(byTime.Contains).Order()];
        foreach (int time in times)
        {
            string title = FormattableString.Invariant($"t = {time}") + (time == example.StoppingTime ? ", stopped by held-out loss" : "");
            yield return new(title, arrow => (arrow.S1, arrow.S2), [.. byTime[time]]);
        }
    }

    /// <summary>The length below which <see cref="ToScale"/> of the arrows at the stopping time are: one scale for all panels.</summary>
    private static double ReferenceLength(ArrowExample example)
    {
        double[] lengths =
        [
            .. example.Arrows.Where(arrow => arrow.Time == Math.Max(example.StoppingTime, 1))
                .Select(arrow => Math.Sqrt((arrow.S1 * arrow.S1) + (arrow.S2 * arrow.S2)))
                .Order(),
        ];
        double length = lengths[(int)(ToScale * (lengths.Length - 1))];
        return length > 0 ? length : 1;
    }

    private static void AddFrame(Plot plot, string title, double x, double y, double size)
    {
        Rectangle frame = plot.Add.Rectangle(x, x + size, y, y + size);
        frame.FillColor = Colors.Transparent;
        frame.LineColor = Colors.Black.WithAlpha(.35);
        frame.LineWidth = 1;
        Text label = plot.Add.Text(title, x + (0.5 * size), y + (1.02 * size));
        label.LabelFontName = EmbeddedFont.Name;
        label.LabelFontSize = 12;
        label.LabelAlignment = Alignment.LowerCenter;
    }

    private static void AddArrow(Plot plot, double x, double y, (double X, double Y) score, double scale, double longest)
    {
        double length = Math.Sqrt((score.X * score.X) + (score.Y * score.Y));
        if (length == 0)
            return;
        double factor = Math.Min(scale, longest / length);
        Arrow arrow = plot.Add.Arrow(new Coordinates(x, y), new Coordinates(x + (factor * score.X), y + (factor * score.Y)));
        arrow.ArrowFillColor = SeriesStyle.Of(factor < scale ? 1 : 0).Color;
        arrow.ArrowLineWidth = 0;
        arrow.ArrowWidth = 1.1f;
        float head = Head * (float)Math.Min(1, 1.5 * factor * length / longest);
        arrow.ArrowheadWidth = head;
        arrow.ArrowheadLength = head;
        arrow.ArrowheadAxisLength = head;
    }

    private sealed record Panel(string Title, Func<ArrowPoint, (double X, double Y)> Score, ArrowPoint[] Arrows);
}
