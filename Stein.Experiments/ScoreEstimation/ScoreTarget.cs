using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.ScoreEstimation;

/// <summary>A density whose score is known, with exact samples: what estimates of scores are held against.</summary>
public sealed class ScoreTarget
{
    private readonly Func<PhiloxStream, int, double[]> sample;

    private ScoreTarget(IDensity density, Func<PhiloxStream, int, double[]> sample) => (Density, this.sample) = (density, sample);

    /// <summary>
    /// The names, the default first. <c>gauss</c>: N(0, I). <c>grid</c>: D Gaussians N(v_k, I) of equal weight at random vertices v_k of
    /// the unit cube, each coordinate 0 or 1 with even chances, two of them the same by chance alone (the experiment of Zhou, Shi and Zhu,
    /// "Nonparametric score estimators", ICML 2020). <c>banana</c>: see <see cref="BananaDensity"/>.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = ["gauss", "grid", "banana"];

    /// <summary>The density.</summary>
    public IDensity Density { get; }

    /// <summary>D.</summary>
    public int Dimension => Density.Dimension;

    /// <summary>The fewest dimensions that a target has.</summary>
    /// <param name="name">A name of <see cref="Names"/>.</param>
    public static int LeastDimension(string name) => name == "banana" ? 2 : 1;

    /// <summary>The target of a name.</summary>
    /// <param name="name">A name of <see cref="Names"/>.</param>
    /// <param name="dimension">D, at least <see cref="LeastDimension"/>.</param>
    /// <param name="seed">Decides the vertices of <c>grid</c>.</param>
    /// <param name="trial">
    /// Vertices are drawn anew for every trial, from the stream <see cref="StreamPurpose.Initialisation"/> of the seed, one word a
    /// coordinate, component after component.
    /// </param>
    /// <exception cref="ArgumentException">No target has that name.</exception>
    public static ScoreTarget Of(string name, int dimension, uint seed, uint trial)
    {
        switch (name)
        {
            case "gauss":
                return Of(GaussianMixture.Isotropic(dimension, [1], new double[dimension], [1]));
            case "grid":
                var stream = new PhiloxStream(seed, StreamPurpose.Initialisation, trial);
                var vertices = new double[dimension * dimension];
                foreach (ref double coordinate in vertices.AsSpan())
                    coordinate = stream.NextInt32(2);
                double[] weights = [.. Enumerable.Repeat(1.0 / dimension, dimension)];
                return Of(GaussianMixture.Isotropic(dimension, weights, vertices, [.. Enumerable.Repeat(1.0, dimension)]));
            case "banana":
                var banana = new BananaDensity(dimension);
                return new(banana, banana.Sample);
            default:
                throw new ArgumentException($"unknown target '{name}': the targets are {string.Join(", ", Names)}", nameof(name));
        }

        static ScoreTarget Of(GaussianMixture mixture) => new(mixture, mixture.Sample);
    }

    /// <summary>Draws N samples (N×D, row-major), row by row: the first do not depend on how many follow.</summary>
    /// <param name="stream">Gives the numbers.</param>
    /// <param name="count">N, at least 0.</param>
    public double[] Sample(PhiloxStream stream, int count) => sample(stream, count);

    /// <summary>
    /// The relative error of estimated scores, <c>Σ_n ‖ĝ(x_n) − s(x_n)‖²/Σ_n ‖s(x_n)‖²</c>: 0 for the true score and 1 for ĝ = 0.
    /// </summary>
    /// <param name="points">x (N×D, row-major).</param>
    /// <param name="estimates">ĝ (N×D, row-major).</param>
    /// <exception cref="ArgumentException">The two are not of the same N×D.</exception>
    public double RelativeError(ReadOnlySpan<double> points, ReadOnlySpan<double> estimates)
    {
        if (points.Length != estimates.Length || points.Length % Dimension != 0)
        {
            throw new ArgumentException(
                $"{points.Length} coordinates and {estimates.Length} of scores are not N×{Dimension} both.", nameof(estimates));
        }

        var score = new double[Dimension];
        double error = 0, square = 0;
        for (int start = 0; start < points.Length; start += Dimension)
        {
            Density.LogDensityAndScore(points.Slice(start, Dimension), score);
            for (int d = 0; d < Dimension; d++)
            {
                double difference = estimates[start + d] - score[d];
                error += difference * difference;
                square += score[d] * score[d];
            }
        }

        return error / square;
    }
}
