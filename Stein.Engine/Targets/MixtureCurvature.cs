using System.Buffers;

namespace Stein.Engine.Targets;

/// <summary>
/// The curvature of a Gaussian mixture's log-density, which KSD descent needs because moving a particle changes its score.
/// </summary>
/// <remarks>
/// <para>With the responsibilities r_k, <c>g_k = −Σ_k⁻¹(x − μ_k)</c> and the score <c>s = Σ_k r_k g_k</c>:</para>
/// <para><c>∇∇ log p = Σ_k r_k (g_k − s)(g_k − s)ᵀ − Σ_k r_k Σ_k⁻¹</c>,</para>
/// <para>
/// since <c>∇r_k = r_k (g_k − s)</c> and <c>Σ_k r_k (g_k − s) = 0</c>. The first term is a covariance, in which nothing cancels. Between
/// two modes of unit variance at ±m it is up to m² times as large as the second, since the score changes over a short distance.
/// </para>
/// </remarks>
internal static class MixtureCurvature
{
    /// <summary>
    /// Computes <c>∇∇ log p(x_n) · v_n</c> without forming a Hessian. O(NKD), for full covariances O(NKD²).
    /// </summary>
    /// <param name="points">x: N×D, row-major.</param>
    /// <param name="vectors">v: N×D, row-major.</param>
    /// <param name="products">Receives the products (N×D, row-major); must not overlap the points or vectors.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static void HessianProducts(
        GaussianMixture mixture, ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        (int dimension, int components) = (mixture.Dimension, mixture.Components);
        if (points.Length % dimension != 0 || vectors.Length != points.Length || products.Length != points.Length)
        {
            throw new ArgumentException(
                $"Points of {points.Length} numbers, vectors of {vectors.Length} and products of {products.Length} do not fit together; "
                + $"all must be N×{dimension}, row after row.",
                nameof(points));
        }

        double[] rented = ArrayPool<double>.Shared.Rent(components + ((components + 1) * dimension));
        Span<double> responsibilities = rented.AsSpan(0, components);
        Span<double> pulls = rented.AsSpan(components, components * dimension);
        Span<double> solved = rented.AsSpan(components + (components * dimension), dimension);
        for (int start = 0; start < points.Length; start += dimension)
        {
            ReadOnlySpan<double> point = points.Slice(start, dimension);
            mixture.Responsibilities(point, responsibilities);
            Pulls(mixture, point, responsibilities, pulls);
            Multiply(mixture, responsibilities, pulls, vectors.Slice(start, dimension), products.Slice(start, dimension), solved);
        }

        ArrayPool<double>.Shared.Return(rented);
    }

    /// <summary>
    /// The Hessian <c>∇∇ log p(x_n)</c>, which is the Jacobian of the score, by D products with unit vectors. O(NKD²), for full covariances
    /// O(NKD³).
    /// </summary>
    /// <param name="points">x: N×D, row-major.</param>
    /// <returns>N×D×D, each row-major.</returns>
    /// <exception cref="ArgumentException">The numbers are not rows of D.</exception>
    public static double[] Hessians(this GaussianMixture mixture, ReadOnlySpan<double> points)
    {
        ArgumentNullException.ThrowIfNull(mixture);
        int dimension = mixture.Dimension;
        var hessians = new double[points.Length * dimension];
        var unit = new double[points.Length];
        var products = new double[points.Length];
        for (int column = 0; column < dimension; column++)
        {
            for (int index = 0; index < unit.Length; index++)
                unit[index] = index % dimension == column ? 1 : 0;
            mixture.HessianProducts(points, unit, products);
            for (int index = 0; index < products.Length; index++)
                hessians[(index * dimension) + column] = products[index];
        }

        return hessians;
    }

    /// <summary><c>g_k − s</c> (K×D).</summary>
    private static void Pulls(
        GaussianMixture mixture, ReadOnlySpan<double> point, ReadOnlySpan<double> responsibilities, Span<double> pulls)
    {
        int dimension = point.Length;
        for (int k = 0; k < responsibilities.Length; k++)
        {
            Span<double> pull = pulls.Slice(k * dimension, dimension);
            ReadOnlySpan<double> mean = mixture.Mean(k);
            for (int d = 0; d < dimension; d++)
                pull[d] = mean[d] - point[d];
            mixture.Covariances[k].Solve(pull);
        }

        for (int d = 0; d < dimension; d++)
        {
            double score = 0;
            for (int k = 0; k < responsibilities.Length; k++)
                score += responsibilities[k] * pulls[(k * dimension) + d];
            for (int k = 0; k < responsibilities.Length; k++)
                pulls[(k * dimension) + d] -= score;
        }
    }

    private static void Multiply(
        GaussianMixture mixture,
        ReadOnlySpan<double> responsibilities,
        ReadOnlySpan<double> pulls,
        ReadOnlySpan<double> vector,
        Span<double> product,
        Span<double> solved)
    {
        int dimension = vector.Length;
        product.Clear();
        for (int k = 0; k < responsibilities.Length; k++)
        {
            ReadOnlySpan<double> pull = pulls.Slice(k * dimension, dimension);
            double along = 0;
            for (int d = 0; d < dimension; d++)
                along += pull[d] * vector[d];
            vector.CopyTo(solved);
            mixture.Covariances[k].Solve(solved);
            for (int d = 0; d < dimension; d++)
                product[d] += responsibilities[k] * ((along * pull[d]) - solved[d]);
        }
    }
}
