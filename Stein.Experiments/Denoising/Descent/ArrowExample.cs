using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>The first run of a cell, with its samples and the fields of scores at several times.</summary>
/// <param name="Samples">The samples of the run.</param>
/// <param name="Arrows">The scores at all times that the run kept.</param>
internal sealed record ArrowExample(DescentCell Cell, IReadOnlyList<SamplePoint> Samples, IReadOnlyList<ArrowPoint> Arrows)
{
    private const int PanelsAcross = 3;

    /// <summary>The distance from one panel to the next, in panels.</summary>
    private const double Spacing = 1.12;

    /// <summary>The length of the longest arrow, in spacings of the grid.</summary>
    private const double Longest = 0.95;

    /// <summary>The share of the arrows at the stopping time that are drawn to scale; longer ones are shortened.</summary>
    private const double ToScale = 0.75;

    /// <summary>The size of the head of the longest arrow.</summary>
    private const float Head = 4.5f;

    public FinishedDescent Run => Cell.Runs[0];

    /// <exception cref="InvalidDataException">A file of the run is damaged.</exception>
    public static ArrowExample Of(DescentCell cell) => new(
        cell,
        FinishedDescent.Read<SamplePoint>(cell.Runs[0].Stored, FunctionalDescent.SamplesFile),
        FinishedDescent.Read<ArrowPoint>(cell.Runs[0].Stored, FunctionalDescent.ArrowsFile));

    /// <summary>Panels, each with the samples and the arrows of a field of scores: the density's own, then those of the descent.</summary>
    /// <param name="setting">What the caption says about the runs.</param>
    public Figure Draw(string setting)
    {
        Panel[] panels = [.. Panels()];
        ArrowPoint[] grid = panels[0].Arrows;
        (double left, double bottom, double width) = (grid[0].X1, grid[0].X2, grid[^1].X1 - grid[0].X1);
        double step = width / (ArrowGrid.Across - 1);
        double size = width + (2 * step);
        double reference = ReferenceLength();
        int across = Math.Min(PanelsAcross, panels.Length);
        int rows = (panels.Length + PanelsAcross - 1) / PanelsAcross;
        return new Figure(
            $"arrows_{Cell.Name}",
            "Samples, with the score on a grid over them as arrows. All panels have one scale; arrows that would be too long are shortened "
                + $"and have another colour. The numbers are in arrows.csv. {setting}",
            new Axis("") { Limits = (-0.03 * size, ((across - 1) * Spacing * size) + (1.03 * size)) },
            new Axis("") { Limits = (-0.03 * size, ((rows - 1) * Spacing * size) + (1.12 * size)) },
            [.. panels.SelectMany(Layers)])
        {
            IsFrameless = true,
            IsRasterOnly = true,
        };

        IEnumerable<Layer> Layers(Panel panel, int index)
        {
            double x = index % PanelsAcross * Spacing * size;
            double y = (rows - 1 - (index / PanelsAcross)) * Spacing * size;
            (double dx, double dy) = (x - left + step, y - bottom + step);
            return
            [
                new PanelFrame(panel.Title, new Box(x, x + size, y, y + size)) { FontSize = 12 },
                new Series(
                    $"samples ({Cell.Config.Title}, seed {Cell.Config.Seed})",
                    SeriesStyle.Of(4) with { Marker = SeriesStyle.Of(0).Marker },
                    [.. Samples.Select(sample => new Point(sample.X1 + dx, sample.X2 + dy))])
                {
                    HasLine = false,
                    MarkerSize = 3,
                    LegendRank = 1,
                },
                .. Reports.Arrows.Field(
                    $"score, up to {SignificantText.Number(reference)}",
                    "longer, not to scale",
                    panel.Arrows.Select(arrow => (arrow.X1 + dx, arrow.X2 + dy, panel.Score(arrow).X, panel.Score(arrow).Y)),
                    Longest * step / reference,
                    Longest * step,
                    Head),
            ];
        }
    }

    /// <summary>The density's score, t = 1, the stopping time, 100, 1000 and the last, as far as they are there.</summary>
    private IEnumerable<Panel> Panels()
    {
        ILookup<int, ArrowPoint> byTime = Arrows.ToLookup(arrow => arrow.Time);
        int last = Arrows.Max(arrow => arrow.Time);
        if (Cell.HasTruth)
            yield return new("score of the density", arrow => (arrow.True1, arrow.True2), [.. byTime[last]]);
        foreach (int time in new[] { 1, Run.Stopped.Time, 100, 1000, last }.Distinct().Where(byTime.Contains).Order())
        {
            string title = $"t = {time}" + (time == Run.Stopped.Time ? ", stopped by held-out loss" : "");
            yield return new(title, arrow => (arrow.S1, arrow.S2), [.. byTime[time]]);
        }
    }

    /// <summary>The length below which <see cref="ToScale"/> of the arrows at the stopping time are: one scale for all panels.</summary>
    private double ReferenceLength()
    {
        double[] lengths =
        [
            .. from arrow in Arrows
               where arrow.Time == Math.Max(Run.Stopped.Time, 1)
               let length = Math.Sqrt((arrow.S1 * arrow.S1) + (arrow.S2 * arrow.S2))
               orderby length
               select length,
        ];
        double reference = lengths[(int)(ToScale * (lengths.Length - 1))];
        return reference > 0 ? reference : 1;
    }

    private sealed record Panel(string Title, Func<ArrowPoint, (double X, double Y)> Score, ArrowPoint[] Arrows);
}
