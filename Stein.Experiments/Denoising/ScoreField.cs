using Stein.Engine.Targets;
using Stein.Experiments.Reports;

namespace Stein.Experiments.Denoising;

/// <summary>Scores of a density at points, and scores on a grid in the plane as arrows.</summary>
internal static class ScoreField
{
    /// <summary>The distance from one panel to the next, in panels.</summary>
    private const double Spacing = 1.12;

    /// <summary>The space about the panels, in panels.</summary>
    private const double Margin = 0.03;

    /// <summary>The length of the longest arrow, in spacings of the grid.</summary>
    private const double Longest = 0.95;

    private const int PanelsAcross = 3;

    /// <summary>The scores of a density at points (N×D, row-major).</summary>
    public static double[] ScoresAt(this GaussianMixture density, double[] points)
    {
        var scores = new double[points.Length];
        density.Score(points, scores);
        return scores;
    }

    /// <summary>
    /// A square grid of points (row-major) about the middle of samples in the plane (N×2). It reaches beyond them by a share
    /// <paramref name="margin"/> of their extent.
    /// </summary>
    public static double[] Grid(double[] samples, int across, double margin = 0)
    {
        double[] xs = [.. samples.Where((_, index) => index % 2 == 0)];
        double[] ys = [.. samples.Where((_, index) => index % 2 == 1)];
        (double x, double y) = (0.5 * (xs.Min() + xs.Max()), 0.5 * (ys.Min() + ys.Max()));
        double reach = (1 + margin) * 0.5 * Math.Max(xs.Max() - xs.Min(), ys.Max() - ys.Min());
        var points = new double[2 * across * across];
        for (int i = 0; i < across * across; i++)
        {
            points[2 * i] = x + (reach * Place(i % across));
            points[(2 * i) + 1] = y + (reach * Place(i / across));
        }

        return points;

        double Place(int index) => (2.0 * index / (across - 1)) - 1;
    }

    /// <summary>Panels with arrows, each over the same square of the plane; all have one scale.</summary>
    /// <param name="about">What the legend adds to the length of the longest arrow to scale; may be empty.</param>
    /// <param name="grid">All points of the grid; the arrows of the panels are at some of them.</param>
    /// <param name="reference">The score that the longest arrow to scale has; those of larger ones are shortened to it.</param>
    /// <param name="panels">From left to right, three in a row.</param>
    /// <param name="samples">Points that every panel has under its arrows.</param>
    public static Figure Draw(
        string name,
        string caption,
        string about,
        IReadOnlyList<FieldPoint> grid,
        double reference,
        IReadOnlyList<(string Title, IEnumerable<FieldPoint> Arrows)> panels,
        Series? samples = null)
    {
        double width = grid[^1].X1 - grid[0].X1;
        double step = width / (Math.Sqrt(grid.Count) - 1);
        double size = width + (2 * step);
        int rows = (panels.Count + PanelsAcross - 1) / PanelsAcross;
        double right = ((Math.Min(PanelsAcross, panels.Count) - 1) * Spacing) + 1;
        // The title of a panel takes the space above it that lies between two panels.
        double top = rows * Spacing;
        return new Figure(
            name,
            caption,
            new Axis("") { Limits = (-Margin * size, (right + Margin) * size) },
            new Axis("") { Limits = (-Margin * size, (top + Margin) * size) },
            [.. panels.SelectMany(Panel)])
        {
            IsFrameless = true,
            IsRasterOnly = true,
        };

        IEnumerable<Layer> Panel((string Title, IEnumerable<FieldPoint> Arrows) panel, int index)
        {
            double left = index % PanelsAcross * Spacing * size;
            double bottom = (rows - 1 - (index / PanelsAcross)) * Spacing * size;
            (double dx, double dy) = (left + step - grid[0].X1, bottom + step - grid[0].X2);
            return
            [
                new PanelFrame(panel.Title, new Box(left, left + size, bottom, bottom + size)) { FontSize = 12 },
                .. samples is null
                    ? (Layer[])[]
                    : [samples with { Points = [.. samples.Points.Select(point => new Point(point.X + dx, point.Y + dy))] }],
                .. Arrows.Field(
                    $"score, up to {SignificantText.Number(reference)}{about}",
                    "longer, not to scale",
                    panel.Arrows.Select(arrow => (arrow.X1 + dx, arrow.X2 + dy, arrow.S1, arrow.S2)),
                    Longest * step / reference,
                    Longest * step,
                    head: 4.5f),
            ];
        }
    }
}

/// <summary>The score (s₁, s₂) at a point (x₁, x₂) of the plane.</summary>
internal sealed record FieldPoint(double X1, double X2, double S1, double S2)
{
    /// <summary>Points and scores (N×2 each) as rows.</summary>
    public static IEnumerable<FieldPoint> Of(double[] points, double[] scores)
        => points.Chunk(2).Zip(scores.Chunk(2), (point, score) => new FieldPoint(point[0], point[1], score[0], score[1]));

    /// <summary>The length below which a share of the scores is, the scale of a figure; 1 where all are 0.</summary>
    public static double Quantile(IEnumerable<FieldPoint> field, double share)
    {
        double[] lengths = [.. field.Select(point => Math.Sqrt((point.S1 * point.S1) + (point.S2 * point.S2))).Order()];
        double quantile = lengths[(int)(share * (lengths.Length - 1))];
        return quantile > 0 ? quantile : 1;
    }
}
