using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>A density on D dimensions, known up to a factor, with its score. On the host, in double precision.</summary>
public interface IDensity
{
    /// <summary>D.</summary>
    int Dimension { get; }

    /// <summary><c>log p(x)</c> up to a constant of the density, in nats.</summary>
    /// <param name="point">x (D).</param>
    /// <exception cref="ArgumentException">x does not have D coordinates.</exception>
    double LogDensity(ReadOnlySpan<double> point);

    /// <summary><c>log p(x)</c> up to the same constant, and the score <c>∇ log p(x)</c>, at the cost of little more than one.</summary>
    /// <param name="point">x (D).</param>
    /// <param name="score">Receives the score (D).</param>
    /// <exception cref="ArgumentException">x or the score does not have D coordinates.</exception>
    double LogDensityAndScore(ReadOnlySpan<double> point, Span<double> score);

    /// <summary>The score <c>∇ log p</c> at each point.</summary>
    /// <param name="points">N×D, row-major.</param>
    /// <param name="scores">Receives them (N×D, row-major); not the points' own memory.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    void Score(ReadOnlySpan<double> points, Span<double> scores)
    {
        SampleMatrix.CheckSameShape(points, scores, Dimension, nameof(scores));
        for (int start = 0; start < points.Length; start += Dimension)
            LogDensityAndScore(points.Slice(start, Dimension), scores.Slice(start, Dimension));
    }
}
