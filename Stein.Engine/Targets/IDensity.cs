using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>A density in D dimensions, known up to a factor, and its score, evaluated on the host in double precision.</summary>
public interface IDensity
{
    /// <summary>The dimension D.</summary>
    int Dimension { get; }

    /// <summary>The log-density <c>log p(x)</c> up to a constant, in nats.</summary>
    /// <param name="point">x (D).</param>
    /// <exception cref="ArgumentException">x does not have D coordinates.</exception>
    double LogDensity(ReadOnlySpan<double> point);

    /// <summary>
    /// Returns <c>log p(x)</c> up to the same constant and computes the score <c>∇ log p(x)</c>, at little more than the cost of one.
    /// </summary>
    /// <param name="point">x (D).</param>
    /// <param name="score">Receives the score (D).</param>
    /// <exception cref="ArgumentException">x or the score does not have D coordinates.</exception>
    double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score);

    /// <summary>Computes the score <c>∇ log p</c> at each point.</summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="scores">Receives the scores (N×D, row-major); must not overlap the points.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    void Score(ReadOnlySpan<double> points, Span<double> scores)
    {
        SampleMatrix.CheckSameShape(points, scores, Dimension, nameof(scores));
        for (int start = 0; start < points.Length; start += Dimension)
            LogDensityAndScore(points.Slice(start, Dimension), scores.Slice(start, Dimension));
    }
    /// <summary>
    /// Computes <c>∇∇ log p(x_n) · v_n</c>, the derivative of the score along a vector at each point; by central differences of the score,
    /// unless the density does better.
    /// </summary>
    /// <param name="points">x: N×D, row-major.</param>
    /// <param name="vectors">v: N×D, row-major.</param>
    /// <param name="products">Receives the products (N×D, row-major); must not overlap the points or vectors.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    void HessianProducts(ReadOnlySpan<double> points, ReadOnlySpan<double> vectors, Span<double> products)
    {
        SampleMatrix.CheckSameShape(points, vectors, Dimension, nameof(vectors));
        SampleMatrix.CheckSameShape(points, products, Dimension, nameof(products));

        // The step has the length at which truncation and rounding are about equal, the cube root of the round-off, for points of size 1.
        const double Step = 6e-6;
        var moved = new double[Dimension];
        var after = new double[Dimension];
        for (int start = 0; start < points.Length; start += Dimension)
        {
            ReadOnlySpan<double> point = points.Slice(start, Dimension), vector = vectors.Slice(start, Dimension);
            Span<double> product = products.Slice(start, Dimension);
            double length = Length(vector);
            if (length == 0)
            {
                product.Clear();
                continue;
            }

            double step = Step * Math.Max(1, Length(point)) / length;
            for (int d = 0; d < moved.Length; d++)
                moved[d] = point[d] + (step * vector[d]);
            LogDensityAndScore(moved, after);
            for (int d = 0; d < moved.Length; d++)
                moved[d] = point[d] - (step * vector[d]);
            LogDensityAndScore(moved, product);
            for (int d = 0; d < moved.Length; d++)
                product[d] = (after[d] - product[d]) / (2 * step);
        }

        static double Length(ReadOnlySpan<double> vector)
        {
            double square = 0;
            foreach (double entry in vector)
                square += entry * entry;
            return Math.Sqrt(square);
        }
    }
}

/// <summary>A density of which the convolution with a normal density is known.</summary>
public interface ISmoothableDensity : IDensity
{
    /// <summary>The density of the samples with independent normal noise of standard deviation σ added to every coordinate.</summary>
    /// <param name="deviation">σ, not negative.</param>
    IDensity Smoothed(double deviation);
}
