using Stein.Engine.Samples;

namespace Stein.Engine.Targets;

/// <summary>A support of lines, half-lines and intervals, one for each coordinate, and the map that makes it the whole space.</summary>
/// <remarks>
/// <para>
/// With <c>x = T⁻¹(y)</c> coordinate by coordinate, <c>y = log(x − a)</c> above a, <c>y = −log(b − x)</c> below b, and
/// <c>y = log((x − a)/(b − x))</c> between them, y has the score <c>s_Y = m(x) s(x) + m′(x)</c> with <c>m = dx/dy</c>.
/// </para>
/// <para>
/// The Stein operator of y is therefore <c>(1/p) d/dx(p m f)</c>: the diffusion Stein operator of x whose diffusion m vanishes at the
/// boundary (Barp, Briol, Duncan, Girolami and Mackey, "Minimum Stein discrepancy estimators", NeurIPS 2019), so that no term of the
/// boundary is left even where p itself does not vanish there. The kernel compares the samples in y.
/// </para>
/// </remarks>
internal sealed class BoundedSupport
{
    private readonly double[] lower;
    private readonly double[] upper;

    /// <param name="lower">a (D), −∞ for none.</param>
    /// <param name="upper">b (D), ∞ for none.</param>
    /// <exception cref="ArgumentException">There are not as many of both, or an a is not below its b.</exception>
    public BoundedSupport(double[] lower, double[] upper)
    {
        if (lower.Length != upper.Length)
            throw new ArgumentException($"{lower.Length} lower and {upper.Length} upper ends do not match; pass one of each.");
        for (int d = 0; d < lower.Length; d++)
        {
            if (!(lower[d] < upper[d]))
            {
                throw new ArgumentException(
                    $"The support of coordinate {d + 1} is from {lower[d]} to {upper[d]}; the lower end must be below the upper one.");
            }
        }

        (this.lower, this.upper) = (lower, upper);
    }

    /// <summary>D.</summary>
    public int Dimension => lower.Length;

    /// <summary>Whether a coordinate has an end.</summary>
    public bool IsBounded(int coordinate) => double.IsFinite(lower[coordinate]) || double.IsFinite(upper[coordinate]);

    /// <summary>Whether a number is inside the support of a coordinate, and not at one of its ends.</summary>
    public bool Contains(int coordinate, double value) => value > lower[coordinate] && value < upper[coordinate];

    /// <summary>The transformed coordinate as a formula, such as <c>log(x)</c>; the name itself where there is no end.</summary>
    public string Formula(int coordinate, string name)
    {
        (double a, double b) = (lower[coordinate], upper[coordinate]);
        string above = a == 0 ? name : a > 0 ? $"{name} - {a}" : $"{name} + {-a}";
        return (double.IsFinite(a), double.IsFinite(b)) switch
        {
            (false, false) => name,
            (true, false) => $"log({above})",
            (false, true) => $"-log({b} - {name})",
            _ => $"log(({above})/({b} - {name}))",
        };
    }

    /// <summary>The interval of a coordinate, such as "above 0" or "between 0 and 1".</summary>
    public string Describe(int coordinate) => (double.IsFinite(lower[coordinate]), double.IsFinite(upper[coordinate])) switch
    {
        (false, false) => "anywhere",
        (true, false) => $"above {lower[coordinate]}",
        (false, true) => $"below {upper[coordinate]}",
        _ => $"between {lower[coordinate]} and {upper[coordinate]}",
    };

    /// <summary>The samples and their scores in y.</summary>
    /// <param name="samples">N×D, row-major, all inside the support.</param>
    /// <param name="scores">N×D, row-major, with respect to x.</param>
    /// <exception cref="ArgumentException">The shapes do not match, or a sample is not inside the support.</exception>
    public (double[] Samples, double[] Scores) ToWholeSpace(ReadOnlySpan<double> samples, ReadOnlySpan<double> scores)
    {
        SampleMatrix.CheckSameShape(samples, scores, Dimension, nameof(scores));
        double[] y = samples.ToArray(), t = scores.ToArray();
        for (int i = 0; i < y.Length; i++)
        {
            int d = i % Dimension;
            if (!IsBounded(d))
                continue;
            (double x, double a, double b) = (y[i], lower[d], upper[d]);
            if (!Contains(d, x))
            {
                throw new ArgumentException(
                    $"Coordinate {d} of sample {i / Dimension} is {x}; it must be {Describe(d)}.", nameof(samples));
            }

            (double m, double slope, y[i]) = (double.IsFinite(a), double.IsFinite(b)) switch
            {
                (true, false) => (x - a, 1, Math.Log(x - a)),
                (false, true) => (b - x, -1, -Math.Log(b - x)),
                _ => ((x - a) / (b - a) * (b - x), (b - x - (x - a)) / (b - a), Math.Log((x - a) / (b - x))),
            };
            t[i] = (m * t[i]) + slope;
        }

        return (y, t);
    }
}
