using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// A Gaussian bent along a parabola: <c>x₁ ~ N(0, v)</c>, <c>x₂ = τε + b(x₁² − v)</c> with <c>ε ~ N(0, 1)</c>, by default v = 100,
/// b = 0.03 and τ = 1, and any further coordinates N(0, 1) (Haario, Saksman and Tamminen, "Adaptive proposal distribution for random walk
/// Metropolis algorithm", Computational Statistics 14, 1999).
/// </summary>
/// <remarks>
/// With <c>u = (x₂ − b(x₁² − v))/τ²</c>: <c>log p = −x₁²/(2v) − τ²u²/2 − Σ_{d>2} x_d²/2</c>. As <c>∂u/∂x₁ = −2bx₁/τ²</c>, the score is
/// <c>(−x₁/v + 2bx₁u, −u, −x₃, …)</c>. u and x₁ are independent, so that
/// <c>E‖s‖² = (1/v + 4b²v/τ²) + 1/τ² + (D − 2)</c>. Along x₁ the term 4b²v = 0.36, due to the bend, dominates.
/// </remarks>
public sealed class BananaDensity : ITarget
{
    /// <summary>The bend b of the parabola, unless another is given.</summary>
    public const double Bend = 0.03;

    /// <summary>The variance v of x₁, unless another is given.</summary>
    public const double Variance = 100;

    private readonly double bend;
    private readonly double variance;
    private readonly double deviation;

    /// <param name="dimension">D, at least 2.</param>
    /// <param name="bend">b, finite.</param>
    /// <param name="variance">v, positive and finite.</param>
    /// <param name="deviation">τ, positive and finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 2, or b, v or τ is outside its range.</exception>
    public BananaDensity(int dimension = 2, double bend = Bend, double variance = Variance, double deviation = 1)
    {
        if (!double.IsFinite(bend))
            throw new ArgumentOutOfRangeException(nameof(bend), bend, $"The bend of a banana cannot be {bend}; it must be finite.");
        SampleMatrix.CheckPositive(variance, "The variance of a banana", nameof(variance));
        SampleMatrix.CheckPositive(deviation, "The deviation of a banana", nameof(deviation));
        (this.bend, this.variance, this.deviation) = (bend, variance, deviation);
        if (dimension < 2)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dimension), dimension, $"The dimension of a banana density cannot be {dimension}; it must be at least 2.");
        }

        Dimension = dimension;
    }

    /// <inheritdoc/>
    public int Dimension { get; }

    /// <summary>The expectation E‖s‖² under the density itself.</summary>
    public double ExpectedSquaredScore
        => (1 / variance) + (((4 * bend * bend * variance) + 1) / (deviation * deviation)) + Dimension - 2;

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point)
    {
        SampleMatrix.CheckPoint(point, Dimension, nameof(point));
        double u = (point[1] - Parabola(point[0])) / deviation;
        double sum = (point[0] * point[0] / variance) + (u * u);
        foreach (double entry in point[2..])
            sum += entry * entry;
        return -0.5 * sum;
    }

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckPoint(score, Dimension, nameof(score));
        double logDensity = LogDensity(point);
        double u = (point[1] - Parabola(point[0])) / (deviation * deviation);
        score[0] = (-point[0] / variance) + (2 * bend * point[0] * u);
        score[1] = -u;
        for (int d = 2; d < Dimension; d++)
            score[d] = -point[d];
        return logDensity;
    }

    /// <inheritdoc/>
    /// <remarks>Each sample consumes 4D words.</remarks>
    public double[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SampleMatrix.CheckCount(count, Dimension, nameof(count));
        var samples = new double[count * Dimension];
        for (int start = 0; start < samples.Length; start += Dimension)
        {
            Span<double> sample = samples.AsSpan(start, Dimension);
            foreach (ref double entry in sample)
                entry = stream.NextNormal();
            sample[0] *= Math.Sqrt(variance);
            sample[1] = (deviation * sample[1]) + Parabola(sample[0]);
        }

        return samples;
    }

    private double Parabola(double first) => bend * ((first * first) - variance);
}
