using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Separates whitened samples by the rotation for which the mean of a <see cref="SteinContrast"/> over all sources is least: a Stein
/// discrepancy in the model's own coordinates, the diffusion Stein operator with the matrix V⁻¹ and test functions of one source each.
/// </summary>
/// <remarks>
/// A step is Cayley's, <c>V ← (I − S/2)⁻¹ (I + S/2) V</c>, a rotation, with S antisymmetric: in the plane of sources i and j Newton's
/// step, from the gradient <c>G_ij − G_ji</c>, <c>G = E[F′(z) zᵀ]</c>, and the curvature <c>−(κ_i + κ_j)</c>,
/// <c>κ_i = E[F′(z_i) z_i − F″(z_i)]</c>, in units of that at separated sources and held above a floor, since at mixtures it is near 0.
/// Steps are shortened until the mean falls.
/// </remarks>
internal sealed class SteinRotation : UnmixingSearch
{
    /// <summary>The floor of curvatures by default, in units of that at separated sources.</summary>
    public const double DefaultMinCurvature = 0.4;

    /// <summary>The largest norm of a row of S.</summary>
    public const double MaxTurn = 0.5;

    private const double Shortening = 0.4;
    private const int MaxShortenings = 6;

    private readonly ISourceMoments moments;
    private readonly SteinContrast contrast;
    private readonly SteinContrast? negated;
    private readonly SourceContrast[] contrasts;
    private readonly double unit;
    private readonly double tolerance;
    private readonly double minCurvature;
    private readonly int k;
    private double[] unmixing;
    private SourceStatistics? statistics;
    private double length = 1;
    private double turn = double.PositiveInfinity;

    /// <param name="moments">Of whitened samples.</param>
    /// <param name="start">An orthogonal V (K×K, row-major).</param>
    /// <param name="contrast">F.</param>
    /// <param name="density">Of the sources, to which curvatures are compared.</param>
    /// <param name="tolerance">The search ends when no row turns by more.</param>
    /// <param name="minCurvature">The floor of curvatures, in units of that at separated sources.</param>
    /// <param name="hasSigns">
    /// Whether sources may also have lighter tails than the normal density: a source whose curvature says so has −F for its contrast.
    /// </param>
    public SteinRotation(
        ISourceMoments moments,
        double[] start,
        SteinContrast contrast,
        SourceDensity density,
        double tolerance = 1e-2,
        double minCurvature = DefaultMinCurvature,
        bool hasSigns = false)
    {
        (this.moments, unmixing, k) = (moments, start, moments.Sources);
        (this.tolerance, this.minCurvature, this.contrast) = (tolerance, minCurvature, contrast);
        negated = hasSigns ? contrast.Negated() : null;
        contrasts = [.. Enumerable.Repeat(contrast, k)];
        unit = Math.Abs(contrast.CurvatureAt(density));
    }

    /// <inheritdoc/>
    public override double[] Unmixing => unmixing;

    /// <summary>The largest norm of a row of the last step.</summary>
    public override double Remainder => turn;

    /// <summary>The mean of the contrast over sources and samples; NaN before the first iteration.</summary>
    public double Value => statistics?.Value / k ?? double.NaN;

    private protected override void StepCore(CancellationToken cancellation)
    {
        statistics ??= At(unmixing, cancellation);
        if (HaveSignsChanged(statistics))
            statistics = At(unmixing, cancellation);
        (double[] step, double norm) = Step(statistics, unit, minCurvature);
        double limit = Math.Min(1, MaxTurn / norm);
        bool isLower = false;
        for (int attempt = 0; attempt < MaxShortenings && !isLower; attempt++, length *= isLower ? 1 : Shortening)
        {
            double[] turned = Turned(unmixing, step, length * limit);
            double value = statistics.Value;
            SourceStatistics? next = moments.ComputeIf(turned, contrasts, other => other < value, hasCurvature: false, cancellation);
            isLower = next is not null;
            if (next is not null)
                (unmixing, statistics, turn) = (turned, next, norm * limit * length);
        }

        length = Math.Min(1, 2 * length);
        // A whole step that is within the tolerance needs no lower mean to be the last: what is left of it is rounding.
        if (!isLower)
            turn = Math.Min(turn, norm);
        IsFinished = !isLower || turn < tolerance;
        if (isLower)
            Iterations++;
    }

