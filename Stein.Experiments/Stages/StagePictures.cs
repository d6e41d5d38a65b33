using Stein.Engine.Samplers;
using Stein.Experiments.Reports;
using Stein.Experiments.Samples;

namespace Stein.Experiments.Stages;

/// <summary>Samples in the plane: a column for each window in which the score is wrong, a row for each sampler.</summary>
internal static class StagePictures
{
    /// <summary>The samples of the first draw, in the folder of a run.</summary>
    public const string SamplesFile = "samples.csv";

    /// <summary>Samples that are drawn.</summary>
    private const int Drawn = 250;

    /// <summary>A panel shows the plane from −6.5 to 6.5 and from −0.6 to 0.6 in its width 1 and height 0.9.</summary>
    private const double HalfWidth = 6.5, HalfHeight = 0.6, Height = 0.9;

    private const double AcrossSpacing = 1.08, DownSpacing = 1.08;

    public static bool AreOf(ScoreStagesSettings config)
        => config is { Dimension: 2, Size: 0 } or { Dimension: 2, Error: StageError.Field, Size: StageCell.PlainSize };

    public static IEnumerable<Figure> Draw(IReadOnlyList<StageCell> cells)
    {
        StageCell[] own = [.. cells.Where(cell => AreOf(cell.Config))];
        if (own.Length == 0)
            yield break;
        string[] samplers = [.. NoiseLevelSampler.Names.Where(name => own.Any(cell => cell.Config.Sampler == name))];
        yield return new Figure(
            "samples",
            $"{Drawn} samples at D = 2 without an error and with a field of half the size of the score in one window of noise; a row for "
                + "each sampler. Ellipses are two standard deviations about the modes, of weights 0.8 and 0.2. The vertical axis is "
                + $"stretched {(Height / HalfHeight) / (1 / HalfWidth):0.#} times; samples beyond a panel are not drawn.",
            new(""),
            new(""),
            [.. own.SelectMany(cell => Panel(cell, Array.IndexOf(samplers, cell.Config.Sampler)))])
        {
            IsFrameless = true,
        };
    }

    private static IEnumerable<Layer> Panel(StageCell cell, int row)
    {
        int column = cell.Config.Size == 0 ? 0 : cell.Config.Window;
        double x = column * AcrossSpacing, y = -row * DownSpacing;
        double[] samples = SampleTable.Read(Path.Combine(cell.Folder, SamplesFile)).Values;
        return
        [
            .. ((double[])[-StageMixture.Separation, StageMixture.Separation]).Select(mode => new Series(
                "",
                SeriesStyle.Outline,
                [.. Enumerable.Range(0, 41).Select(step => 2 * Math.PI * step / 40).Select(angle => Place(
                    mode + (2 * Math.Sqrt(StageMixture.Variance) * Math.Cos(angle)),
                    2 * Math.Sqrt(StageMixture.ThinVariance) * Math.Sin(angle)))])
            {
                HasMarkers = false,
                LineWidth = 1,
            }),
            new Series(
                "",
                SeriesStyle.Of(0),
                [
                    .. from sample in samples.Chunk(2).Take(Drawn)
                       where Math.Abs(sample[0]) < HalfWidth && Math.Abs(sample[1]) < HalfHeight
                       select Place(sample[0], sample[1]),
                ])
            {
                HasLine = false,
                MarkerSize = 2,
            },
            new PanelFrame(
                cell.Config.Size == 0 ? cell.Config.Sampler.Replace('-', ' ') : row == 0 ? cell.Config.WindowText() : "",
                new Box(x - 0.5, x + 0.5, y - (Height / 2), y + (Height / 2)))
            {
                FontSize = 10,
            },
        ];

        Point Place(double first, double second) => new(x + (first / (2 * HalfWidth)), y + (second * Height / (2 * HalfHeight)));
    }
}
