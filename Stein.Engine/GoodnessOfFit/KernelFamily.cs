namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// Sums of many kernels with replicates, of which only those of a few kernels are computed. Terms of neighbouring bandwidths are very
/// nearly linear combinations of one another, and replicates are linear in the terms: of 21 bandwidths over 2²⁰, four are enough in 20
/// dimensions, and fifteen in one, where some samples are very close.
/// </summary>
/// <remarks>
/// The few are the pivots of a Cholesky factorisation of the products of the kernels (Harbrecht, Peters and Schneider, "On the low-rank
/// approximation by the pivoted Cholesky decomposition", Applied Numerical Mathematics 62, 2012), until of the terms of every other
/// kernel, as a vector over the pairs, there remains <see cref="Tolerance"/> of its length. A replicate of independent signs has a
/// variance of <c>2 Σ_{i≠j} u_ij²</c>: in root mean square it is off by that share of its standard deviation. Statistics are exact.
/// </remarks>
internal static class KernelFamily
{
    /// <summary>Far below what 1/B of the replicates is worth, for any number of replicates.</summary>
    public const double Tolerance = 1e-4;

    /// <summary>The sums of all kernels, on one thread, with replicates of the U-statistic only.</summary>
    /// <param name="kernels">All of one profile.</param>
    /// <param name="signs">Those of the replicates.</param>
    /// <param name="reach">See <see cref="SteinPairs.Compute"/>.</param>
    public static SteinPairSums[] Compute(
        SteinPairs pairs, IReadOnlyList<SteinKernel> kernels, ReplicateWeights signs, int? reach = null)
    {
        var products = new double[kernels.Count, kernels.Count];
        SteinPairSums[] sums = pairs.ComputeWithProducts(kernels, products, threads: 1, reach);
        (int[] few, double[][] coefficients) = Spanning(products);
        double[][] forms =
        [
            .. pairs.Compute([.. few.Select(index => kernels[index])], signs, threads: 1, reach: reach).Select(one => one.Forms),
        ];
        return [.. sums.Zip(coefficients, (one, combination) => one with { Forms = Combine(combination, forms) })];
    }

    /// <summary>Vectors that span others, and the coefficients of all in them.</summary>
    /// <param name="products">The products of K vectors (K×K).</param>
    internal static (int[] Few, double[][] Coefficients) Spanning(double[,] products)
    {
        int count = products.GetLength(0);
        double[] lengths = [.. Enumerable.Range(0, count).Select(k => Math.Sqrt(products[k, k]))];
        double[] rest = [.. Enumerable.Repeat(1.0, count)];
        var few = new List<int>();
        var factor = new List<double[]>();
        while (few.Count < count && rest.Max() > Tolerance * Tolerance)
        {
            int pivot = Array.IndexOf(rest, rest.Max());
            double[] row =
            [
                .. Enumerable.Range(0, count).Select(k =>
                    ((products[pivot, k] / lengths[pivot] / lengths[k]) - factor.Sum(other => other[pivot] * other[k]))
                    / Math.Sqrt(rest[pivot])),
            ];
            for (int k = 0; k < count; k++)
                rest[k] -= row[k] * row[k];
            rest[pivot] = 0;
            few.Add(pivot);
            factor.Add(row);
        }

        var coefficients = new double[count][];
        for (int k = 0; k < count; k++)
        {
            double[] solution = coefficients[k] = new double[few.Count];
            for (int m = few.Count - 1; m >= 0; m--)
            {
                double value = factor[m][k];
                for (int s = m + 1; s < few.Count; s++)
                    value -= factor[m][few[s]] * solution[s];
                solution[m] = value / factor[m][few[m]];
            }

            for (int m = 0; m < few.Count; m++)
                solution[m] *= lengths[k] / lengths[few[m]];
        }

        return ([.. few], coefficients);
    }

    private static double[] Combine(double[] coefficients, double[][] vectors)
    {
        double[] sum = new double[vectors[0].Length];
        for (int m = 0; m < coefficients.Length; m++)
        {
            for (int b = 0; b < sum.Length; b++)
                sum[b] += coefficients[m] * vectors[m][b];
        }

        return sum;
    }
}