    private protected override void SaveCore(BinaryWriter writer)
    {
        Write(writer, unmixing);
        writer.Write(length);
        writer.Write(turn);
        foreach (SourceContrast own in contrasts)
            writer.Write(own == contrast);
    }

    private protected override void RestoreCore(BinaryReader reader)
    {
        (unmixing, statistics) = (Read(reader, k * k), null);
        (length, turn) = (reader.ReadDouble(), reader.ReadDouble());
        for (int i = 0; i < k; i++)
            contrasts[i] = reader.ReadBoolean() ? contrast : negated ?? throw new InvalidDataException("a source has a sign, and none may");
    }

    private SourceStatistics At(double[] at, CancellationToken cancellation)
        => moments.Compute(at, contrasts, hasCurvature: false, cancellation);

    /// <summary>Whether a source's curvature has the wrong sign; its contrast changes sign then.</summary>
    private bool HaveSignsChanged(SourceStatistics here)
    {
        if (negated is null)
            return false;
        double[] curvatures = Curvatures(here);
        for (int i = 0; i < k; i++)
        {
            if (curvatures[i] > 0)
                contrasts[i] = contrasts[i] == contrast ? negated : contrast;
        }

        return curvatures.Any(curvature => curvature > 0);
    }

    /// <summary>κ_i: negative at separated sources.</summary>
    public static double[] Curvatures(SourceStatistics statistics)
    {
        int k = statistics.MeanCurvatures.Length;
        return [.. Enumerable.Range(0, k).Select(i => statistics.SlopeProduct[(i * k) + i] - statistics.MeanCurvatures[i])];
    }

    /// <summary>S (K×K, row-major), and the largest norm of its rows.</summary>
    /// <param name="statistics">Of the contrast.</param>
    /// <param name="unit">|κ| of a separated source.</param>
    /// <param name="minCurvature">The floor of curvatures, in that unit.</param>
    public static (double[] Step, double Norm) Step(
        SourceStatistics statistics, double unit, double minCurvature = DefaultMinCurvature)
    {
        double[] g = statistics.SlopeProduct;
        double[] bends = [.. Curvatures(statistics).Select(curvature => curvature / unit)];
        int k = bends.Length;
        var step = new double[k * k];
        double largest = 0;
        for (int i = 0; i < k; i++)
        {
            double squares = 0;
            for (int j = 0; j < k; j++)
            {
                double curvature = Math.Max(-(bends[i] + bends[j]), minCurvature);
                double entry = (g[(j * k) + i] - g[(i * k) + j]) / unit / curvature;
                step[(i * k) + j] = entry;
                squares += entry * entry;
            }

            largest = Math.Max(largest, Math.Sqrt(squares));
        }

        return (step, largest);
    }

    /// <summary>Cayley's rotation <c>(I − S/2)⁻¹ (I + S/2) V</c>, S times a length.</summary>
    /// <remarks>
    /// Both factors times the transpose of the first: <c>(I − S²/4)⁻¹ (I + S + S²/4) V</c>, of which the first is symmetric and positive
    /// definite. Two products, a Cholesky factorisation and a solution.
    /// </remarks>
    public static double[] Turned(double[] unmixing, double[] step, double length)
    {
        int k = (int)Math.Sqrt(step.Length);
        var scaled = PaddedMatrix.FromRows(Array.ConvertAll(step, entry => length * entry), k, k);
        PaddedMatrix square = HostProduct.Multiply(scaled, scaled), factors = new(k, k);
        for (int i = 0; i < k; i++)
        {
            Span<double> left = square.Row(i), right = factors.Row(i), linear = scaled.Row(i);
            for (int j = 0; j < k; j++)
            {
                (double identity, double quarter) = (i == j ? 1 : 0, left[j] / 4);
                (left[j], right[j]) = (identity - quarter, identity + linear[j] + quarter);
            }
        }

        PaddedMatrix turned = HostProduct.Multiply(factors, PaddedMatrix.FromRows(unmixing, k, k));
        CholeskyFactor.TryFactor(square)!.Solve(turned);
        return turned.ToArray();
    }
}
