using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Optimization;
using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.Samplers;

/// <summary>A local maximum of a density.</summary>
/// <param name="Location">The position of the maximum (D).</param>
/// <param name="LogDensity">The log-density at the maximum, up to the density's constant.</param>
/// <param name="Covariance">C = (−∇² log p)⁻¹ at the maximum: the covariance of the Laplace approximation.</param>
/// <param name="Hits">The number of starts that led to this maximum.</param>
internal sealed record Mode(double[] Location, double LogDensity, GaussianCovariance Covariance, int Hits);

/// <summary>The settings of a search for modes.</summary>
/// <param name="Lower">The lower end of the box, the same on each axis.</param>
/// <param name="Upper">The upper end of the box.</param>
/// <param name="Starts">
/// The number of starts. A mode whose basin takes up the share b of the box is missed with probability <c>(1 − b)^Starts</c>, which for
/// b = 0.1 and 100 starts is 3·10⁻⁵.
/// </param>
/// <param name="MaximumIterations">The maximum number of BFGS iterations per start.</param>
/// <param name="MergeDistance">
/// Two modes at a smaller Mahalanobis distance, by the covariance of either, are merged into the one of higher density.
/// </param>
internal sealed record ModeSearchSettings(
    double Lower = -10, double Upper = 10, int Starts = 100, int MaximumIterations = 1000, double MergeDistance = 1)
{
    internal void Validate(string name)
    {
        if (!(Lower < Upper && double.IsFinite(Upper - Lower)))
        {
            throw new ArgumentOutOfRangeException(
                name, Lower, $"A box from {Lower} to {Upper} is impossible; both ends must be finite, the lower below the upper.");
        }

        SampleMatrix.CheckAtLeast(Starts, 1, "The number of starts", name);
        SampleMatrix.CheckAtLeast(MaximumIterations, 1, "The number of iterations", name);
        SampleMatrix.CheckPositive(MergeDistance, "The distance below which modes are merged", name);
    }
}

/// <summary>The result of a search for modes.</summary>
/// <param name="Modes">The modes in descending order of density.</param>
/// <param name="FailedStarts">The number of starts that did not lead to a mode, but to a slope, a plateau or a saddle.</param>
internal sealed record ModeSearchResult(IReadOnlyList<Mode> Modes, int FailedStarts);

/// <summary>Finds the modes of a density by BFGS on −log p from starts that are uniform in a box.</summary>
/// <remarks>
/// Source: Liu, Duncan and Gandy, "Using perturbation to improve goodness-of-fit tests based on kernelized Stein discrepancy", ICML
/// 2023. The accuracy of BFGS is limited by its line search. Newton's iteration, with second derivatives from central differences of
/// the score, then finds the zero of the score up to rounding; points that are not maxima are discarded.
/// </remarks>
internal static class ModeSearch
{
    // Newton's steps double the digits; an iteration that has not converged after so many is not approaching a mode.
    private const int NewtonSteps = 20;

    // In standard deviations of the mode: far below any accuracy needed, far above rounding.
    private const double Arrived = 1e-7;

    /// <summary>Searches for modes.</summary>
    /// <param name="density">p, up to a constant.</param>
    /// <param name="stream">Supplies the starts, 2D words each.</param>
    /// <param name="settings">The box and the number of starts; null for the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    /// <exception cref="InvalidOperationException">No start led to a mode.</exception>
    public static ModeSearchResult Find(IDensity density, PhiloxStream stream, ModeSearchSettings? settings = null)
    {
        ArgumentNullException.ThrowIfNull(density);
        ArgumentNullException.ThrowIfNull(stream);
        settings ??= new();
        settings.Validate(nameof(settings));
        var candidates = new List<Mode>();
        int failed = 0;
        for (int start = 0; start < settings.Starts; start++)
        {
            var point = new double[density.Dimension];
            for (int d = 0; d < point.Length; d++)
                point[d] = settings.Lower + ((settings.Upper - settings.Lower) * stream.NextUniform());
            if (Climb(density, point, settings.MaximumIterations) is not { } top)
            {
                failed++;
                continue;
            }

            // Most starts end where an earlier one did, and need no further derivatives.
            int known = candidates.FindIndex(mode => Distance(mode, top) < 1e-3 * Math.Min(1, settings.MergeDistance));
            if (known >= 0)
                candidates[known] = candidates[known] with { Hits = candidates[known].Hits + 1 };
            else if (Polish(density, top) is { } mode)
                candidates.Add(mode);
            else
                failed++;
        }

        var modes = new List<Mode>();
        foreach (Mode candidate in candidates.OrderByDescending(mode => mode.LogDensity))
        {
            int same = modes.FindIndex(mode =>
                Math.Min(Distance(mode, candidate.Location), Distance(candidate, mode.Location)) < settings.MergeDistance);
            if (same < 0)
                modes.Add(candidate);
            else
                modes[same] = modes[same] with { Hits = modes[same].Hits + candidate.Hits };
        }

        return modes.Count > 0
            ? new(modes, failed)
            : throw new InvalidOperationException(
                $"None of {settings.Starts} starts in the box from {settings.Lower} to {settings.Upper} found a mode; use a box that "
                + "contains modes, or more starts.");
    }

