namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Solves Stein identities of all pairs of sources, <c>M_ij = E[ψ(z_i) f_ij + ∂f_ij/∂z_i] = 0</c>, from separated sources on. With
/// <c>f_ij = z_j</c>, <c>M = E[ψ(z) zᵀ] + I</c>, they are the equations of the maximum of the likelihood; with bounded test functions no
/// sample has much influence, however far away it is.
/// </summary>
/// <remarks>
/// <c>V ← (I + sE) V</c> with the Gauss–Newton step E (<see cref="GaussNewtonStep"/>), s shortened until ‖M‖ falls. That ψ of Laplace
/// sources jumps at 0 bounds how small M can be made by N: a step that hardly helps is the last.
/// </remarks>
internal static class LikelihoodEquations
{
    private const double FirstLength = 0.5;
    private const double MinLength = 0.02;
    private const double MinGain = 0.01;
    private const int MaxHalvings = 6;

    /// <summary>Steps until no entry of M is above the tolerance, or M hardly gets smaller; <c>f_ij = z_j</c>.</summary>
    /// <param name="moments">Of the samples.</param>
    /// <param name="start">V (K×K, row-major) of separated sources, of the scale of the density.</param>
    /// <param name="density">Of all sources.</param>
    /// <returns>V, ‖M‖ (Frobenius) and the number of steps.</returns>
    public static (double[] Unmixing, double Norm, int Iterations) Solve(
        SourceMoments moments,
        double[] start,
        SourceDensity density,
        double tolerance = 1e-4,
        int maxIterations = 60,
        CancellationToken cancellation = default)
    {
        int k = moments.Sources;
        SourceDensity[] densities = [.. Enumerable.Repeat(density, k)];
        return Solve(Equations, GaussNewtonStep.Linear(density), start, k, tolerance, maxIterations);

        double[] Equations(double[] at)
        {
            double[] product = moments.Compute(at, densities, hasCurvature: false, cancellation).SlopeProduct;
            for (int i = 0; i < k; i++)
                product[i * (k + 1)] += 1;
            return product;
        }
    }

    /// <summary>The same with other test functions.</summary>
    /// <param name="moments">Of the samples.</param>
    /// <param name="start">V (K×K, row-major) of separated sources, of the scale of the density.</param>
    /// <param name="density">Of all sources.</param>
    /// <param name="test">f.</param>
    /// <returns>V, ‖M‖ (Frobenius) and the number of steps.</returns>
    public static (double[] Unmixing, double Norm, int Iterations) Solve(
        SourceMoments moments,
        double[] start,
        SourceDensity density,
        SteinTest test,
        double tolerance = 1e-4,
        int maxIterations = 60,
        CancellationToken cancellation = default)
        => Solve(
            at => Equations(moments, at, density, test, cancellation),
            test.Step(density),
            start,
            moments.Sources,
            tolerance,
            maxIterations);

    /// <summary>M (K×K, row-major).</summary>
    /// <param name="moments">Of the samples.</param>
    /// <param name="unmixing">V (K×K, row-major).</param>
    /// <param name="density">Of all sources.</param>
    /// <param name="test">f.</param>
    public static double[] Equations(
        SourceMoments moments, double[] unmixing, SourceDensity density, SteinTest test, CancellationToken cancellation = default)
    {
        int k = moments.Sources;
        SourceStatistics statistics = moments.ComputeTested(
            unmixing, [.. Enumerable.Repeat(density, k)], test, cancellation);
        for (int i = 0; i < k; i++)
            statistics.SlopeProduct[i * (k + 1)] += statistics.MeanCurvatures[i];
        return statistics.SlopeProduct;
    }

    private static (double[] Unmixing, double Norm, int Iterations) Solve(
        Func<double[], double[]> equations, GaussNewtonStep constants, double[] start, int k, double tolerance, int maxIterations)
    {
        double[] unmixing = start;
        double[] m = equations(unmixing);
        double square = Square(m), length = FirstLength;
        int iteration = 0;
        while (iteration < maxIterations && m.Max(Math.Abs) > tolerance && length >= MinLength)
        {
            double[] step = constants.Step(m, k);
            double gain = 0;
            for (int halving = 0; halving < MaxHalvings && gain <= 0; halving++, length *= gain > 0 ? 1 : 0.5)
            {
                double[] next = RelativeQuasiNewton.Stepped(unmixing, step, length, k);
                double[] values = equations(next);
                double value = Square(values);
                gain = (square - value) / square;
                if (gain > 0)
                    (unmixing, m, square) = (next, values, value);
            }

            if (gain <= 0)
                break;
            iteration++;
            if (gain < MinGain)
                break;
            if (gain < 0.1)
                length /= 2;
        }

        return (unmixing, Math.Sqrt(square), iteration);
    }

    private static double Square(double[] values) => values.Sum(value => value * value);
}

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
