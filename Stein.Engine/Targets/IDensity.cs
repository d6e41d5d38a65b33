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
}