    /// <summary>The highest point that BFGS evaluated, or null if it is not finite.</summary>
    private static double[]? Climb(IDensity density, double[] start, int iterations)
    {
        (double best, double[]? highest) = (double.PositiveInfinity, null);
        IObjectiveFunction objective = ObjectiveFunction.Gradient(x =>
        {
            double[] point = x.ToArray();
            var gradient = new double[point.Length];
            double value = -density.LogDensityAndScore(point, gradient);
            if (value < best && double.IsFinite(value))
                (best, highest) = (value, point);
            for (int d = 0; d < gradient.Length; d++)
                gradient[d] = -gradient[d];
            return (value, new DenseVector(gradient));
        });
        try
        {
            // Tolerances of gradient, parameters and progress that the line search can reach; Newton's iteration does the rest.
            new BfgsMinimizer(1e-6, 1e-8, 1e-12, iterations).FindMinimum(objective, new DenseVector((double[])start.Clone()));
        }
        catch (OptimizationException)
        {
            // The line search also fails near a minimum, where rounding hides the descent; the next step finds out whether this is one.
        }

        return highest;
    }

    /// <summary>The mode near a point, or null if there is none within about a standard deviation.</summary>
    private static Mode? Polish(IDensity density, double[] start)
    {
        int dimension = density.Dimension;
        double[] point = (double[])start.Clone();
        var step = new double[dimension];
        for (int iteration = 0; iteration < NewtonSteps; iteration++)
        {
            double logDensity = density.LogDensityAndScore(point, step);
            if (Precision(density, point) is not { } precision)
                return null;

            // |L⁻¹s| is the length of the step P⁻¹s in standard deviations.
            double length = Math.Sqrt(precision.SquaredLength([.. step]));
            if (!(length < 1))
                return null;
            if (length < Arrived)
            {
                double[] covariance = SquareMatrix.Inverse(precision.ToArray(), dimension);
                return GaussianCovariance.TryFull(dimension, covariance, out _) is { } c ? new(point, logDensity, c, 1) : null;
            }

            precision.Solve(step);
            for (int d = 0; d < dimension; d++)
                point[d] += step[d];
        }

        return null;
    }

    /// <summary>
    /// <c>−∇² log p</c> from central differences of the score, or null if it is not positive definite. The steps are 10⁻⁴ of the
    /// length scale of the curvature on each axis, so that the truncation error is of the order 10⁻⁸ of the entries and rounding 10⁻¹².
    /// </summary>
    private static GaussianCovariance? Precision(IDensity density, double[] point)
    {
        const double RelativeStep = 1e-4;
        int dimension = point.Length;
        double[] steps = [.. point.Select(x => 1e-6 * Math.Max(1, Math.Abs(x)))];
        double[] precision = Differences(density, point, steps);
        for (int d = 0; d < dimension; d++)
        {
            double curvature = precision[(d * dimension) + d];
            if (!(curvature > 0 && double.IsFinite(curvature)))
                return null;
            steps[d] = RelativeStep / Math.Sqrt(curvature);
        }

        precision = Differences(density, point, steps);
        return GaussianCovariance.TryFull(dimension, precision, out _);
    }

    private static double[] Differences(IDensity density, double[] point, double[] steps)
    {
        int dimension = point.Length;
        var moved = (double[])point.Clone();
        var above = new double[dimension];
        var below = new double[dimension];
        var matrix = new double[dimension * dimension];
        for (int i = 0; i < dimension; i++)
        {
            moved[i] = point[i] + steps[i];
            density.LogDensityAndScore(moved, above);
            moved[i] = point[i] - steps[i];
            density.LogDensityAndScore(moved, below);
            moved[i] = point[i];
            for (int j = 0; j < dimension; j++)
            {
                // Half is added to each side of the diagonal, which makes the matrix symmetric to the last bit.
                double half = (below[j] - above[j]) / (4 * steps[i]);
                matrix[(i * dimension) + j] += half;
                matrix[(j * dimension) + i] += half;
            }
        }

        return matrix;
    }

    /// <summary>The Mahalanobis distance of a point from a mode, by the mode's covariance.</summary>
    private static double Distance(Mode mode, double[] point)
    {
        double[] difference = [.. point.Zip(mode.Location, (x, m) => x - m)];
        return Math.Sqrt(mode.Covariance.SquaredLength(difference));
    }
}
