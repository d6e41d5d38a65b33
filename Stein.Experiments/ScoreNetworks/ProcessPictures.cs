using Stein.Engine.Random;
using Stein.Engine.Samplers;
using Stein.Engine.Targets;
using Stein.Experiments.Reports;
using Stein.Experiments.Runs;

namespace Stein.Experiments.ScoreNetworks;

/// <summary>
/// The lecture's picture: a column for each of six levels of noise, and in it the data with noise, the exact scores, the learned ones, and
/// samples on their way.
/// </summary>
internal static class ProcessPictures
{
    private const int D = PlanarDensity.Dimension;

    /// <summary>Points along each side of the grid of arrows.</summary>
    private const int Side = 13;

    /// <summary>Samples of a panel.</summary>
    private const int Drawn = 300;

    /// <summary>The distance from one panel to the next, in panels.</summary>
    private const double Spacing = 1.06, RowSpacing = 1.06;

    /// <summary>The length of σ times a score that is drawn from one point of the grid to the next.</summary>
    private const double Longest = 2;

    private const string FileName = "process.csv", Field = "score", Way = "sample";

    /// <summary>The learned scores on a grid, and samples of the reverse diffusion, at the levels that are drawn.</summary>
    public static RunFile FileOf(ScoreNetworkSettings settings, NoisyScore score)
        => new(FileName, DataTable.FromRecords("", Fields(settings, score).Concat(Samples(settings, score))).WriteCsv);

    /// <summary>The picture of a run.</summary>
    public static Figure Draw(string name, StoredRun<ScoreNetworkSettings> run)
    {
        ScoreNetworkSettings settings = run.Config;
        GaussianMixture density = PlanarDensity.Find(settings.Data);
        ILookup<(string, double), ProcessPoint> points = DataTable.ReadRecords<ProcessPoint>(Path.Combine(run.Folder, FileName))
            .ToLookup(point => (point.Kind, point.Sigma));
        return new(
            name,
            "From left to right, data with more and more noise σ; samples are made from right to left, by the reverse diffusion. First "
                + "row: data with noise. Second: σ times the exact scores. Third: the same of the network. Fourth: samples on their way. "
                + "Arrows of another colour are shortened. Panels show more of the plane where there is more noise. "
                + $"{settings.Data}, {settings.Loss} loss, {settings.Iterations} steps with {settings.TrainingSamples} samples, seed "
                + $"{settings.Seed}.",
            new(""),
            new(""),
            [.. Levels(settings).SelectMany(Column)])
        {
            IsFrameless = true,
            IsRasterOnly = true,
        };

        IEnumerable<Layer> Column(double sigma, int column)
        {
            double half = HalfWidth(settings, sigma);
            GaussianMixture smoothed = density.Smoothed(sigma);
            ProcessPoint[] field = [.. points[(Field, sigma)]];
            double[] exact = new double[field.Length * D];
            smoothed.Score([.. field.SelectMany(point => (double[])[point.X1, point.X2])], exact);
            double[] data = smoothed.Sample(new PhiloxStream(settings.Seed, StreamPurpose.SmoothingNoise), Drawn);
            return
            [
                .. Dots(0, $"σ = {SignificantText.Number(sigma)}", data),
                .. Arrowed(1, "", field.Select((point, i) => point with { S1 = exact[D * i], S2 = exact[(D * i) + 1] })),
                .. Arrowed(2, "", field),
                .. Dots(3, "", [.. points[(Way, sigma)].SelectMany(point => (double[])[point.X1, point.X2])]),
            ];

            IEnumerable<Layer> Dots(int row, string title, double[] samples) =>
            [
                new Series(
                    "",
                    SeriesStyle.Of(0),
                    [
                        .. from sample in samples.Chunk(D)
                           where sample.All(x => Math.Abs(x) < half)
                           select new Point(X(sample[0]), Y(row, sample[1])),
                    ])
                {
                    HasLine = false,
                    MarkerSize = 2,
                },
                Frame(row, title),
            ];

            IEnumerable<Layer> Arrowed(int row, string title, IEnumerable<ProcessPoint> arrows)
            {
                const double Step = 0.95 / Side;
                return
                [
                    .. Arrows.Field(
                        $"σ times the score, up to {Longest}",
                        "longer, not to scale",
                        arrows.Select(arrow => (X(arrow.X1), Y(row, arrow.X2), sigma * arrow.S1, sigma * arrow.S2)),
                        Step / Longest,
                        Step,
                        head: 2.5f),
                    Frame(row, title),
                ];
            }

            PanelFrame Frame(int row, string title)
                => new(title, new Box(X(-half), X(half), Y(row, -half), Y(row, half))) { FontSize = 10 };

            double X(double value) => (column * Spacing) + (value / (2 * half));

            double Y(int row, double value) => (-row * RowSpacing) + (value / (2 * half));
        }
    }

    /// <summary>The levels of the columns, the least noise first.</summary>
    private static IReadOnlyList<double> Levels(ScoreNetworkSettings settings)
    {
        double[] levels = settings.TestLevels();
        return [.. ((int[])[9, 7, 6, 5, 4, 2]).Select(level => levels[level])];
    }

    /// <summary>Half the width of a panel: what has nearly all data with noise.</summary>
    private static double HalfWidth(ScoreNetworkSettings settings, double sigma)
    {
        double reach = PlanarDensity.Find(settings.Data).Sample(new(settings.Seed, StreamPurpose.SmoothingNoise), Drawn).Max(Math.Abs);
        return Math.Sqrt((1.2 * reach * reach) + (2.2 * 2.2 * sigma * sigma));
    }

    private static IEnumerable<ProcessPoint> Fields(ScoreNetworkSettings settings, NoisyScore score)
    {
        foreach (double sigma in Levels(settings))
        {
            double half = HalfWidth(settings, sigma);
            double[] line = [.. Enumerable.Range(0, Side).Select(place => half * (((2.0 * place) + 1 - Side) / Side))];
            double[] grid = [.. from y in line from x in line from coordinate in (double[])[x, y] select coordinate];
            var scores = new double[grid.Length];
            score(grid, sigma, scores);
            for (int i = 0; i < grid.Length; i += D)
                yield return new(Field, sigma, grid[i], grid[i + 1], scores[i], scores[i + 1]);
        }
    }

    /// <summary>Samples where the reverse diffusion first has no more noise than a level.</summary>
    private static List<ProcessPoint> Samples(ScoreNetworkSettings settings, NoisyScore score)
    {
        var stream = new PhiloxStream(settings.Seed, StreamPurpose.Langevin, 1);
        double[] positions = [.. Enumerable.Range(0, Drawn * D).Select(_ => settings.FirstSigma * stream.NextNormal())];
        var levels = new Stack<double>(Levels(settings));
        var passed = new List<ProcessPoint>();
        NoiseLevelSampler.Move(
            NoiseLevelSampler.Diffusion, Watched, (settings.FirstSigma, settings.LastSigma), settings.Steps, positions, stream);
        return passed;

        void Watched(double[] points, double sigma, double[] scores)
        {
            score(points, sigma, scores);
            while (levels.TryPeek(out double level) && sigma <= level * (1 + 1e-9))
            {
                levels.Pop();
                passed.AddRange(points.Chunk(D).Select(point => new ProcessPoint(Way, level, point[0], point[1], double.NaN, double.NaN)));
            }
        }
    }
}

/// <summary>A point of the plane at a level of noise: of the grid, with the learned score there, or a sample on its way.</summary>
internal sealed record ProcessPoint(string Kind, double Sigma, double X1, double X2, double S1, double S2);
