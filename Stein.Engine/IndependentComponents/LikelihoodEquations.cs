namespace Stein.Engine.IndependentComponents;

/// <summary>
/// Solves <c>M = E[ψ(z) zᵀ] + I = 0</c>, the Stein identity of linear test functions, from separated sources on. These are the equations of
/// the maximum of the likelihood.
/// </summary>
/// <remarks>
/// The Gauss–Newton step for independent sources with the density: <c>E_ij = (c M_ij − M_ji)/(c² − 1)</c> with <c>c = E[ψ²] E[z²]</c>, and
/// <c>E_ii = M_ii/(1 − E[ψ′ z²])</c>; <c>V ← (I + sE) V</c>, s shortened until ‖M‖ falls. For Laplace sources c = 2. That their ψ jumps at
/// 0 bounds how small M can be made by N: a step that hardly helps is the last. With a smoothed score M can be made 0, and its zeros are
/// nearer to the sources than the maximum of the likelihood, the more so the fewer the samples.
/// </remarks>
internal static class LikelihoodEquations
{
    private const double FirstLength = 0.5;
    private const double MinLength = 0.02;
    private const double MinGain = 0.01;
    private const int MaxHalvings = 6;

    /// <summary>Steps until no entry of M is above the tolerance, or M hardly gets smaller.</summary>
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
        => Solve(moments, start, [.. Enumerable.Repeat(density, moments.Sources)], 0, tolerance, maxIterations, cancellation);

    /// <summary>The same with a density for each source, and with the scores of Laplace sources smoothed.</summary>
    /// <param name="smoothing">ε of <see cref="Terms"/>, best that of <see cref="Smoothing"/>; 0 for the likelihood itself.</param>
    public static (double[] Unmixing, double Norm, int Iterations) Solve(
        SourceMoments moments,
        double[] start,
        IReadOnlyList<SourceDensity> densities,
        double smoothing,
        double tolerance = 1e-4,
        int maxIterations = 60,
        CancellationToken cancellation = default)
    {
        int k = moments.Sources;
        (SourceContrast[] contrasts, SourceInformation[] sources) = Terms(densities, smoothing);
        double[] unmixing = start;
        double[] m = At(unmixing);
        double square = Square(m), length = smoothing > 0 ? 1 : FirstLength;
        int iteration = 0;
        while (iteration < maxIterations && m.Max(Math.Abs) > tolerance && length >= MinLength)
        {
            double[] step = SourceInformation.Step(m, sources);
            double gain = 0;
            for (int halving = 0; halving < MaxHalvings && gain <= 0; halving++, length *= gain > 0 ? 1 : 0.5)
            {
                double[] next = RelativeQuasiNewton.Stepped(unmixing, step, length, k);
                double[] equations = At(next);
                double value = Square(equations);
                gain = (square - value) / square;
                if (gain > 0)
                    (unmixing, m, square) = (next, equations, value);
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

        double[] At(double[] at) => Equations(moments.Compute(at, contrasts, hasCurvature: false, cancellation), sources);
    }

    /// <summary>
    /// The ε of <see cref="SourceDensity.SmoothedLaplace"/> that suits the samples: √(2π/3 · K/N).
    /// </summary>
    /// <remarks>
    /// An estimated source is the true one and a sum of small parts of the K − 1 others, which is nearly normal, with the variance
    /// δ² = (K − 1) Var(V_ij) E z² = 4K/3N at the maximum of the likelihood of Laplace sources. The score of a Laplace density convolved
    /// with it has the slope √(2/π)/δ at 0, and that of the smoothed density has 1/ε: ε = δ √(π/2). Scores as sharp as the likelihood's own
    /// fit that noise, the more the fewer the samples.
    /// </remarks>
    public static double Smoothing(int sources, double count) => Math.Sqrt(2 * Math.PI / 3 * sources / count);

    /// <summary>
    /// What stands for the log-densities in M: themselves, but <c>−√(z² + ε²)</c> for Laplace sources where ε is positive.
    /// </summary>
    public static (SourceContrast[] Contrasts, SourceInformation[] Sources) Terms(IReadOnlyList<SourceDensity> densities, double smoothing)
    {
        Dictionary<SourceDensity, (SourceContrast Contrast, SourceInformation Source)> terms = densities.Distinct().ToDictionary(
            density => density,
            density =>
            {
                if (density.IsSmooth || smoothing == 0)
                    return ((SourceContrast)density, SourceInformation.Of(density));
                var smoothed = SourceDensity.SmoothedLaplace(smoothing);
                return (smoothed, SourceInformation.Of(density, smoothed));
            });
        return ([.. densities.Select(density => terms[density].Contrast)], [.. densities.Select(density => terms[density].Source)]);
    }

    /// <summary><c>M = E[f′(z) zᵀ] + diag(c)</c>, c such that its mean is 0 at independent sources with the densities.</summary>
    public static double[] Equations(SourceStatistics statistics, IReadOnlyList<SourceInformation> sources)
    {
        var m = (double[])statistics.SlopeProduct.Clone();
        for (int i = 0; i < sources.Count; i++)
            m[i * (sources.Count + 1)] += sources[i].Product;
        return m;
    }

    private static double Square(double[] values) => values.Sum(value => value * value);
}
