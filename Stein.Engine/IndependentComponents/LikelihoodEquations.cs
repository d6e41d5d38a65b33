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
internal sealed class LikelihoodEquations : UnmixingSearch
{
    private const double FirstLength = 0.5;
    private const double MinLength = 0.02;
    private const double MinGain = 0.01;
    private const int MaxHalvings = 6;

    private readonly Func<double[], CancellationToken, double[]> equationsAt;
    private readonly Func<double[], double[]> stepFrom;
    private readonly double tolerance;
    private readonly int k;
    private double[] unmixing;
    private double[]? equations;
    private double length;

    /// <summary>One density of all sources, and the equations of its likelihood.</summary>
    public LikelihoodEquations(ISourceMoments moments, double[] start, SourceDensity density, double tolerance = 1e-4)
        : this(moments, start, [.. Enumerable.Repeat(density, moments.Sources)], 0, tolerance)
    {
    }

    /// <param name="moments">Of the samples.</param>
    /// <param name="start">V (K×K, row-major) of separated sources, of the scales of the densities.</param>
    /// <param name="densities">One for each source.</param>
    /// <param name="smoothing">ε of <see cref="Terms"/>, best that of <see cref="Smoothing"/>; 0 for the likelihood itself.</param>
    /// <param name="tolerance">The search ends when no entry of M is above it, or M hardly gets smaller.</param>
    public LikelihoodEquations(
        ISourceMoments moments, double[] start, IReadOnlyList<SourceDensity> densities, double smoothing, double tolerance = 1e-4)
    {
        (unmixing, this.tolerance, k) = (start, tolerance, moments.Sources);
        (SourceContrast[] contrasts, SourceInformation[] sources) = Terms(densities, smoothing);
        equationsAt = (at, cancellation) => Equations(moments.Compute(at, contrasts, hasCurvature: false, cancellation), sources);
        stepFrom = equations => SourceInformation.Step(equations, sources);
        length = smoothing > 0 ? 1 : FirstLength;
    }

    /// <summary>
    /// The same with other test functions, <c>M_ij = E[ψ(z_i) f_ij + ∂f_ij/∂z_i] = 0</c>. With bounded ones no sample has much influence,
    /// however far away it is.
    /// </summary>
    /// <param name="moments">Of the samples.</param>
    /// <param name="start">V (K×K, row-major) of separated sources, of the scale of the density.</param>
    /// <param name="density">Of all sources.</param>
    /// <param name="test">f.</param>
    /// <param name="tolerance">The search ends when no entry of M is above it, or M hardly gets smaller.</param>
    public LikelihoodEquations(
        SourceMoments moments, double[] start, SourceDensity density, SteinTest test, double tolerance = 1e-4)
    {
        (unmixing, this.tolerance, k) = (start, tolerance, moments.Sources);
        GaussNewtonStep step = test.Step(density);
        equationsAt = (at, cancellation) => Equations(moments, at, density, test, cancellation);
        stepFrom = equations => step.Step(equations, k);
        length = FirstLength;
    }

    /// <inheritdoc/>
    public override double[] Unmixing => unmixing;

    /// <summary>‖M‖, Frobenius.</summary>
    public override double Remainder => equations is null ? double.PositiveInfinity : Math.Sqrt(Square(equations));

    private protected override void StepCore(CancellationToken cancellation)
    {
        equations ??= equationsAt(unmixing, cancellation);
        IsFinished = equations.Max(Math.Abs) <= tolerance;
        if (IsFinished)
            return;
        double square = Square(equations), gain = 0;
        double[] step = stepFrom(equations);
        for (int halving = 0; halving < MaxHalvings && gain <= 0; halving++, length *= gain > 0 ? 1 : 0.5)
        {
            double[] next = RelativeQuasiNewton.Stepped(unmixing, step, length, k);
            double[] m = equationsAt(next, cancellation);
            gain = (square - Square(m)) / square;
            if (gain > 0)
                (unmixing, equations) = (next, m);
        }

        if (gain > 0)
            Iterations++;
        if (gain < 0.1)
            length /= 2;
        IsFinished = gain < MinGain || length < MinLength || equations.Max(Math.Abs) <= tolerance;
    }

    private protected override void SaveCore(BinaryWriter writer)
    {
        Write(writer, unmixing);
        writer.Write(length);
    }

    private protected override void RestoreCore(BinaryReader reader)
        => (unmixing, length, equations) = (Read(reader, k * k), reader.ReadDouble(), null);

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

    /// <summary>M (K×K, row-major) with other test functions.</summary>
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

    private static double Square(double[] values) => values.Sum(value => value * value);
}
