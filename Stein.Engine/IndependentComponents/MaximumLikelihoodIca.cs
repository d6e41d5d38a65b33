using Stein.Engine.Graphs;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;

namespace Stein.Engine.IndependentComponents;

/// <summary>A fitted ICA model.</summary>
/// <param name="Unmixing">V (K×K, row-major): z = V x.</param>
/// <param name="Densities">One for each source.</param>
/// <param name="LogLikelihood">The mean of Σ_i log p_i(z_i) + log|det V| over the samples, in nats.</param>
/// <param name="GradientNorm">
/// ‖I + E[ψ(z) zᵀ]‖, Frobenius. In rows of Laplace sources, sign(0) stands for the numbers in [−1, 1] that make it least.
/// </param>
/// <param name="Iterations">Steps of the search.</param>
/// <param name="IsConverged">Whether the norm is within the tolerance, and the densities are those that are best for their sources.</param>
internal sealed record IcaSolution(
    double[] Unmixing,
    IReadOnlyList<SourceDensity> Densities,
    double LogLikelihood,
    double GradientNorm,
    int Iterations,
    bool IsConverged);

/// <summary>Fits ICA models by maximum likelihood, with one density for all sources or with one chosen for each.</summary>
/// <remarks>
/// Smooth densities are left to <see cref="RelativeQuasiNewton"/>. Laplace sources are first smoothed, less and less, and then made exact
/// by <see cref="LaplaceVertices"/>, in turns with the smooth ones. Where densities are chosen, FastICA separates the sources first, and
/// each then has the density with the largest likelihood; it is chosen anew until none changes.
/// </remarks>
/// <param name="samples">x: K×N, one coordinate per row, best whitened.</param>
internal sealed class MaximumLikelihoodIca(PaddedMatrix samples)
{
    private const int MaxChoices = 20;
    private const int MaxSweeps = 200;
    private const double RoughTolerance = 1e-3;

    /// <summary>The smoothing of Laplace sources, until it concerns about so many samples.</summary>
    private const double SmoothedSamples = 20;

    private readonly int k = samples.Rows;
    private readonly RelativeQuasiNewton newton = new(new SourceMoments(samples));

    /// <summary>The likelihood and its gradient.</summary>
    public SourceMoments Moments { get; } = new(samples);

    /// <summary>The densities among which each source's is chosen.</summary>
    /// <param name="degreesOfFreedom">Of Student's t.</param>
    public static IReadOnlyList<SourceDensity> Candidates(double degreesOfFreedom)
        => [SourceDensity.Laplace, SourceDensity.StudentT(degreesOfFreedom), SourceDensity.Logistic, SourceDensity.SubGaussian];

    /// <summary>An orthogonal matrix, uniform over all of them (K×K, row-major).</summary>
    public static double[] RandomRotation(int dimension, ulong seed, uint start)
    {
        var columns = new double[dimension * dimension];
        Initialisation.Orthogonal.Fill(
            new PhiloxStream(seed, StreamPurpose.Initialisation, start), columns, dimension, dimension);
        return [.. Enumerable.Range(0, columns.Length).Select(i => columns[(i % dimension * dimension) + (i / dimension)])];
    }

    /// <summary>Fits a model.</summary>
    /// <param name="start">V (K×K, row-major), orthogonal where the samples are whitened.</param>
    /// <param name="candidates">One density for all sources, or several among which each source's is chosen.</param>
    /// <param name="tolerance">Of the gradient's norm.</param>
    /// <param name="report">Is told the norm of the gradient.</param>
    /// <exception cref="ArgumentException">A candidate other than Laplace's density has a score that is not continuous.</exception>
    public IcaSolution Fit(
        double[] start,
        IReadOnlyList<SourceDensity> candidates,
        double tolerance = 1e-9,
        int maxIterations = 2000,
        Action<double>? report = null,
        CancellationToken cancellation = default)
    {
        const int FastIterations = 200;
        if (candidates.Any(density => !density.IsSmooth && density != SourceDensity.Laplace))
        {
            throw new ArgumentException(
                "Of densities whose scores are not continuous only Laplace's can be fitted by maximum likelihood.", nameof(candidates));
        }

        double[] unmixing = start;
        if (candidates.Count > 1)
        {
            var fast = new FastIca(Moments, start, RoughTolerance);
            fast.Run(FastIterations, cancellation: cancellation);
            unmixing = fast.Unmixing;
        }

        (SourceDensity[] densities, unmixing) = Choose(unmixing, candidates);
        int iterations = 0;
        bool isChoiceStable = candidates.Count == 1;
        for (int choice = 0; choice < MaxChoices && !isChoiceStable; choice++)
        {
            unmixing = Smooth(unmixing, densities, RoughTolerance, 0.1, maxIterations, report, ref iterations, cancellation);
            (SourceDensity[] next, unmixing) = Choose(unmixing, candidates);
            isChoiceStable = next.SequenceEqual(densities);
            densities = next;
        }

        double final = densities.All(density => density.IsSmooth) ? tolerance : Math.Min(1, SmoothedSamples / samples.Columns);
        for (double epsilon = 0.3; ; epsilon /= 10)
        {
            bool isLast = epsilon <= final || densities.All(density => density.IsSmooth);
            unmixing = Smooth(
                unmixing,
                densities,
                densities.All(density => density.IsSmooth) ? tolerance : RoughTolerance * Math.Sqrt(epsilon),
                Math.Max(epsilon, final),
                maxIterations,
                report,
                ref iterations,
                cancellation);
            if (isLast)
                break;
        }

        double norm;
        if (densities.All(density => density.IsSmooth))
            norm = newton.Evaluate(unmixing, densities, cancellation).GradientNorm;
        else
            (unmixing, norm) = Vertices(unmixing, densities, tolerance, maxIterations, report, ref iterations, cancellation);
        isChoiceStable = candidates.Count == 1 || Choose(unmixing, candidates).Densities.SequenceEqual(densities);
        IcaIterate end = newton.Evaluate(unmixing, densities, cancellation);
        return new(unmixing, densities, end.LogLikelihood, norm, iterations, norm <= tolerance && isChoiceStable);
    }

