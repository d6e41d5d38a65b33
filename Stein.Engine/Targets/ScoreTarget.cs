using Stein.Engine.Random;
using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>Targets for the evaluation of score estimates, and the relative error of an estimate.</summary>
internal static class ScoreTarget
{
    /// <summary>
    /// The names of the targets, the default first. <c>gauss</c>: N(0, I). <c>grid</c>: D Gaussians N(v_k, I) of equal weight at random
    /// vertices v_k of the unit cube, drawn independently with each coordinate 0 or 1 with equal probability (the experiment of Zhou, Shi
    /// and Zhu, "Nonparametric score estimators", ICML 2020). <c>banana</c>: see <see cref="BananaDensity"/>.
    /// </summary>
    public static IReadOnlyList<string> Names { get; } = ["gauss", "grid", "banana"];

    /// <summary>The minimum dimension of a target.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public static int MinDimension(string name) => name == "banana" ? 2 : 1;

    /// <summary>Creates a target.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="dimension">D, at least <see cref="MinDimension"/>.</param>
    /// <param name="seed">Determines the vertices of <c>grid</c>.</param>
    /// <param name="trial">
    /// Each trial has its own vertices, drawn from the stream <see cref="StreamPurpose.Initialisation"/> of the seed, one word per
    /// coordinate, component after component.
    /// </param>
    /// <exception cref="ArgumentException">No target has that name.</exception>
    public static ITarget Create(string name, int dimension, uint seed, uint trial)
    {
        switch (name)
        {
            case "gauss":
                return GaussianMixture.Isotropic(dimension, [1], new double[dimension], [1]);
            case "grid":
                var stream = new PhiloxStream(seed, StreamPurpose.Initialisation, trial);
                var vertices = new double[dimension * dimension];
                foreach (ref double coordinate in vertices.AsSpan())
                    coordinate = stream.NextInt32(2);
                double[] weights = [.. Enumerable.Repeat(1.0 / dimension, dimension)];
                return GaussianMixture.Isotropic(dimension, weights, vertices, [.. Enumerable.Repeat(1.0, dimension)]);
            case "banana":
                return new BananaDensity(dimension);
            default:
                throw new ArgumentException($"unknown target '{name}'; the targets are {string.Join(", ", Names)}", nameof(name));
        }
    }

    /// <summary>
    /// The relative error of estimated scores, <c>Σ_n ‖ĝ(x_n) − s(x_n)‖²/Σ_n ‖s(x_n)‖²</c>: 0 for the true score and 1 for ĝ = 0.
    /// </summary>
    /// <param name="density">The density with score s.</param>
    /// <param name="points">x (N×D, row-major).</param>
    /// <param name="estimates">ĝ (N×D, row-major).</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public static double RelativeError(this IDensity density, ReadOnlySpan<double> points, ReadOnlySpan<double> estimates)
    {
        ArgumentNullException.ThrowIfNull(density);
        SampleMatrix.CheckSameShape(points, estimates, density.Dimension, nameof(estimates));
        var scores = new double[points.Length];
        density.Score(points, scores);
        double error = 0, square = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            double difference = estimates[i] - scores[i];
            error += difference * difference;
            square += scores[i] * scores[i];
        }

        return error / square;
    }
}
