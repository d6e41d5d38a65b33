using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>A model fitted in local coordinates.</summary>
/// <param name="Unmixing">V (K×K, row-major): z = V x.</param>
/// <param name="Densities">One for each source.</param>
/// <param name="Rotation">V (K×K, row-major) at the end of the search over rotations.</param>
/// <param name="Norm">‖M‖, Frobenius, with smoothed scores.</param>
/// <param name="Iterations">Of all searches.</param>
/// <param name="IsConverged">Whether M is 0 up to the tolerance, and the densities are those that are best for their sources.</param>
internal sealed record LocalSolution(
    double[] Unmixing, IReadOnlyList<SourceDensity> Densities, double[] Rotation, double Norm, int Iterations, bool IsConverged);

/// <summary>
/// ICA by Stein discrepancies in the model's own coordinates: the rotation of whitened samples with the least discrepancy of single
/// sources (<see cref="SteinRotation"/>), then Stein's identities of linear functions, <c>M = E[ψ(z) zᵀ] + I = 0</c>.
/// </summary>
/// <remarks>
/// The scores of Laplace sources are smoothed by <see cref="LikelihoodEquations.Smoothing"/> in M: one rule for any number of samples.
/// Where all sources have the density that the model says, few Gauss–Newton steps solve M = 0 (<see cref="Stages"/>). People's samples
/// hardly have: <see cref="Fit"/> climbs the likelihood of which M is the gradient, which ends where M is 0 from any start.
/// </remarks>
/// <param name="samples">x: K×N, one coordinate per row, whitened.</param>
internal sealed class LocalIca(PaddedMatrix samples)
{
    private const double TurnTolerance = 1e-2;
    private const double ClimbTolerance = 1e-2;
    private const int MaxChoices = 5;

    private readonly int k = samples.Rows;

    /// <summary>The contrast's mean, M, and others.</summary>
    public SourceMoments Moments { get; } = new(samples);

    /// <summary>Fits a model.</summary>
    /// <param name="start">An orthogonal matrix (K×K, row-major).</param>
    /// <param name="candidates">
    /// One density for all sources; or several among which each source's is chosen, by <see cref="SourceDiscrepancy"/>.
    /// </param>
    /// <param name="contrast">Of the rotations.</param>
    /// <param name="tolerance">Of ‖M‖.</param>
    /// <param name="maxIterations">Of each search at most.</param>
    /// <param name="report">Is told ‖M‖ after every iteration of the climb.</param>
    public LocalSolution Fit(
        double[] start,
        IReadOnlyList<SourceDensity> candidates,
        SteinContrast contrast,
        double tolerance = 1e-9,
        int maxIterations = 2000,
        Action<double>? report = null,
        CancellationToken cancellation = default)
    {
        bool isKnown = candidates.Count == 1;
        SourceDensity reference = isKnown ? candidates[0] : SourceDensity.Laplace;
        // The contrast is least at sources with heavier tails than the normal density's; for lighter ones it changes its sign.
        SteinContrast own = contrast.CurvatureAt(reference) > 0 ? contrast.Negated() : contrast;
        var rotation = new SteinRotation(Moments, start, own, reference, TurnTolerance, hasSigns: !isKnown);
        rotation.Run(maxIterations, cancellation: cancellation);
        (SourceDensity[] densities, double[] unmixing) = Choose(rotation.Unmixing, candidates);
        (int iterations, double norm) = (rotation.Iterations, double.PositiveInfinity);
        bool isChoiceStable = false;
        for (int choice = 0; choice < MaxChoices && !isChoiceStable; choice++)
        {
            RelativeQuasiNewton.Ascent climb = Climb(Moments, unmixing, densities, tolerance);
            climb.Run(maxIterations, report, cancellation);
            (norm, iterations) = (climb.Remainder, iterations + climb.Iterations);
            (SourceDensity[] next, unmixing) = Choose(climb.Unmixing, candidates);
            isChoiceStable = next.SequenceEqual(densities);
            densities = next;
        }

        return new(unmixing, densities, rotation.Unmixing, norm, iterations, norm <= tolerance && isChoiceStable);
    }

    /// <summary>The searches where the density of all sources is known, from an orthogonal matrix on.</summary>
    /// <param name="density">Of all sources, with heavier tails than the normal one.</param>
    /// <param name="contrast">Of the rotations.</param>
    /// <param name="turnTolerance">The rotations end when no row turns by more.</param>
    /// <param name="minCurvature">See <see cref="SteinRotation"/>.</param>
    /// <param name="smoothing">ε of the scores of Laplace sources; null for <see cref="LikelihoodEquations.Smoothing"/>.</param>
    public static IReadOnlyList<SearchStage> Stages(
        SourceDensity density,
        SteinContrast contrast,
        double turnTolerance = TurnTolerance,
        double minCurvature = SteinRotation.DefaultMinCurvature,
        double? smoothing = null) =>
    [
        new((moments, start) => new SteinRotation(moments, start, contrast, density, turnTolerance, minCurvature)),
        new((moments, start) => Climb(moments, Scaled(start, density), All(density, moments), ClimbTolerance))
        {
            IsNeededAfter = rotation => IsStuck(rotation, turnTolerance),
        },
        new((moments, start) => new LikelihoodEquations(
            moments,
            Scaled(start, density),
            All(density, moments),
            smoothing ?? LikelihoodEquations.Smoothing(moments.Sources, moments.Count),
            Tolerance(moments.Count))),
    ];

    /// <summary>V (K×K, row-major) with rows of one length, that of the deviation of the density.</summary>
    public static double[] Scaled(double[] unmixing, SourceDensity density)
    {
        int k = (int)Math.Sqrt(unmixing.Length);
        double factor = density.StandardDeviation() / Math.Sqrt(unmixing.Sum(entry => entry * entry) / k);
        return Array.ConvertAll(unmixing, entry => factor * entry);
    }

    /// <summary>Of an entry of M, whose sampling error is about 1/√N: what is left adds a hundredth of it at most.</summary>
    private static double Tolerance(int count) => 0.05 / Math.Sqrt(count);

    private static SourceDensity[] All(SourceDensity density, ISourceMoments moments) => [.. Enumerable.Repeat(density, moments.Sources)];

    private static bool IsStuck(UnmixingSearch rotation, double turnTolerance) => rotation.Remainder >= turnTolerance;

    /// <summary>Climbs the smoothed likelihood.</summary>
    private static RelativeQuasiNewton.Ascent Climb(
        ISourceMoments moments, double[] start, SourceDensity[] densities, double tolerance)
    {
        double smoothing = LikelihoodEquations.Smoothing(moments.Sources, moments.Count);
        return new RelativeQuasiNewton(moments).Begin(
            start,
            Array.ConvertAll(densities, density => density.IsSmooth ? density : SourceDensity.SmoothedLaplace(smoothing)),
            isHeld: null,
            tolerance);
    }

    /// <summary>
    /// The density of each source with the least discrepancy, and V with rows at the scales at which <c>M_ii = E[ψ(z) z] + 1</c> is 0.
    /// </summary>
    public (SourceDensity[] Densities, double[] Unmixing) Choose(double[] unmixing, IReadOnlyList<SourceDensity> candidates)
        => SourceScale.ChooseAll(unmixing, samples, candidates, SourceDiscrepancy.Choose);
}
