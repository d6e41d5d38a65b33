using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// The Gaussian kernel density estimate of samples as a mixture <c>(1/N) Σ_n N(x; x_n, σ² I)</c> with its exact score. It is the
/// empirical distribution of the samples with added noise of standard deviation σ.
/// </summary>
/// <remarks>
/// All components share one covariance. Scores at M points cost O(MND): for M = N = 2000 and D = 2 that is 4·10⁶ exponentials, one or
/// two tenths of a second. At a sample, the sample's own kernel is included.
/// </remarks>
internal static class KernelDensity
{
    /// <summary>Creates the kernel density estimate of samples.</summary>
    /// <param name="samples">N×D, row-major, N at least 1.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="deviation">The bandwidth σ: the standard deviation of each kernel, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1, or σ² is not a positive finite number.</exception>
    /// <exception cref="ArgumentException">There are no samples, or the numbers are not rows of D finite numbers.</exception>
    public static GaussianMixture Create(ReadOnlySpan<double> samples, int dimension, double deviation)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int rows = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 1);
        double variance = deviation * deviation;
        if (!(deviation > 0 && variance > 0 && double.IsFinite(variance)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(deviation), deviation, $"The bandwidth cannot be {deviation}; its square must be a positive finite number.");
        }

        var weights = new double[rows];
        Array.Fill(weights, 1.0 / rows);
        var covariances = new GaussianCovariance[rows];
        Array.Fill(covariances, GaussianCovariance.Isotropic(dimension, variance));
        return new(weights, samples, covariances);
    }
}
