using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Descent;

/// <summary>
/// A bandwidth from the samples alone: of h² = 2m, m, m/2, …, m/64, with m the median squared distance, the one whose best ridge has the
/// least score-matching loss at samples held out. In the plane the median itself is far too wide for rings and moons.
/// </summary>
internal static class BandwidthChoice
{
    /// <summary>
    /// The number of samples, evenly spaced among all, that decide where there are more: 88 Cholesky factors of 400 rows take a second.
    /// </summary>
    private const int MaxSamples = 500;

    private const int Candidates = 8;

    /// <summary>h.</summary>
    /// <param name="device">In double precision.</param>
    /// <param name="samples">N×2, row-major.</param>
    /// <param name="kernel">A name of <see cref="Stein.Engine.Kernels.RadialKernels"/>.</param>
    /// <param name="seed">Decides which samples are held out.</param>
    /// <exception cref="ScoreEstimationException">All samples are the same, or nearly.</exception>
    public static double Of(Device device, double[] samples, string kernel, uint seed)
    {
        double[] chosen = Thinned(samples);
        ScoreEstimator estimator = ScoreEstimators.Find("stein");
        var settings = new ScoreEstimatorSettings { Kernel = kernel };
        double median = estimator.Fit(device, chosen, PlanarDensity.Dimension, settings).Bandwidth;
        return Enumerable.Range(0, Candidates).Select(index => median * Math.Pow(2, 0.5 * (1 - index))).MinBy(Loss);

        double Loss(double bandwidth) => HeldOutSelection.Choose(
            estimator, device, chosen, PlanarDensity.Dimension, settings with { Bandwidth = bandwidth }, seed).Losses.Min();
    }

    private static double[] Thinned(double[] samples)
    {
        int count = samples.Length / PlanarDensity.Dimension;
        if (count <= MaxSamples)
            return samples;
        return
        [
            .. Enumerable.Range(0, MaxSamples).Select(index => (int)((long)index * count / MaxSamples))
                .SelectMany(row => new[] { samples[2 * row], samples[(2 * row) + 1] }),
        ];
    }
}
