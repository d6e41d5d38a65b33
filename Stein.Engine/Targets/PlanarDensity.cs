namespace Stein.Engine.Targets;

/// <summary>
/// Densities in the plane with exact scores, each a mixture of Gaussians: three modes, two rings or two moons. Curves are covered by
/// components one standard deviation apart, which together are a smooth band to nine digits.
/// </summary>
internal static class PlanarDensity
{
    /// <summary>The dimension of the plane.</summary>
    public const int Dimension = 2;

    private const double RingDeviation = 0.15;
    private const double MoonDeviation = 0.12;

    private static readonly double[][] Rings =
        [[.. Arc(0, 0, 1, 0, 2 * Math.PI, RingDeviation)], [.. Arc(0, 0, 2.5, 0, 2 * Math.PI, RingDeviation)]];

    private static readonly double[][] Moons =
        [[.. Arc(-0.5, -0.25, 1, 0, Math.PI, MoonDeviation)], [.. Arc(0.5, 0.25, 1, Math.PI, 2 * Math.PI, MoonDeviation)]];

    /// <summary>The names of the densities, the default first.</summary>
    public static IReadOnlyList<string> Names { get; } = ["modes", "rings", "moons"];

    /// <summary>Finds a density by its name.</summary>
    /// <exception cref="ArgumentException">No density has that name.</exception>
    public static GaussianMixture Find(string name) => name switch
    {
        "modes" => GaussianMixture.Isotropic(Dimension, [0.4, 0.35, 0.25], [-1.2, -0.7, 1.2, -0.7, 0, 1.4], [0.36, 0.36, 0.36]),
        "rings" => Along([.. Rings.SelectMany(ring => ring)], RingDeviation),
        "moons" => Along([.. Moons.SelectMany(moon => moon)], MoonDeviation),
        _ => throw new ArgumentException($"unknown density '{name}'; the densities are {string.Join(", ", Names)}", nameof(name)),
    };

    /// <summary>
    /// Which part of a density each component belongs to, counted from 0: a mode, the inner or the outer ring, the upper or the lower moon.
    /// </summary>
    public static IReadOnlyList<int> Parts(string name)
    {
        return name switch
        {
            "rings" => Of(Rings),
            "moons" => Of(Moons),
            _ => [.. Enumerable.Range(0, Find(name).Components)],
        };

        static int[] Of(IEnumerable<double[]> arcs)
            => [.. arcs.SelectMany((arc, part) => Enumerable.Repeat(part, arc.Length / Dimension))];
    }

    /// <summary>Points on an arc of a circle, in the middle of equal pieces no longer than the spacing.</summary>
    private static IEnumerable<double> Arc(double x, double y, double radius, double from, double to, double spacing)
    {
        int pieces = (int)Math.Ceiling(radius * (to - from) / spacing);
        for (int piece = 0; piece < pieces; piece++)
        {
            double angle = from + ((to - from) * (piece + 0.5) / pieces);
            yield return x + (radius * Math.Cos(angle));
            yield return y + (radius * Math.Sin(angle));
        }
    }

    private static GaussianMixture Along(double[] means, double deviation)
    {
        int components = means.Length / Dimension;
        double[] weights = [.. Enumerable.Repeat(1.0 / components, components)];
        double[] variances = [.. Enumerable.Repeat(deviation * deviation, components)];
        return GaussianMixture.Isotropic(Dimension, weights, means, variances);
    }
}
