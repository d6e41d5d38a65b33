using ScottPlot;
using ScottPlot.Plottables;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>
/// Arrows of three scores side by side, of the density, of the smoothed density, and of an auto-encoder, wherever the smoothed density
/// is more than a thousandth of its largest value on the grid: the auto-encoder saw next to nothing elsewhere.
/// </summary>
internal static class DaeFieldFigure
{
    /// <summary>From one panel to the next, in panels.</summary>
    private const double Spacing = 1.06;

    /// <summary>The longest arrow, in steps of the grid.</summary>
    private const double Longest = 0.95;

    /// <summary>The share of the arrows of the smoothed density that are drawn to scale; the longer ones have the longest length.</summary>
    private const double ToScale = 0.8;

    /// <summary>In <see cref="ToScale"/>'s terms: how small the density may get, as a share of its largest value.</summary>
    private const double LeastDensity = 1e-3;

    /// <param name="run">Whose score is drawn.</param>
    /// <exception cref="InvalidDataException">The run's field cannot be read.</exception>
    public static Plot Draw(FinishedAutoencoder run)
    {
        DaeNetworkSettings settings = run.Stored.Config;
        GaussianMixture smoothed = settings.Density.Smoothed(settings.Sigma);
        DaeFieldPoint[] grid = [.. Read(run)];
        double[] logarithms = [.. grid.Select(point => smoothed.LogDensity([point.X1, point.X2]))];
        double least = logarithms.Max() + Math.Log(LeastDensity);
        DaeFieldPoint[] shown = [.. grid.Where((_, index) => logarithms[index] > least)];
        DaeFieldPoint[] exact = Scores(smoothed, shown);
        double step = (grid[^1].X1 - grid[0].X1) / (DaeScoreField.Across - 1);
        double[] lengths = [.. exact.Select(Length).Order()];
        double reference = lengths[(int)(ToScale * (lengths.Length - 1))];
        double scale = Longest * step / reference;
        double size = (DaeScoreField.Across + 1) * step;

        Plot plot = Canvas.Create("", "");
        string sigma = NumberText.Tick(settings.Sigma);
        (string Title, DaeFieldPoint[] Arrows)[] panels =
        [
            ("density", Scores(settings.Density, shown)),
            ($"density smoothed with σ = {sigma}", exact),
            ($"auto-encoder, σ = {sigma}", shown),
        ];
        for (int index = 0; index < panels.Length; index++)
        {
            double left = index * Spacing * size;
            (double x, double y) = (left + step - grid[0].X1, step - grid[0].X2);
            AddFrame(plot, panels[index].Title, left, size);
            foreach (DaeFieldPoint arrow in panels[index].Arrows)
                AddArrow(plot, arrow, x, y, scale, Longest * step);
        }

        double margin = 0.03 * size;
        plot.Axes.SetLimits(-margin, ((panels.Length - 1) * Spacing * size) + size + margin, -margin, (1.12 * size) + margin);
        plot.Axes.SquareUnits();
        plot.HideGrid();
        plot.Layout.Frameless();
        plot.Axes.Frameless();
        Canvas.PutLegendAbove(
            plot,
            [
                new LegendItem
                {
                    LabelText = FormattableString.Invariant($"score, up to {reference:G3} ({settings.Data}, seed {settings.Seed})"),
                    LineColor = SeriesStyle.Of(0).Color,
                    LineWidth = 2,
                },
                new LegendItem { LabelText = "longer, not to scale", LineColor = SeriesStyle.Of(1).Color, LineWidth = 2 },
            ]);
        return plot;
    }

    private static List<DaeFieldPoint> Read(FinishedAutoencoder run)
    {
        string path = Path.Combine(run.Stored.Folder, DaeNetworkRun.FieldFile);
        using FileStream stream = File.OpenRead(path);
        return CsvFile.Read<DaeFieldPoint>(stream, path);
    }

    private static DaeFieldPoint[] Scores(GaussianMixture density, DaeFieldPoint[] points)
    {
        double[] coordinates = [.. points.SelectMany(point => (double[])[point.X1, point.X2])];
        var scores = new double[coordinates.Length];
        density.Score(coordinates, scores);
        return [.. DaeScoreField.Points(coordinates, scores)];
    }

    private static double Length(DaeFieldPoint arrow) => Math.Sqrt((arrow.S1 * arrow.S1) + (arrow.S2 * arrow.S2));

    private static void AddFrame(Plot plot, string title, double left, double size)
    {
        Rectangle frame = plot.Add.Rectangle(left, left + size, 0, size);
        frame.FillColor = Colors.Transparent;
        frame.LineColor = Colors.Black.WithAlpha(.35);
        frame.LineWidth = 1;
        Text label = plot.Add.Text(title, left + (0.5 * size), 1.02 * size);
        label.LabelFontName = EmbeddedFont.Name;
        label.LabelFontSize = 14;
        label.LabelAlignment = Alignment.LowerCenter;
    }

    private static void AddArrow(Plot plot, DaeFieldPoint arrow, double x, double y, double scale, double longest)
    {
        const float Head = 5;
        double length = Length(arrow);
        if (!(length > 0))
            return;
        double factor = Math.Min(scale, longest / length);
        Arrow drawn = plot.Add.Arrow(
            new Coordinates(arrow.X1 + x, arrow.X2 + y),
            new Coordinates(arrow.X1 + x + (factor * arrow.S1), arrow.X2 + y + (factor * arrow.S2)));
        drawn.ArrowFillColor = SeriesStyle.Of(factor < scale ? 1 : 0).Color;
        drawn.ArrowLineWidth = 0;
        drawn.ArrowWidth = 1.2f;
        float head = Head * (float)Math.Min(1, 1.5 * factor * length / longest);
        (drawn.ArrowheadWidth, drawn.ArrowheadLength, drawn.ArrowheadAxisLength) = (head, head, head);
    }
}
