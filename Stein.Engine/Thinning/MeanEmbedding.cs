namespace Stein.Engine.Thinning;

/// <summary>
/// The mean of a reference in the space of a kernel k, and the maximum mean discrepancy of other sets from it. O(RMD) operations each for
/// R points of the reference and M others.
/// </summary>
internal sealed class MeanEmbedding
{
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
