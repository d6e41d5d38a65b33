using Stein.Engine.IndependentComponents;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;

namespace Stein.Experiments.Ica.Robust;

/// <summary>A way to estimate the unmixing matrix. Another one is a line here.</summary>
/// <param name="Title">The name in tables.</param>
/// <param name="IsTrimmed">Whether outliers are looked for, so that the scatter is that of the other points.</param>
/// <param name="Estimate">The unmixing matrix of whitened points (D×D, row-major).</param>
internal sealed record RobustEstimator(string Name, string Title, bool IsTrimmed, Func<WhitenedTraining, double[]> Estimate)
{
    private static readonly RobustEstimator[] All =
    [
        new("whitening", "whitening", false, on => on.Kept.Whitened()),
        new("fastica", "FastICA", false, on => on.Kept.FastIca()),
        new("mle", "maximum likelihood", false, on => on.Kept.MaximumLikelihood()),
        new("stein", "Stein", false, on => on.Kept.Solve(on.Kept.Rotate())),
        new("trimmed-whitening", "trimmed: whitening", true, on => on.Consistent(on.Kept.Whitened())),
        new("trimmed-fastica", "trimmed: FastICA", true, on => on.Consistent(on.Kept.FastIca())),
        new("trimmed-mle", "trimmed: maximum likelihood", true, on => on.Consistent(on.Kept.MaximumLikelihood())),
        new("trimmed-stein", "trimmed: Stein", true, on => on.Consistent(on.Kept.Solve(on.Kept.Rotate()))),
        new("linear", "trimmed: Stein, then likelihood of all", true, on => on.All.Solve(on.Kept.Rotate())),
        new("bounded", "trimmed: Stein, then bounded tests of all", true, on => on.All.Solve(on.Kept.Rotate(), on.Bounded)),
        new("weighted", "trimmed: Stein, then weighted tests of all", true, on => on.SolveWeighted()),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(estimator => estimator.Name)];

    /// <summary>The estimators whose result a setting changes.</summary>
    public static IReadOnlyList<string> NamesThatUse(string setting)
        => setting == nameof(IcaLocalRobustSettings.Bound)
            ? ["bounded"]
            : [.. All.Where(estimator => estimator.IsTrimmed).Select(estimator => estimator.Name)];

    public static RobustEstimator Of(IcaLocalRobustSettings settings) => All.Single(estimator => estimator.Name == settings.Estimator);
}

/// <summary>The training points of a run, whitened by all of them or by those that are no outliers.</summary>
internal sealed class WhitenedTraining
{
    private readonly IcaLocalRobustSettings settings;
    private readonly Lazy<WhitenedPoints> all;

    public WhitenedTraining(IcaLocalRobustSettings settings, double[] points, bool isTrimmed)
    {
        this.settings = settings;
        Trimming = isTrimmed ? TrimmedSamples.Of(points, settings.Dimension, settings.Cutoff) : null;
        double[] kept = Trimming?.Kept(points) ?? points;
        Whitening = SamplePreparation.Whiten(kept, settings.Dimension, settings.Dimension);
        Kept = new(Whitening.Apply(kept), settings);
        all = new(() => new(Whitening.Apply(points), settings));
    }

    /// <summary>Which points are no outliers; null where none was looked for.</summary>
    public TrimmedSamples? Trimming { get; }

    public SamplePreparation Whitening { get; }

    /// <summary>The points that are no outliers; all of them where none was looked for.</summary>
    public WhitenedPoints Kept { get; }

    /// <summary>All points, with the same whitening.</summary>
    public WhitenedPoints All => all.Value;

    /// <summary>Bounded functions of single sources.</summary>
    public SteinTest Bounded => new BoundedTest(settings.Bound);

    /// <summary>
    /// The matrix times the consistency factor of trimming: the rows that fit the points kept best are too long, because their sources are
    /// smaller than others.
    /// </summary>
    /// <param name="unmixing">V of the points kept (D×D, row-major).</param>
    public double[] Consistent(double[] unmixing) => Scaled(unmixing, Shrinkage.Size);

    /// <summary>
    /// Stein identities of all points with test functions that are 0 beyond the limit of trimming, and whose weight is 1 up to half-way
    /// from the median, from the rotation of the points kept.
    /// </summary>
    public double[] SolveWeighted()
    {
        (double variance, TrimmedSamples trimming) = (WhitenedPoints.Variance * Shrinkage.Square, Trimming!);
        return All.Solve(
            Scaled(Kept.Rotate(), Math.Sqrt(Shrinkage.Square)),
            new WeightedTest(variance * 0.5 * (trimming.Median + trimming.Limit), variance * trimming.Limit));
    }

