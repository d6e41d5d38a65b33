namespace Stein.Engine.IndependentComponents;

/// <summary>
/// The Gauss–Newton step E for Stein identities M of independent sources of one density: <c>E_ij = (m M_ij − b M_ji)/(m² − b²)</c>,
/// <c>E_ii = M_ii/d</c>.
/// </summary>
/// <remarks>
/// With <c>g_ij = ψ(z_i) f_ij + ∂f_ij/∂z_i</c>, M changes under <c>z → (I + E) z</c> by <c>E[∇g_ij · E z]</c>, which by Stein's identity
/// is <c>−Σ_kl E[g_ij (ψ(z_k) z_l + δ_kl)] E_kl</c>. For even densities and odd f only (k, l) = (i, j) and (j, i) are left. For
/// <c>f_ij = h(z_j)</c>: <c>m = E[ψ²] E[z h]</c>, <c>b = E[h′]</c> and <c>d = E[h′] − E[ψ′ z h]</c>.
/// </remarks>
/// <param name="Own">m.</param>
/// <param name="Other">b.</param>
/// <param name="Diagonal">d.</param>
internal sealed record GaussNewtonStep(double Own, double Other, double Diagonal)
{
    /// <summary>With <c>f_ij = z_j</c>: 2, 1 and 1 for Laplace sources.</summary>
    public static GaussNewtonStep Linear(SourceDensity density) => Of(density, z => (z, 1));

    /// <summary>With <c>f_ij = h(z_j)</c>, by quadrature.</summary>
    /// <param name="density">Of the sources.</param>
    /// <param name="test">h and h′.</param>
    public static GaussNewtonStep Of(SourceDensity density, Func<double, (double Value, double Slope)> test)
    {
        (double[] points, double[] weights) = density.Quadrature();
        double[] scores = new double[points.Length], derivatives = new double[points.Length];
        density.Evaluate(points, scores, derivatives);
        double information = 0, own = 0, loss = 0, bend = 0;
        for (int i = 0; i < points.Length; i++)
        {
            (double value, double slope) = test(points[i]);
            information += weights[i] * scores[i] * scores[i];
            own += weights[i] * points[i] * value;
            loss += weights[i] * (1 - slope);
            bend -= weights[i] * derivatives[i] * points[i] * value;
        }

        // 1 − E[1 − h′] is exactly 1 for h(z) = z, whatever the rounding of the weights.
        return new(information * own, 1 - loss, 1 - loss + bend);
    }

    /// <summary>E (K×K, row-major), for M of the same form.</summary>
    public double[] Step(double[] equations, int k)
    {
        var step = new double[k * k];
        for (int i = 0; i < k; i++)
        {
            for (int j = 0; j < k; j++)
            {
                (int ij, int ji) = ((i * k) + j, (j * k) + i);
                step[ij] = i == j
                    ? equations[ij] / Diagonal
                    : ((Own * equations[ij]) - (Other * equations[ji])) / ((Own * Own) - (Other * Other));
            }
        }

        return step;
    }
}
