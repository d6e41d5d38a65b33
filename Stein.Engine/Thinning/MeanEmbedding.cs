using Stein.Engine.Samples;

namespace Stein.Engine.Thinning;

/// <summary>
/// The mean of a reference in the space of a kernel k, and the maximum mean discrepancy of other sets from it. O(RMD) operations each for
/// R points of the reference and M others.
/// </summary>
internal sealed class MeanEmbedding
{
    /// <summary>The most samples that stand for all.</summary>
    public const int MaxReference = 5000;

    private readonly KernelPoints points;
    private readonly KernelPoints reference;
    private readonly double norm;

    /// <param name="points">All points.</param>
    /// <param name="reference">Those of the reference.</param>
    public MeanEmbedding(KernelPoints points, KernelPoints reference)
    {
        (this.points, this.reference) = (points, reference);
        norm = reference.KernelSum(reference) / reference.Count / reference.Count;
    }

    /// <summary>The embedding of all points, or of <see cref="MaxReference"/> that are evenly spaced.</summary>
    public static MeanEmbedding OfEvenlySpaced(KernelPoints points)
        => new(points, points.Select(SampleMatrix.EvenlySpaced(Math.Min(points.Count, MaxReference), points.Count)));

    /// <summary><c>(1/R) Σ_r k(x_n, y_r)</c> at every point x (N).</summary>
    public double[] Means()
    {
        var means = new double[points.Count];
        for (int row = 0; row < reference.Count; row++)
            points.AddKernel(reference, row, means);
        for (int n = 0; n < means.Length; n++)
            means[n] /= reference.Count;
        return means;
    }

    /// <summary><c>‖Σ_i w_i k(x_i, ·) − (1/R) Σ_r k(y_r, ·)‖</c> of the samples x at some rows.</summary>
    /// <param name="weights">Of sum 1; null for equal ones.</param>
    public double Discrepancy(IReadOnlyList<int> rows, IReadOnlyList<double>? weights = null)
    {
        KernelPoints set = points.Select(rows);
        double share = weights is null ? 1.0 / rows.Count : 1;
        double own = share * share * set.KernelSum(set, weights, weights);
        double cross = share / reference.Count * reference.KernelSum(set, weights);
        return Math.Sqrt(Math.Max(0, own - (2 * cross) + norm));
    }
}
