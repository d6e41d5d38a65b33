using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>A model fitted in local coordinates.</summary>
/// <param name="Unmixing">V (K×K, row-major): z = V x.</param>
/// <param name="Densities">One for each source.</param>
/// <param name="Rotation">Where the search over rotations ended.</param>
/// <param name="Norm">‖M‖ of <see cref="LikelihoodEquations"/>, with smoothed scores.</param>
/// <param name="Iterations">Steps after the rotations.</param>
internal sealed record LocalSolution(
    double[] Unmixing, IReadOnlyList<SourceDensity> Densities, RotationResult Rotation, double Norm, int Iterations);

/// <summary>ICA by Stein discrepancies in the model's own coordinates: <see cref="SteinRotation"/>, then <see cref="LikelihoodEquations"/>.</summary>
/// <remarks>
/// One rule for any number of samples: the scores of Laplace sources are smoothed by <see cref="LikelihoodEquations.Smoothing"/>. Where the
/// rotations do not come to rest, as for less than about 20 samples for each source, the smoothed likelihood is climbed before.
/// </remarks>
/// <param name="samples">x: K×N, one coordinate per row, whitened.</param>
internal sealed class LocalIca(PaddedMatrix samples)
{
    private const double TurnTolerance = 1e-2;
    private const double ClimbTolerance = 1e-2;
    private const int MaxTurns = 200;
    private const int MaxClimbs = 200;
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
        RotationResult rotation = SteinRotation.Minimise(
            Moments,
            start,
            contrast,
            isKnown ? candidates[0] : SourceDensity.Laplace,
            TurnTolerance,
            MaxTurns,
            hasSigns: !isKnown,
            cancellation: cancellation);
        double smoothing = LikelihoodEquations.Smoothing(k, samples.Columns);
        (SourceDensity[] densities, double[] unmixing) = Choose(rotation.Unmixing, candidates);
        int iterations = 0;
        if (rotation.Turn >= TurnTolerance)
        {
            SourceDensity[] smoothed = Array.ConvertAll(
                densities, density => density.IsSmooth ? density : SourceDensity.SmoothedLaplace(smoothing));
            IcaIterate climb = new RelativeQuasiNewton(Moments).Maximise(
                unmixing, smoothed, null, ClimbTolerance, MaxClimbs, cancellation: cancellation);
            iterations += climb.Iterations;
            (densities, unmixing) = Choose(climb.Unmixing, candidates);
        }

        double norm = 0;
        for (int choice = 0; choice < MaxChoices; choice++)
        {
            (unmixing, norm, int steps) = LikelihoodEquations.Solve(
                Moments, unmixing, densities, smoothing, cancellation: cancellation);
            iterations += steps;
            if (isKnown)
                break;
            (SourceDensity[] next, double[] scaled) = Choose(unmixing, candidates);
            if (next.SequenceEqual(densities))
                break;
            (densities, unmixing) = (next, scaled);
        }

        return new(unmixing, densities, rotation, norm, iterations);
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
