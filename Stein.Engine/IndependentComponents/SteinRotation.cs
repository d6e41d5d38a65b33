using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Stein.Engine.IndependentComponents;

/// <summary>What a search over rotations ended with.</summary>
/// <param name="Unmixing">Orthogonal V (K×K, row-major).</param>
/// <param name="Value">The mean of the contrast over sources and samples.</param>
/// <param name="Turn">The largest norm of a row of the last step.</param>
/// <param name="Iterations">Steps taken.</param>
internal sealed record RotationResult(double[] Unmixing, double Value, double Turn, int Iterations);

/// <summary>
/// Separates whitened samples by the rotation for which the mean of a <see cref="SteinContrast"/> over all sources is least: a Stein
/// discrepancy in the model's own coordinates, the diffusion Stein operator with the matrix V⁻¹ and test functions of one source each.
/// </summary>
/// <remarks>
/// A step is <c>V ← (I − S/2)⁻¹ (I + S/2) V</c>, a rotation, with S antisymmetric: in the plane of sources i and j Newton's step, from the
/// gradient <c>G_ij − G_ji</c>, <c>G = E[F′(z) zᵀ]</c>, and the curvature <c>−(κ_i + κ_j)</c>, <c>κ_i = E[F′(z_i) z_i − F″(z_i)]</c>, in
/// units of that at separated sources and held above a floor, since at mixtures it is near 0. Steps are shortened until the mean falls.
/// </remarks>
internal static class SteinRotation
{
    /// <summary>The largest norm of a row of S.</summary>
    public const double MaxTurn = 0.5;

    /// <summary>The floor of curvatures of pairs, in units of |κ| of a separated source.</summary>
    public const double MinCurvature = 0.4;

    private const double Shortening = 0.4;
    private const int MaxShortenings = 6;

    // Factorisations by several threads need not have the same bits.
    static SteinRotation() => MathNet.Numerics.Control.UseSingleThread();

    /// <summary>Turns until no row turns by more than the tolerance, or the mean falls no further.</summary>
    /// <param name="moments">Of whitened samples.</param>
    /// <param name="start">An orthogonal V (K×K, row-major).</param>
    /// <param name="contrast">F.</param>
    /// <param name="density">Of the sources, to which curvatures are compared.</param>
    /// <param name="hasSigns">
    /// Whether sources may also have lighter tails than the normal density: a source whose curvature says so has −F for its contrast.
    /// </param>
    /// <param name="report">Is told how much a row turned.</param>
    public static RotationResult Minimise(
        SourceMoments moments,
        double[] start,
        SteinContrast contrast,
        SourceDensity density,
        double tolerance = 1e-2,
        int maxIterations = 200,
        bool hasSigns = false,
        Action<double>? report = null,
        CancellationToken cancellation = default)
    {
        int k = moments.Sources;
        SourceContrast[] contrasts = [.. Enumerable.Repeat(contrast, k)];
        SteinContrast negated = hasSigns ? contrast.Negated() : contrast;
        double unit = Math.Abs(contrast.CurvatureAt(density));
        double[] unmixing = start;
        SourceStatistics statistics = moments.Compute(unmixing, contrasts, hasCurvature: false, cancellation);
        double length = 1, turn = double.PositiveInfinity;
        int iteration = 0;
        while (turn >= tolerance && iteration < maxIterations)
        {
            if (hasSigns && HaveSignsChanged())
                statistics = moments.Compute(unmixing, contrasts, hasCurvature: false, cancellation);
            (DenseMatrix step, double norm) = Step(statistics, unit);
            double limit = Math.Min(1, MaxTurn / norm);
            bool isLower = false;
            for (int attempt = 0; attempt < MaxShortenings && !isLower; attempt++, length *= isLower ? 1 : Shortening)
            {
                double[] turned = Turned(unmixing, step, length * limit);
                SourceStatistics next = moments.Compute(turned, contrasts, hasCurvature: false, cancellation);
                isLower = next.Value < statistics.Value;
                if (isLower)
                    (unmixing, statistics, turn) = (turned, next, norm * limit * length);
            }

            if (!isLower)
                break;
            length = Math.Min(1, 2 * length);
            iteration++;
            report?.Invoke(turn);
        }

        return new(unmixing, statistics.Value / k, turn, iteration);

        // Whether a source's curvature has the wrong sign; its contrast changes sign then.
        bool HaveSignsChanged()
        {
            double[] curvatures = Curvatures(statistics);
            for (int i = 0; i < k; i++)
            {
                if (curvatures[i] > 0)
                    contrasts[i] = contrasts[i] == contrast ? negated : contrast;
            }

            return curvatures.Any(curvature => curvature > 0);
        }
    }

    /// <summary>κ_i: negative at separated sources.</summary>
    public static double[] Curvatures(SourceStatistics statistics)
    {
        int k = statistics.MeanCurvatures.Length;
        return [.. Enumerable.Range(0, k).Select(i => statistics.SlopeProduct[(i * k) + i] - statistics.MeanCurvatures[i])];
    }

    /// <summary>S, and the largest norm of its rows.</summary>
    /// <param name="unit">|κ| of a separated source.</param>
    public static (DenseMatrix Step, double Norm) Step(SourceStatistics statistics, double unit)
    {
        double[] g = statistics.SlopeProduct;
        double[] bends = [.. Curvatures(statistics).Select(curvature => curvature / unit)];
        int k = bends.Length;
        var step = new DenseMatrix(k, k);
        double largest = 0;
        for (int i = 0; i < k; i++)
        {
            double squares = 0;
            for (int j = 0; j < k; j++)
            {
                double curvature = Math.Max(-(bends[i] + bends[j]), MinCurvature);
                step[i, j] = (g[(j * k) + i] - g[(i * k) + j]) / unit / curvature;
                squares += step[i, j] * step[i, j];
            }

            largest = Math.Max(largest, Math.Sqrt(squares));
        }

        return (step, largest);
    }

    /// <summary>Cayley's rotation <c>(I − S/2)⁻¹ (I + S/2) V</c>, S times a length.</summary>
    public static double[] Turned(double[] unmixing, DenseMatrix step, double length)
    {
        int k = step.RowCount;
        Matrix<double> half = step * (length / 2), identity = DenseMatrix.CreateIdentity(k);
        Matrix<double> v = Matrix<double>.Build.DenseOfRowMajor(k, k, unmixing);
        return (identity - half).LU().Solve((identity + half) * v).ToRowMajorArray();
    }
}
