using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>A model fitted in local coordinates.</summary>
/// <param name="Unmixing">V (K×K, row-major): z = V x.</param>
/// <param name="Densities">One for each source.</param>
/// <param name="Rotation">The search over rotations, ended.</param>
/// <param name="Norm">‖M‖ of <see cref="LikelihoodEquations"/>, with smoothed scores.</param>
/// <param name="Iterations">Steps after the rotations.</param>
internal sealed record LocalSolution(
    double[] Unmixing, IReadOnlyList<SourceDensity> Densities, SteinRotation Rotation, double Norm, int Iterations);

/// <summary>
/// ICA by Stein discrepancies in the model's own coordinates: <see cref="SteinRotation"/>, then <see cref="LikelihoodEquations"/>.
/// </summary>
/// <remarks>
/// One rule for any number of samples: the scores of Laplace sources are smoothed by <see cref="LikelihoodEquations.Smoothing"/>. Where the
/// rotations do not come to rest, as for less than about 20 samples for each source, the smoothed likelihood is climbed before.
/// </remarks>
/// <param name="samples">x: K×N, one coordinate per row, whitened.</param>
internal sealed class LocalIca(PaddedMatrix samples)
{
    private const double TurnTolerance = 1e-2;
    private const double ClimbTolerance = 1e-2;
    private const int MaxIterations = 200;
    private const int MaxChoices = 5;

    private readonly int k = samples.Rows;

    /// <summary>The contrast's mean, M, and others.</summary>
    public SourceMoments Moments { get; } = new(samples);

    /// <summary>Fits a model.</summary>
    /// <param name="start">An orthogonal matrix (K×K, row-major).</param>
    /// <param name="candidates">
    /// One density for all sources, with heavier tails than the normal one; or several among which each source's is chosen, by
    /// <see cref="SourceDiscrepancy"/>, whose sources may have lighter tails too.
    /// </param>
    /// <param name="contrast">Of the rotations.</param>
    public LocalSolution Fit(
        double[] start, IReadOnlyList<SourceDensity> candidates, SteinContrast contrast, CancellationToken cancellation = default)
    {
        bool isKnown = candidates.Count == 1;
        var rotation = new SteinRotation(
            Moments, start, contrast, isKnown ? candidates[0] : SourceDensity.Laplace, TurnTolerance, hasSigns: !isKnown);
        rotation.Run(MaxIterations, cancellation: cancellation);
        (SourceDensity[] densities, double[] unmixing) = Choose(rotation.Unmixing, candidates);
        int iterations = 0;
        if (IsStuck(rotation, TurnTolerance))
        {
            RelativeQuasiNewton.Ascent climb = Climb(Moments, unmixing, densities);
            climb.Run(MaxIterations, cancellation: cancellation);
            iterations += climb.Iterations;
            (densities, unmixing) = Choose(climb.Unmixing, candidates);
        }

        double smoothing = LikelihoodEquations.Smoothing(k, samples.Columns), norm = 0;
        for (int choice = 0; choice < MaxChoices; choice++)
        {
            var equations = new LikelihoodEquations(Moments, unmixing, densities, smoothing, Tolerance(samples.Columns));
            equations.Run(MaxIterations, cancellation: cancellation);
            (unmixing, norm) = (equations.Unmixing, equations.Remainder);
            iterations += equations.Iterations;
            if (isKnown)
                break;
            (SourceDensity[] next, double[] scaled) = Choose(unmixing, candidates);
            if (next.SequenceEqual(densities))
                break;
            (densities, unmixing) = (next, scaled);
        }

        return new(unmixing, densities, rotation, norm, iterations);
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
        new((moments, start) => Climb(moments, Scaled(start, density), All(density, moments)))
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
    private static RelativeQuasiNewton.Ascent Climb(ISourceMoments moments, double[] start, SourceDensity[] densities)
    {
        double smoothing = LikelihoodEquations.Smoothing(moments.Sources, moments.Count);
        return new RelativeQuasiNewton(moments).Begin(
            start,
            Array.ConvertAll(densities, density => density.IsSmooth ? density : SourceDensity.SmoothedLaplace(smoothing)),
            isHeld: null,
            ClimbTolerance);
    }

    /// <summary>The density of each source with the least discrepancy, and V with rows at the scales that go with them.</summary>
    public (SourceDensity[] Densities, double[] Unmixing) Choose(double[] unmixing, IReadOnlyList<SourceDensity> candidates)
    {
        PaddedMatrix sources = MaximumLikelihoodIca.Apply(unmixing, samples);
        var densities = new SourceDensity[k];
        var scaled = new double[k * k];
        Parallel.For(0, k, i =>
        {
            (densities[i], double factor, _) = new SourceDiscrepancy(sources.Row(i)).Choose(candidates);
            for (int d = 0; d < k; d++)
                scaled[(i * k) + d] = factor * unmixing[(i * k) + d];
        });
        return (densities, scaled);
    }
}
