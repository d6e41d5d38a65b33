namespace Stein.Engine.IndependentComponents;

/// <summary>
/// What a contrast f knows of a source with a density: how <c>E[f′(z) zᵀ]</c> changes when independent sources are slightly mixed.
/// </summary>
/// <param name="Variance">E z².</param>
/// <param name="Product">−E[f′(z) z], which is 1 for the log-density itself.</param>
/// <param name="Curvature">−E[f″(z)], which is E[ψ²] for the log-density itself, whose ψ may jump.</param>
/// <param name="Bend">−E[f″(z) z²], without jumps at 0, where z² is 0.</param>
internal readonly record struct SourceInformation(double Variance, double Product, double Curvature, double Bend)
{
    /// <summary>Of the log-density, under the density, by quadrature.</summary>
    public static SourceInformation Of(SourceDensity density)
    {
        (SourceInformation information, double square) = Means(density, density);
        return information with { Product = 1, Curvature = square };
    }

    /// <summary>Of a contrast with a continuous derivative, under a density, by quadrature.</summary>
    public static SourceInformation Of(SourceDensity density, SourceContrast contrast) => Means(density, contrast).Information;

    /// <summary>
    /// The step E for which <c>(I + E) V</c> makes the matrix M vanish to first order, of independent sources:
    /// <c>M_ij = i_i v_j E_ij + c_i E_ji</c> with the curvature i, the variance v and the product c of each.
    /// </summary>
    /// <param name="equations">M (K×K, row-major).</param>
    /// <param name="sources">One for each of the K sources.</param>
    public static double[] Step(double[] equations, IReadOnlyList<SourceInformation> sources)
    {
        int k = sources.Count;
        var step = new double[k * k];
        for (int i = 0; i < k; i++)
        {
            (double variance, double product, double curvature, double bend) = sources[i];
            for (int j = 0; j < k; j++)
            {
                SourceInformation other = sources[j];
                (int ij, int ji) = ((i * k) + j, (j * k) + i);
                (double forward, double back) = (curvature * other.Variance, other.Curvature * variance);
                step[ij] = i == j
                    ? equations[ij] / (product + bend)
                    : ((back * equations[ij]) - (product * equations[ji])) / ((forward * back) - (product * other.Product));
            }
        }

        return step;
    }

    private static (SourceInformation Information, double Square) Means(SourceDensity density, SourceContrast contrast)
    {
        (double[] points, double[] weights) = density.Quadrature();
        double[] slopes = new double[points.Length], curvatures = new double[points.Length];
        contrast.Evaluate(points, slopes, curvatures);
        double square = 0, variance = 0, product = 0, curvature = 0, bend = 0;
        for (int i = 0; i < points.Length; i++)
        {
            square += weights[i] * slopes[i] * slopes[i];
            variance += weights[i] * points[i] * points[i];
            product -= weights[i] * slopes[i] * points[i];
            curvature -= weights[i] * curvatures[i];
            bend -= weights[i] * curvatures[i] * points[i] * points[i];
        }

        return (new(variance, product, curvature, bend), square);
    }
}