    /// <summary>How much smaller Laplace sources are within the limit of trimming.</summary>
    private SourceShrinkage Shrinkage => SourceShrinkage.Within(settings.Dimension, Trimming!.Limit);

    private static double[] Scaled(double[] matrix, double factor) => Array.ConvertAll(matrix, entry => factor * entry);
}

/// <summary>What trimming by the length of z does to Laplace sources.</summary>
/// <param name="Size">E[|z| | kept]/E|z|.</param>
/// <param name="Square">E[z² | kept]/E[z²].</param>
internal readonly record struct SourceShrinkage(double Size, double Square)
{
    /// <summary>By simulation, always with the same draws.</summary>
    /// <param name="limit">The squared length up to which points are kept, in the coordinates in which their covariance is I.</param>
    public static SourceShrinkage Within(int dimension, double limit)
    {
        const int Draws = 1 << 14;
        var stream = new PhiloxStream(0, StreamPurpose.Whitening);
        double[] squares = new double[Draws], sizes = new double[Draws];
        for (int i = 0; i < Draws; i++)
        {
            for (int d = 0; d < dimension; d++)
            {
                double z = stream.NextLaplace();
                squares[i] += z * z;
                sizes[i] += Math.Abs(z);
            }
        }

        // The nearest points, as many as there are within the limit by their own covariance: the largest such number.
        Array.Sort(squares, sizes);
        (double square, double size, int kept) = (squares.Sum(), sizes.Sum(), Draws);
        while (kept > 0 && squares[kept - 1] * dimension * kept > limit * square)
            (square, size, kept) = (square - squares[kept - 1], size - sizes[kept - 1], kept - 1);
        return kept == 0 ? new(1, 1) : new(size / kept / sizes.Average(), square / kept / squares.Average());
    }
}

/// <summary>Whitened points, and the parts of which estimators are made. Matrices are D×D, row-major.</summary>
internal sealed class WhitenedPoints(PaddedMatrix points, IcaLocalRobustSettings settings)
{
    /// <summary>Of the density.</summary>
    public const double Variance = 2;

    private static readonly SourceDensity Density = SourceDensity.Laplace;

    private readonly MaximumLikelihoodIca ica = new(points);

    /// <summary>The random rotation from which all estimators start.</summary>
    private double[] Start => MaximumLikelihoodIca.RandomRotation(points.Rows, settings.Seed, 0);

    /// <summary>Nothing but whitening: the start, in the scale of the density.</summary>
    public double[] Whitened() => Scaled(Start);

    /// <summary>FastICA with the contrast log cosh, in the scale of the density.</summary>
    public double[] FastIca()
    {
        const double Turn = 1e-6;
        return Scaled(Ended(new FastIca(ica.Moments, Start, Turn)));
    }

    /// <summary>Maximum likelihood by a quasi-Newton method, the kink of the Laplace density smoothed less and less.</summary>
    public double[] MaximumLikelihood()
    {
        const double Tolerance = 1e-2;
        var newton = new RelativeQuasiNewton(ica.Moments);
        double[] unmixing = Whitened();
        int iterations = 0;
        foreach (double smoothing in (double[])[0.1, 0.01])
        {
            SourceDensity[] densities = [.. Enumerable.Repeat(SourceDensity.SmoothedLaplace(smoothing), points.Rows)];
            IcaIterate end = newton.Maximise(unmixing, densities, null, Tolerance, settings.MaxIterations - iterations);
            (unmixing, iterations) = (end.Unmixing, iterations + end.Iterations);
        }

        return unmixing;
    }

    /// <summary>The rotation of least Stein discrepancy of the sources, times the standard deviation of the density.</summary>
    public double[] Rotate()
    {
        var contrast = SteinContrast.Default;
        return LocalIca.Scaled(Ended(new SteinRotation(ica.Moments, Start, contrast, Density)), Density);
    }

    /// <summary>The Stein identities of linear test functions, from separated sources on.</summary>
    public double[] Solve(double[] start) => Ended(new LikelihoodEquations(ica.Moments, start, Density));

    /// <summary>The Stein identities of other test functions, from separated sources on.</summary>
    public double[] Solve(double[] start, SteinTest test) => Ended(new LikelihoodEquations(ica.Moments, start, Density, test));

    private double[] Ended(UnmixingSearch search)
    {
        search.Run(settings.MaxIterations);
        return search.Unmixing;
    }

    private double[] Scaled(double[] rotation) => ica.FitScales(rotation, [Density], 0, isConverged: false).Unmixing;
}