    /// <summary>The model of a matrix whose rows are right up to their scales, which are fitted.</summary>
    public IcaSolution FitScales(
        double[] unmixing,
        IReadOnlyList<SourceDensity> candidates,
        int iterations,
        bool isConverged,
        CancellationToken cancellation = default)
    {
        (SourceDensity[] densities, double[] scaled) = Choose(unmixing, candidates);
        return Describe(scaled, densities, iterations, isConverged, cancellation);
    }

    /// <summary>What the likelihood says of a matrix.</summary>
    public IcaSolution Describe(
        double[] unmixing,
        IReadOnlyList<SourceDensity> densities,
        int iterations,
        bool isConverged,
        CancellationToken cancellation = default)
    {
        IcaIterate end = newton.Evaluate(unmixing, densities, cancellation);
        return new(unmixing, densities, end.LogLikelihood, end.GradientNorm, iterations, isConverged);
    }

    /// <summary>z of all samples (K×N).</summary>
    public static PaddedMatrix Apply(double[] unmixing, PaddedMatrix samples)
        => HostProduct.Multiply(PaddedMatrix.FromRows(unmixing, unmixing.Length / samples.Rows, samples.Rows), samples);

    /// <summary>The best density of each source, and V with rows at their best scales.</summary>
    private (SourceDensity[] Densities, double[] Unmixing) Choose(double[] unmixing, IReadOnlyList<SourceDensity> candidates)
        => SourceScale.ChooseAll(unmixing, samples, candidates, SourceScale.Choose);

    /// <summary>Maximises with Laplace sources smoothed.</summary>
    private double[] Smooth(
        double[] unmixing,
        SourceDensity[] densities,
        double tolerance,
        double epsilon,
        int maxIterations,
        Action<double>? report,
        ref int iterations,
        CancellationToken cancellation)
    {
        IcaIterate end = newton.Maximise(
            unmixing,
            [.. densities.Select(density => density.IsSmooth ? density : SourceDensity.SmoothedLaplace(epsilon))],
            null,
            tolerance,
            Math.Max(0, maxIterations - iterations),
            (_, norm) => report?.Invoke(norm),
            cancellation);
        iterations += end.Iterations;
        return end.Unmixing;
    }

    private (double[] Unmixing, double Norm) Vertices(
        double[] unmixing,
        SourceDensity[] densities,
        double tolerance,
        int maxIterations,
        Action<double>? report,
        ref int iterations,
        CancellationToken cancellation)
    {
        bool[] isLaplace = [.. densities.Select(density => !density.IsSmooth)];
        int[] rows = [.. Enumerable.Range(0, k).Where(i => isLaplace[i])];
        bool areAll = rows.Length == k;
        var vertices = new LaplaceVertices(samples, unmixing);
        double norm = double.PositiveInfinity;
        for (int sweep = 0; sweep < MaxSweeps && norm > tolerance; sweep++)
        {
            int pivots = vertices.Sweep(rows, cancellation);
            iterations++;
            double squares = 0;
            if (!areAll)
            {
                IcaIterate smooth = newton.Maximise(
                    vertices.Unmixing, densities, isLaplace, tolerance / 2, maxIterations, null, cancellation);
                for (int i = 0; i < k; i++)
                {
                    if (!isLaplace[i])
                        vertices.SetRow(i, smooth.Unmixing.AsSpan(i * k, k));
                }

                iterations += smooth.Iterations;
                squares = smooth.GradientNorm * smooth.GradientNorm;
            }

            double last = norm;
            norm = Math.Sqrt(squares + rows.Sum(vertices.SquaredGradient));
            report?.Invoke(norm);
            // Neither a row nor the norm changes any more: ties between samples, or rounding.
            if (pivots == 0 && norm >= last)
                break;
        }

        return (vertices.Unmixing, norm);
    }
}
