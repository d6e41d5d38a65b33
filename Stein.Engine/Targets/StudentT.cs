using Stein.Engine.Random;
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
/// Independent Student-t coordinates with ν degrees of freedom each: <c>log p = −½(ν + 1) Σ_d log(1 + z_d²/ν)</c>.
/// </summary>
/// <param name="degreesOfFreedom">ν, positive.</param>
/// <param name="location">μ (D).</param>
/// <param name="scales">c (D), positive; the variances are c²ν/(ν − 2) where ν is above 2.</param>
internal sealed class ProductStudentT(double degreesOfFreedom, double[] location, double[] scales) : ProductDensity(location, scales)
{
    /// <inheritdoc/>
    protected override (double LogDensity, double Score) At(double z)
        => (
            -0.5 * (degreesOfFreedom + 1) * Math.Log(1 + (z * z / degreesOfFreedom)),
            -(degreesOfFreedom + 1) * z / (degreesOfFreedom + (z * z)));

    /// <inheritdoc/>
    protected override double ScoreDerivative(double z)
    {
        double sum = degreesOfFreedom + (z * z);
        return (degreesOfFreedom + 1) * ((z * z) - degreesOfFreedom) / (sum * sum);
    }

    /// <inheritdoc/>
    protected override double Draw(PhiloxStream stream) => stream.NextStudentT(degreesOfFreedom);
}
