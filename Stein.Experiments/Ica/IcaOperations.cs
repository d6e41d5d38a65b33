namespace Stein.Experiments.Ica;

/// <summary>
/// The useful floating-point operations of one training iteration: what the mathematics needs, however it is computed. An addition,
/// a multiplication, a division and a square root count one each, a fused multiply-add two.
/// </summary>
/// <remarks>
/// <para>Letters: B batch, D dimension, H hidden units, P = B(B−1)/2 pairs.</para>
/// <para>
/// Model, every method: <c>Z = XVᵀ</c>, <c>S = ΨV</c>, <c>ΨᵀG</c>: 6BD². For a base density with curvature (Student-t) two more
/// products, <c>GVᵀ</c> and <c>[GVᵀ∘ψ′]ᵀX</c>: 4BD².
/// </para>
/// <para>
/// KSD: squared distances 3PD, profile <see cref="Exponential"/>·P, <c>K(S − 2aX)</c> 2B²D (for another kernel than the Gaussian two
/// products, 4B²D).
/// </para>
/// <para>
/// maxSKSD-g, R = D slices: projections <c>XĜ</c> before and after the step of g, and <c>Xᵀ∂Z</c>: 6BD². A pair of the pass for the
/// gradient by g needs the exponential and 22 operations, one of the pass for the gradient by the scores the exponential and 10. The
/// medians are comparisons and count nothing. maxSKSD-rg adds <c>SR̂</c> twice, <c>∂P R̂ᵀ</c> and <c>Sᵀ∂P</c>: 8BD², and 6 operations
/// a pair.
/// </para>
/// <para>
/// LSD: seven B×H×H, three H×D×H and seven B×D×H products. With M probes in place of the exact trace also <c>εᵀε</c> and two products
/// of it with the weights: 2MD² + 4HD².
/// </para>
/// <para>Maximum likelihood: <c>Z</c>, <c>ΨᵀZ</c>: 4BD², and the relative gradient's product with V: 2D³.</para>
/// <para>Elementwise work, Adam and the random numbers are not counted: they are of lower order.</para>
/// </remarks>
internal static class IcaOperations
{
    /// <summary>What the exponential of one pair counts: range reduction, a polynomial of degree five, scaling.</summary>
    public const int Exponential = 14;

    /// <summary>Operations of one iteration; 0 for whitening, which has none.</summary>
    public static double OfIteration(IcaSettings settings)
    {
        double b = settings.Batch;
        double d = settings.Dimension;
        double h = settings.Hidden;
        double pairs = b * (b - 1) / 2;
        double model = (settings.Base == Engine.Models.BaseDensity.Laplace ? 6 : 10) * b * d * d;
        return settings.Method switch
        {
            "ksd" => model + (pairs * ((3 * d) + Exponential)) + ((settings.Kernel == "rbf" ? 2 : 4) * b * b * d),
            "maxsksd" => model + (6 * b * d * d) + (pairs * d * ((2 * Exponential) + 32)),
            "maxsksd-rg" => model + (14 * b * d * d) + (pairs * d * ((2 * Exponential) + 38)),
            "lsd" => model + (14 * b * h * h) + (6 * h * h * d) + (14 * b * d * h) + Probing(settings),
            "mle" => (4 * b * d * d) + (2 * d * d * d),
            _ => 0,
        };
    }

    /// <summary>Operations of a whole run, about: the iterations and the points of the curve, each a product over the test data.</summary>
    public static double OfRun(IcaSettings settings)
    {
        double evaluation = 2.0 * settings.TestSamples * settings.Dimension * settings.Dimension;
        return settings.Iterations * (OfIteration(settings) + (evaluation / settings.EvaluateEvery));
    }

    private static double Probing(IcaSettings settings)
    {
        double d = settings.Dimension;
        return settings.Probes == 0 ? 0 : (2 * settings.Probes * d * d) + (4 * settings.Hidden * d * d);
    }
}
