using Stein.Engine.Random;

namespace Stein.Experiments.Stages;

/// <summary>
/// An error that is added to scores (N×D) at the levels of noise of one window: <c>ρ · rms|s| · u(x)</c>, with the root of the mean of |s|²
/// over the points and a field u with mean square 1.
/// </summary>
internal sealed class StageError
{
    /// <summary>A smooth field, <c>u = √2 sin(Wx/√(σ² + ¼) + b)/√D</c>, W with entries of variance 1/D and b uniform.</summary>
    public const string Field = "field";

    /// <summary>Along the axis between the modes, <c>u = e₁</c>.</summary>
    public const string Direction = "direction";

    /// <summary>Scores that are 1 + ρ times as large, <c>u = s/rms|s|</c>.</summary>
    public const string Scale = "scale";

    /// <summary>White noise, new at every point and step.</summary>
    public const string Noise = "noise";

    private readonly string kind;
    private readonly double size;
    private readonly (double Low, double High) window;
    private readonly int dimension;
    private readonly double[] weights;
    private readonly double[] phases;
    private readonly PhiloxStream stream;

    /// <param name="kind">See <see cref="Names"/>.</param>
    /// <param name="size">ρ.</param>
    /// <param name="window">From a σ to below another.</param>
    /// <param name="dimension">D.</param>
    /// <param name="stream">Of W, b and white noise.</param>
    public StageError(string kind, double size, (double Low, double High) window, int dimension, PhiloxStream stream)
    {
        (this.kind, this.size, this.window, this.dimension, this.stream) = (kind, size, window, dimension, stream);
        weights = [.. Enumerable.Range(0, dimension * dimension).Select(_ => stream.NextNormal() / Math.Sqrt(dimension))];
        phases = [.. Enumerable.Range(0, dimension).Select(_ => 2 * Math.PI * stream.NextUniform())];
    }

    /// <summary>The kinds of errors.</summary>
    public static IReadOnlyList<string> Names { get; } = [Field, Direction, Scale, Noise];

    /// <summary>Whether scores at σ have the error.</summary>
    public bool IsAt(double sigma) => size > 0 && sigma >= window.Low && sigma < window.High;

    /// <summary>Adds the error to scores at points, and returns the mean of its square.</summary>
    public double Add(double[] points, double sigma, double[] scores)
    {
        int count = points.Length / dimension;
        double square = 0, added = 0;
        foreach (double score in scores)
            square += score * score;
        double amplitude = size * Math.Sqrt(square / count);
        double length = Math.Sqrt((sigma * sigma) + 0.25), unit = Math.Sqrt(1.0 / dimension);
        double[] noise = kind == Noise ? new double[points.Length] : [];
        stream.FillNormal(noise);
        for (int start = 0; start < points.Length; start += dimension)
        {
            for (int d = 0; d < dimension; d++)
            {
                double error = kind switch
                {
                    Field => amplitude * Math.Sqrt(2) * unit * Math.Sin(Argument(points, start, d, length)),
                    Direction => d == 0 ? amplitude : 0,
                    Scale => size * scores[start + d],
                    _ => amplitude * unit * noise[start + d],
                };
                scores[start + d] += error;
                added += error * error;
            }
        }

        return added / count;
    }

    private double Argument(double[] points, int start, int d, double length)
    {
        double sum = 0;
        for (int other = 0; other < dimension; other++)
            sum += weights[(d * dimension) + other] * points[start + other];
        return (sum / length) + phases[d];
    }
}
