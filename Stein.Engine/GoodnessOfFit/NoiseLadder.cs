using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// Samples with noise, compared with the model with the same noise: <c>KSD²(q * N(0, σ²I), p * N(0, σ²I))</c> for some σ. Where modes are
/// apart, the score of p hardly depends on their weights; that of p with noise as wide as their distance does (Wenliang and Kanagawa,
/// "Blindness of score-based methods to isolated components and mixing proportions", arXiv 2008.10087).
/// </summary>
internal static class NoiseLadder
{
    private const int MaxRungs = 8;

    /// <summary>
    /// The standard deviations σ: the smallest width of a component, and twice as much until it is as large as half the largest distance
    /// between means; eight at most, of which the first are left out.
    /// </summary>
    public static double[] Rungs(GaussianMixture density)
    {
        double smallest = double.PositiveInfinity, largest = 0;
        for (int k = 0; k < density.Components; k++)
        {
            double[] covariance = density.Covariances[k].ToArray();
            double trace = Enumerable.Range(0, density.Dimension).Sum(d => covariance[(d * density.Dimension) + d]);
            smallest = Math.Min(smallest, Math.Sqrt(trace / density.Dimension));
            for (int l = 0; l < k; l++)
                largest = Math.Max(largest, Distance(density.Mean(k), density.Mean(l)));
        }

        var rungs = new List<double> { smallest };
        while (rungs[^1] < largest / 2)
            rungs.Add(2 * rungs[^1]);
        return [.. rungs.TakeLast(MaxRungs)];
    }

    /// <summary>The samples with noise of each σ, all from the same normal numbers; the bandwidth of each is the median distance.</summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="kernel">The name of the kernel.</param>
    /// <param name="seed">Of the noise.</param>
    public static SteinView[] Views(ISmoothableDensity density, double[] samples, IReadOnlyList<double> rungs, string kernel, uint seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.SmoothingNoise);
        double[] noise = Array.ConvertAll(samples, _ => stream.NextNormal());
        return
        [
            .. rungs.Select(sigma =>
            {
                double[] noisy = [.. samples.Zip(noise, (sample, normal) => sample + (sigma * normal))];
                var scores = new double[noisy.Length];
                density.Smoothed(sigma).Score(noisy, scores);
                return new SteinView(
                    noisy, scores, density.Dimension, new SteinKernel(kernel, MedianDistance.Of(noisy, density.Dimension)));
            }),
        ];
    }

    private static double Distance(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        double square = 0;
        for (int d = 0; d < one.Length; d++)
            square += (one[d] - other[d]) * (one[d] - other[d]);
        return Math.Sqrt(square);
    }
}
