using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Thinning;
using Xunit;

namespace Stein.Engine.Tests.Thinning;

/// <summary>
/// The blobs benchmark of coreax (gchq/coreax, 2026): 1 024 points of ten Gaussians in the plane as scikit-learn draws them, five seeds,
/// a Gaussian kernel with the median rule, and the score of a kernel density with Scott's rule.
/// </summary>
public class BlobsTests(ITestOutputHelper output)
{
    private const int Count = 1024;
    private static readonly uint[] Seeds = [42, 45, 46, 47, 48];

    private static readonly Dictionary<uint, (double[] Points, double[] Scores)> Problems = Seeds.ToDictionary(seed => seed, seed =>
    {
        double[] points = Points(seed);
        return (points, Scores(points));
    });

    /// <summary>The published means of five seeds: the KSD and the MMD of random points, and the KSD of Stein thinning.</summary>
    [Theory]
    [InlineData(25, 0.0881, 0.111, 0.0852)]
    [InlineData(50, 0.0799, 0.105, 0.0551)]
    [InlineData(100, 0.0618, 0.055, 0.0359)]
    [InlineData(200, 0.058, 0.0415, 0.0244)]
    public void Thinned_points_are_closer_than_published_and_keep_the_weights_of_modes(
        int size, double publishedRandomKsd, double publishedRandomMmd, double publishedKsd)
    {
        (double Ksd, double Mmd)[] random = [.. Seeds.Select(seed => Random(seed, size))];
        (double Ksd, double Mmd)[] plain = [.. Seeds.Select(seed => Thinned(seed, size, 0))];
        (double Ksd, double Mmd)[] drawn = [.. Seeds.Select(seed => Thinned(seed, size, 1))];
        output.WriteLine(
            $"{size}: random {Text(random)} ({publishedRandomKsd} {publishedRandomMmd}), thinned {Text(plain)} ({publishedKsd}), "
            + $"with weight 1 {Text(drawn)}");

        // The published numbers are from one random set per seed, these from twenty.
        Assert.InRange(random.Average(set => set.Ksd), 0.85 * publishedRandomKsd, 1.15 * publishedRandomKsd);
        Assert.InRange(random.Average(set => set.Mmd), 0.7 * publishedRandomMmd, 1.3 * publishedRandomMmd);
        Assert.InRange(plain.Average(set => set.Ksd), 0, publishedKsd);
        Assert.InRange(drawn.Average(set => set.Ksd), 0, publishedKsd);
        Assert.InRange(drawn.Average(set => set.Mmd), 0, 0.9 * random.Average(set => set.Mmd));
        if (size == 200)
            Assert.True(plain.Average(set => set.Mmd) > random.Average(set => set.Mmd), "the published method keeps the weights");

        static string Text((double Ksd, double Mmd)[] sets) => $"{sets.Average(set => set.Ksd):F4} {sets.Average(set => set.Mmd):F4}";
    }

    private static (double Ksd, double Mmd) Thinned(uint seed, int size, double weight)
    {
        SteinThinning thinning = Thinning(seed, weight);
        return Distances(thinning, [.. thinning.Select(size).Rows]);
    }

    private static (double Ksd, double Mmd) Random(uint seed, int size)
    {
        SteinThinning thinning = Thinning(seed, 0);
        (double Ksd, double Mmd)[] sets =
        [
            .. Enumerable.Range(0, 20).Select(draw =>
            {
                int[] rows = [.. Enumerable.Range(0, Count)];
                new PhiloxStream(seed, StreamPurpose.Resampling, (uint)draw).Shuffle(rows);
                return Distances(thinning, rows[..size]);
            }),
        ];
        return (sets.Average(set => set.Ksd), sets.Average(set => set.Mmd));
    }

    private static (double Ksd, double Mmd) Distances(SteinThinning thinning, int[] rows)
        => (thinning.Discrepancy(rows), thinning.Embed([.. Enumerable.Range(0, Count)]).Discrepancy(rows));

    private static SteinThinning Thinning(uint seed, double weight)
    {
        (double[] points, double[] scores) = Problems[seed];
        return new(
            points,
            scores,
            2,
            new()
            {
                Kernel = GaussianKernel.Name,
                Preconditioner = PreconditionerRule.Median,
                IsStandardised = false,
                MmdWeight = weight,
            });
    }

    /// <summary>The numbers of sklearn.datasets.make_blobs(1024, centers=10, random_state=seed), before they are shuffled.</summary>
    private static double[] Points(uint seed)
    {
        const int Centres = 10;
        var random = new NumpyLegacyRandom(seed);
        double[] centres = [.. Enumerable.Range(0, 2 * Centres).Select(_ => (20 * random.NextUniform()) - 10)];
        var points = new List<double>();
        for (int centre = 0; centre < Centres; centre++)
        {
            int size = (Count / Centres) + (centre < Count % Centres ? 1 : 0);
            for (int i = 0; i < 2 * size; i++)
                points.Add(centres[(2 * centre) + (i % 2)] + random.NextNormal());
        }

        return [.. points];
    }

    /// <summary>Of the kernel density whose covariance is that of the points times N^(−1/3), as SciPy has it in the plane.</summary>
    private static double[] Scores(double[] points)
    {
        double meanX = 0, meanY = 0, xx = 0, xy = 0, yy = 0;
        for (int i = 0; i < Count; i++)
            (meanX, meanY) = (meanX + (points[2 * i] / Count), meanY + (points[(2 * i) + 1] / Count));
        for (int i = 0; i < Count; i++)
        {
            (double x, double y) = (points[2 * i] - meanX, points[(2 * i) + 1] - meanY);
            (xx, xy, yy) = (xx + (x * x), xy + (x * y), yy + (y * y));
        }

        // The inverse of a matrix of two rows.
        double factor = (Count - 1) * Math.Pow(Count, 1.0 / 3) / ((xx * yy) - (xy * xy));
        double[] scores = new double[2 * Count];
        for (int i = 0; i < Count; i++)
        {
            double total = 0, sumX = 0, sumY = 0;
            for (int j = 0; j < Count; j++)
            {
                (double x, double y) = (points[2 * j] - points[2 * i], points[(2 * j) + 1] - points[(2 * i) + 1]);
                double imageX = factor * ((yy * x) - (xy * y)), imageY = factor * ((xx * y) - (xy * x));
                double weight = Math.Exp(-0.5 * ((x * imageX) + (y * imageY)));
                total += weight;
                sumX += weight * imageX;
                sumY += weight * imageY;
            }

            (scores[2 * i], scores[(2 * i) + 1]) = (sumX / total, sumY / total);
        }

        return scores;
    }
}
