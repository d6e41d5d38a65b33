using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// The multivariate Student-t density with ν degrees of freedom, location μ and scale matrix Σ, with <c>q = (x − μ)ᵀ Σ⁻¹ (x − μ)</c>:
/// <c>log p = −½(ν + D) log(1 + q/ν)</c> and score <c>−(ν + D)/(ν + q) Σ⁻¹(x − μ)</c>. Coordinates are dependent even where Σ is diagonal.
/// </summary>
/// <param name="degreesOfFreedom">ν, positive.</param>
/// <param name="location">μ (D).</param>
/// <param name="scale">Σ, of dimension D; the covariance is Σν/(ν − 2) where ν is above 2.</param>
internal sealed class MultivariateStudentT(double degreesOfFreedom, double[] location, GaussianCovariance scale) : IDensity
{
    /// <inheritdoc/>
    public int Dimension => location.Length;

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point) => LogDensityAndScore(point, new double[Dimension]);

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        var difference = new double[Dimension];
        for (int d = 0; d < difference.Length; d++)
            difference[d] = score[d] = point[d] - location[d];
        double square = scale.SquaredLength(difference);
        scale.Solve(score);
        foreach (ref double entry in score)
            entry *= -(degreesOfFreedom + Dimension) / (degreesOfFreedom + square);
        return -0.5 * (degreesOfFreedom + Dimension) * Math.Log(1 + (square / degreesOfFreedom));
    }
}

/// <summary>
/// Independent Student-t coordinates with ν degrees of freedom each, locations μ_d and scales c_d, with <c>z_d = (x_d − μ_d)/c_d</c>:
/// <c>log p = −½(ν + 1) Σ_d log(1 + z_d²/ν)</c> and score <c>−(ν + 1) z_d/((ν + z_d²) c_d)</c>.
/// </summary>
/// <param name="degreesOfFreedom">ν, positive.</param>
/// <param name="location">μ (D).</param>
/// <param name="scales">c (D), positive.</param>
internal sealed class ProductStudentT(double degreesOfFreedom, double[] location, double[] scales) : IDensity
{
    /// <inheritdoc/>
    public int Dimension => location.Length;

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point) => LogDensityAndScore(point, new double[Dimension]);

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        double sum = 0;
        for (int d = 0; d < score.Length; d++)
        {
            double z = (point[d] - location[d]) / scales[d];
            sum += Math.Log(1 + (z * z / degreesOfFreedom));
            score[d] = -(degreesOfFreedom + 1) * z / ((degreesOfFreedom + (z * z)) * scales[d]);
        }

        return -0.5 * (degreesOfFreedom + 1) * sum;
    }
}
