using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;
using Stein.Experiments.Studies;

namespace Stein.Experiments.Mixtures.Particles;

/// <summary>Measures of particles, or of as many draws of the target (N×D, row-major).</summary>
internal static class ParticleMeasures
{
    /// <summary>The share of points that are nearer to m e₁ than to −m e₁, where particles start.</summary>
    public static double OtherShare(double[] points, int dimension) => points.Chunk(dimension).Average(point => point[0] > 0 ? 1.0 : 0);

    /// <summary>The share of points in the middle half between the modes, <c>|x₁| &lt; m/2</c>, stranded on the way.</summary>
    public static double BetweenShare(double[] points, int dimension, double separation)
        => points.Chunk(dimension).Average(point => Math.Abs(point[0]) < separation / 2 ? 1.0 : 0);

    /// <summary>The largest distance of a point from the segment between −m e₁ and m e₁.</summary>
    public static double FarthestFromModes(double[] points, int dimension, double separation) => points.Chunk(dimension).Max(point =>
    {
        double along = Math.Max(0, Math.Abs(point[0]) - separation);
        return Math.Sqrt((along * along) + point.Skip(1).Sum(x => x * x));
    });

    /// <summary>
    /// The squared maximum mean discrepancy between two samples as a V-statistic, <c>mean k(x, x′) + mean k(y, y′) − 2 mean k(x, y)</c>
    /// over all pairs, the sum over the Gaussian kernels of <see cref="SampleMeasures.SquaredBandwidths"/>. Never negative but for
    /// rounding; two independent samples of one density have about <c>(1/N + 1/M)(3 − mean k(x, x′))</c>. O((N + M)² D).
    /// </summary>
    /// <param name="points">N×D.</param>
    /// <param name="others">M×D.</param>
    public static double SquaredMeanDiscrepancy(double[] points, double[] others, int dimension)
    {
        double[][] x = [.. points.Chunk(dimension)];
        double[][] y = [.. others.Chunk(dimension)];
        double across = (from point in x from other in y select Kernel(point, other)).Sum() / ((double)x.Length * y.Length);
        return MeanWithin(x) + MeanWithin(y) - (2 * across);
    }

    /// <summary>
    /// The KSD (V-statistic, squared) of points to the target with a kernel of bandwidth <c>h² = 2D</c>, the mean squared distance within a
    /// mode: the same for all points, so that values can be compared.
    /// </summary>
    public static double SteinDiscrepancy<TKernel>(Device device, ReadOnlySpan<double> points, GaussianMixture target)
        where TKernel : struct, IRadialKernel
    {
        int dimension = target.Dimension;
        int count = points.Length / dimension;
        var scores = new double[points.Length];
        target.Score(points, scores);
        var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, count, dimension, PairStatistic.V);
        discrepancy.Bandwidth.Set([Math.Sqrt(2 * dimension)]);
        return discrepancy.Value(device.Upload(count, dimension, points), device.Upload(count, dimension, scores));
    }

    private static double MeanWithin(double[][] points)
    {
        double sum = points.SelectMany((point, index) => points.Take(index).Select(other => Kernel(point, other))).Sum();
        double count = points.Length;
        return ((2 * sum) + (count * SampleMeasures.SquaredBandwidths.Count)) / (count * count);
    }

    private static double Kernel(double[] x, double[] y)
    {
        double squaredDistance = 0;
        for (int d = 0; d < x.Length; d++)
            squaredDistance += (x[d] - y[d]) * (x[d] - y[d]);
        double sum = 0;
        foreach (double squaredBandwidth in SampleMeasures.SquaredBandwidths)
            sum += Math.Exp(-squaredDistance / squaredBandwidth);
        return sum;
    }
}
