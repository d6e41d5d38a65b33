using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// Independent coordinates of one shape p₀, each with its own location μ_d and scale c_d: with <c>z_d = (x_d − μ_d)/c_d</c>,
/// <c>log p = Σ_d log p₀(z_d)</c> up to a constant, and the score is <c>(log p₀)′(z_d)/c_d</c>.
/// </summary>
internal abstract class ProductDensity : ITarget
{
    private readonly double[] location;
    private readonly double[] scales;

    /// <param name="location">μ (D), D at least 1.</param>
    /// <param name="scales">c (D), positive.</param>
    /// <exception cref="ArgumentException">There are not D of both.</exception>
    /// <exception cref="ArgumentOutOfRangeException">D is 0, or a scale is not a positive finite number.</exception>
    protected ProductDensity(double[] location, double[] scales)
    {
        SampleMatrix.CheckDimension(location.Length, nameof(location));
        SampleMatrix.CheckPoint(scales, location.Length, nameof(scales));
        foreach (double scale in scales)
            SampleMatrix.CheckPositive(scale, "A scale", nameof(scales));
        (this.location, this.scales) = (location, scales);
    }

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
            (double logDensity, double slope) = At((point[d] - location[d]) / scales[d]);
            sum += logDensity;
            score[d] = slope / scales[d];
        }

        return sum;
    }

    /// <inheritdoc/>
    public void HessianProducts(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
    {
        SampleMatrix.CheckSameShape(points, vectors, Dimension, nameof(vectors));
        SampleMatrix.CheckSameShape(points, products, Dimension, nameof(products));
        for (int start = 0; start < points.Length; start += Dimension)
        {
            for (int d = 0; d < Dimension; d++)
            {
                double z = (points[start + d] - location[d]) / scales[d];
                products[start + d] = ScoreDerivative(z) / (scales[d] * scales[d]) * vectors[start + d];
            }
        }
    }

    /// <inheritdoc/>
    public double[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        SampleMatrix.CheckCount(count, Dimension, nameof(count));
        var samples = new double[count * Dimension];
        for (int start = 0; start < samples.Length; start += Dimension)
        {
            for (int d = 0; d < Dimension; d++)
                samples[start + d] = location[d] + (scales[d] * Draw(stream));
        }

        return samples;
    }

    /// <summary><c>log p₀(z)</c> up to a constant, and its derivative.</summary>
    protected abstract (double LogDensity, double Score) At(double z);

    /// <summary>The second derivative of <c>log p₀</c>.</summary>
    protected abstract double ScoreDerivative(double z);

    /// <summary>A draw of p₀.</summary>
    protected abstract double Draw(PhiloxStream stream);
}
