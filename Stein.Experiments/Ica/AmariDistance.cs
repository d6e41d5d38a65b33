namespace Stein.Experiments.Ica;

/// <summary>How far an unmixing matrix is from separating the sources, whatever their order, signs and scales.</summary>
/// <remarks>
/// For P = V·W_true with entries p_ij (D×D):
/// <code>
/// 1/(2D(D−1)) · [ Σ_i ( Σ_j |p_ij| / max_j |p_ij| − 1 ) + Σ_j ( Σ_i |p_ij| / max_i |p_ij| − 1 ) ]
/// </code>
/// It lies in [0, 1]: 0 exactly when P is a permutation times a diagonal matrix, 1 when all entries have the same size. It does not
/// change under permutations of rows or columns nor under one common factor, but it does change when single rows are rescaled
/// (unless it is 0): the second sum compares rows. S. Amari, A. Cichocki and H. H. Yang, "A New Learning Algorithm for Blind Signal
/// Separation", NIPS 1995 (proceedings of 1996), normalised by its largest value.
/// </remarks>
internal static class AmariDistance
{
    /// <summary>The Amari distance of <paramref name="product"/>. Cost O(D²).</summary>
    /// <param name="product">P = V·W_true, D×D; row i is what the model's source i takes from each true source.</param>
    /// <returns>A number in [0, 1], without unit; 0 for D = 1.</returns>
    /// <exception cref="ArgumentException">The matrix is empty, not square, not finite, or has a row or column of zeros.</exception>
    public static double Of(double[,] product)
    {
        int dim = product.GetLength(0);
        if (dim == 0 || product.GetLength(1) != dim)
        {
            throw new ArgumentException(
                $"The matrix is {dim}×{product.GetLength(1)}; the Amari distance needs a square V·W_true with at least one row.",
                nameof(product));
        }

        if (dim == 1)
            return 0;
        int[] indices = [.. Enumerable.Range(0, dim)];
        return indices.Sum(index =>
            Excess($"Row {index}", indices.Select(other => product[index, other]))
                + Excess($"Column {index}", indices.Select(other => product[other, index]))) / (2.0 * dim * (dim - 1));
    }

    private static double Excess(string name, IEnumerable<double> entries)
    {
        double[] sizes = [.. entries.Select(Math.Abs)];
        (double sum, double largest) = (sizes.Sum(), sizes.Max());
        if (!(largest > 0 && double.IsFinite(sum)))
        {
            throw new ArgumentException(
                $"{name} of V·W_true has the absolute sum {sum}; it must be positive and finite. "
                + "The model is singular or training diverged: go back to the last good state.");
        }

        return (sum / largest) - 1;
    }
}
