using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>
/// The distribution of N points <c>t_n</c>, each with probability 1/N, to which normal noise may be added: the density of the data that a
/// generator learns. Without noise it can be sampled and has no score.
/// </summary>
/// <remarks>
/// <para>
/// With noise of standard deviation σ it is the density of <see cref="KernelDensity"/>. With the weights <c>w_n ∝ exp(−‖x − t_n‖²/2σ²)</c>
/// and the mean <c>m = Σ_n w_n t_n</c> its score is <c>(m − x)/σ²</c> and the derivative of the score along v is
/// <c>[Σ_n w_n t_n (t_n·v) − m (m·v)]/σ⁴ − v/σ²</c>.
/// </para>
/// <para>
/// Scores of many points are products of matrices, several times as fast as those of a <see cref="GaussianMixture"/>: O(MND) for M points,
/// and memory for M×N numbers.
/// </para>
/// </remarks>
internal sealed class EmpiricalDensity : ITarget, ISmoothableDensity
{
    private readonly PaddedMatrix points;
    private readonly PaddedMatrix transposed;
    private readonly double[] halfSquares;
    private readonly double deviation;

    /// <param name="samples">The points (N×D, row-major), at least one.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    /// <exception cref="ArgumentException">There are no points, or the numbers are not rows of D finite numbers.</exception>
    public EmpiricalDensity(ReadOnlySpan<double> samples, int dimension)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int rows = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 1);
        points = PaddedMatrix.FromRows(samples, rows, dimension);
        transposed = new PaddedMatrix(dimension, rows);
        halfSquares = new double[rows];
        for (int n = 0; n < rows; n++)
        {
            for (int d = 0; d < dimension; d++)
            {
                double value = points.Row(n)[d];
                transposed.Row(d)[n] = value;
                halfSquares[n] += 0.5 * value * value;
            }
        }
    }

    private EmpiricalDensity(EmpiricalDensity other, double deviation)
        => (points, transposed, halfSquares, this.deviation) = (other.points, other.transposed, other.halfSquares, deviation);

    /// <inheritdoc/>
    public int Dimension => points.Columns;

    private double Variance => deviation > 0
        ? deviation * deviation
        : throw new InvalidOperationException("A distribution of points has no density; add noise to it.");

    /// <inheritdoc/>
    public IDensity Smoothed(double deviation)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(deviation);
        return new EmpiricalDensity(this, Math.Sqrt((this.deviation * this.deviation) + (deviation * deviation)));
    }

    /// <inheritdoc/>
    public double LogDensity(ReadOnlySpan<double> point) => LogDensityAndScore(point, new double[Dimension]);

    /// <inheritdoc/>
    public double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score)
    {
        SampleMatrix.CheckSameShape(point, score, Dimension, nameof(score));
        return ScoreOf(point, score)[0];
    }

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<double> points, Span<double> scores)
    {
        SampleMatrix.CheckSameShape(points, scores, Dimension, nameof(scores));
        ScoreOf(points, scores);
    }

    /// <inheritdoc/>
    public void HessianProducts(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
    {
        SampleMatrix.CheckSameShape(points, vectors, Dimension, nameof(vectors));
        SampleMatrix.CheckSameShape(points, products, Dimension, nameof(products));
        (PaddedMatrix weights, _) = Weights(points);
        PaddedMatrix means = HostProduct.Multiply(weights, this.points);
        PaddedMatrix along = HostProduct.Multiply(PaddedMatrix.FromRows(vectors, weights.Rows, Dimension), transposed);
        for (int row = 0; row < along.Rows; row++)
        {
            Span<double> values = along.Row(row);
            ReadOnlySpan<double> shares = weights.Row(row);
            for (int n = 0; n < values.Length; n++)
                values[n] *= shares[n];
        }

        PaddedMatrix moved = HostProduct.Multiply(along, this.points);
        double variance = Variance, square = variance * variance;
        for (int row = 0; row < means.Rows; row++)
        {
            ReadOnlySpan<double> mean = means.Row(row), vector = vectors.Slice(row * Dimension, Dimension), sum = moved.Row(row);
            double inner = 0;
            for (int d = 0; d < Dimension; d++)
                inner += mean[d] * vector[d];
            for (int d = 0; d < Dimension; d++)
                products[(row * Dimension) + d] = ((sum[d] - (mean[d] * inner)) / square) - (vector[d] / variance);
        }
    }

    /// <inheritdoc/>
    public double[] Sample(PhiloxStream stream, int count)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var samples = new double[count * Dimension];
        for (int row = 0; row < count; row++)
        {
            Span<double> sample = samples.AsSpan(row * Dimension, Dimension);
            points.Row(stream.NextInt32(points.Rows)).CopyTo(sample);
            for (int d = 0; d < Dimension && deviation > 0; d++)
                sample[d] += deviation * stream.NextNormal();
        }

        return samples;
    }

    /// <summary>Computes the scores at points (M×D), and returns the log-densities there up to a constant.</summary>
    private double[] ScoreOf(ReadOnlySpan<double> at, Span<double> scores)
    {
        (PaddedMatrix weights, double[] logarithms) = Weights(at);
        HostProduct.Multiply(weights, points).CopyTo(scores);
        double variance = Variance;
        for (int i = 0; i < scores.Length; i++)
            scores[i] = (scores[i] - at[i]) / variance;
        return logarithms;
    }

    /// <summary>w (M×N) at points (M×D), and the log-densities there up to a constant.</summary>
    private (PaddedMatrix Weights, double[] LogDensities) Weights(ReadOnlySpan<double> at)
    {
        int rows = at.Length / Dimension;
        double variance = Variance;
        PaddedMatrix weights = HostProduct.Multiply(PaddedMatrix.FromRows(at, rows, Dimension), transposed);
        var logarithms = new double[rows];
        for (int row = 0; row < rows; row++)
        {
            Span<double> values = weights.Row(row);
            double largest = double.NegativeInfinity, sum = 0, square = 0;
            for (int n = 0; n < values.Length; n++)
            {
                values[n] = (values[n] - halfSquares[n]) / variance;
                largest = Math.Max(largest, values[n]);
            }

            for (int n = 0; n < values.Length; n++)
                sum += values[n] = Math.Exp(values[n] - largest);
            for (int n = 0; n < values.Length; n++)
                values[n] /= sum;
            foreach (double value in at.Slice(row * Dimension, Dimension))
                square += value * value;
            logarithms[row] = largest + Math.Log(sum) - (0.5 * square / variance);
        }

        return (weights, logarithms);
    }
}
