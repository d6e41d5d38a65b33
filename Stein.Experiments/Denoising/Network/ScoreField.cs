using CsvHelper;
using Stein.Engine.Targets;
using Stein.Experiments.Files;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising.Network;

/// <summary>A score at a point of the plane.</summary>
[CsvRecord]
internal sealed partial record FieldPoint(
    [CsvColumn("x1")] double X1, [CsvColumn("x2")] double X2, [CsvColumn("s1")] double S1, [CsvColumn("s2")] double S2)
{
    public double Length => Math.Sqrt((S1 * S1) + (S2 * S2));

    /// <summary>Points and scores (N×2 each) as rows.</summary>
    public static IEnumerable<FieldPoint> Of(double[] points, double[] scores)
        => points.Chunk(2).Zip(scores.Chunk(2), (point, score) => new FieldPoint(point[0], point[1], score[0], score[1]));
}

/// <summary>The score of an auto-encoder on a square grid over the training samples: the file that a run leaves, and its figure.</summary>
internal static class ScoreField
{
    private const string FileName = "field.csv";

    /// <summary>Points in a row.</summary>
    private const int Across = 21;

    /// <summary>From one panel to the next, in panels.</summary>
    private const double Spacing = 1.06;

    /// <summary>The longest arrow, in steps of the grid.</summary>
    private const double Longest = 0.95;

    /// <summary>The share of the arrows of the smoothed density that are drawn to scale; the longer ones have the longest length.</summary>
    private const double ToScale = 0.8;

    /// <summary>How small the smoothed density may get where arrows are drawn, as a share of its largest value.</summary>
    private const double MinDensity = 1e-3;

    /// <summary>The grid (441×2, row-major): the smallest square about the middle of the samples (N×2) that holds them.</summary>
    public static double[] Grid(ReadOnlySpan<double> samples)
    {
        Span<double> low = [double.PositiveInfinity, double.PositiveInfinity];
        Span<double> high = [double.NegativeInfinity, double.NegativeInfinity];
        for (int i = 0; i < samples.Length; i++)
        {
            low[i % 2] = Math.Min(low[i % 2], samples[i]);
            high[i % 2] = Math.Max(high[i % 2], samples[i]);
        }

        double reach = 0.5 * Math.Max(high[0] - low[0], high[1] - low[1]);
        var points = new double[2 * Across * Across];
        for (int i = 0; i < Across * Across; i++)
        {
            points[2 * i] = (0.5 * (low[0] + high[0])) + (reach * Place(i % Across));
            points[(2 * i) + 1] = (0.5 * (low[1] + high[1])) + (reach * Place(i / Across));
        }

        return points;

        static double Place(int index) => (2.0 * index / (Across - 1)) - 1;
    }

    /// <summary>The scores (N×2) at the points of the grid as a file.</summary>
    public static RunFile ToFile(double[] grid, double[] scores)
        => new(FileName, stream => CsvFile.Write(stream, FieldPoint.Of(grid, scores)));

    /// <summary>
    /// Arrows of three scores side by side, of the density, of the smoothed density, and of an auto-encoder, wherever the smoothed
    /// density is more than a thousandth of its largest value on the grid: the auto-encoder saw next to nothing elsewhere.
    /// </summary>
    /// <exception cref="InvalidDataException">The run's field cannot be read.</exception>
    public static Figure Draw(string name, string caption, StoredRun<DaeNetworkSettings> run)
    {
        DaeNetworkSettings config = run.Config;
        GaussianMixture smoothed = config.Density.Smoothed(config.Sigma);
        List<FieldPoint> grid = Read(Path.Combine(run.Folder, FileName));
        double[] logarithms = [.. grid.Select(point => smoothed.LogDensity([point.X1, point.X2]))];
        double min = logarithms.Max() + Math.Log(MinDensity);
        FieldPoint[] shown = [.. grid.Where((_, index) => logarithms[index] > min)];
        FieldPoint[] exact = Scores(smoothed, shown);
        double step = (grid[^1].X1 - grid[0].X1) / (Across - 1);
        double[] lengths = [.. exact.Select(point => point.Length).Order()];
        double reference = lengths[(int)(ToScale * (lengths.Length - 1))];
        double size = (Across + 1) * step;
        string sigma = NumberText.Tick(config.Sigma);
        string toScale = FormattableString.Invariant($"score, up to {reference:G3} ({config.Data}, seed {config.Seed})");
        double margin = 0.03 * size;
        return new Figure(
            name,
            caption,
            new Axis("") { Limits = (-margin, (2 * Spacing * size) + size + margin) },
            new Axis("") { Limits = (-margin, (1.12 * size) + margin) },
            [
                .. Panel(0, "density", Scores(config.Density, shown)),
                .. Panel(1, $"density smoothed with σ = {sigma}", exact),
                .. Panel(2, $"auto-encoder, σ = {sigma}", shown),
            ])
        {
            IsFrameless = true,
            IsRasterOnly = true,
        };

        IEnumerable<Layer> Panel(int index, string title, FieldPoint[] arrows)
        {
            double left = index * Spacing * size;
            (double x, double y) = (left + step - grid[0].X1, step - grid[0].X2);
            return
            [
                new PanelFrame(title, new Box(left, left + size, 0, size)),
                .. Arrows.Field(
                    toScale,
                    "longer, not to scale",
                    arrows.Select(arrow => (arrow.X1 + x, arrow.X2 + y, arrow.S1, arrow.S2)),
                    Longest * step / reference,
                    Longest * step,
                    head: 5),
            ];
        }
    }

    private static List<FieldPoint> Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return CsvFile.Read<FieldPoint>(stream, path);
    }

    private static FieldPoint[] Scores(GaussianMixture density, FieldPoint[] points)
    {
        double[] coordinates = [.. points.SelectMany(point => (double[])[point.X1, point.X2])];
        var scores = new double[coordinates.Length];
        density.Score(coordinates, scores);
        return [.. FieldPoint.Of(coordinates, scores)];
    }
}
