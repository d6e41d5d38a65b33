using Stein.Engine.Random;

namespace Stein.Engine.Graphs;

/// <summary>How the first values of a parameter are chosen.</summary>
/// <remarks>
/// Weights are stored as inputs×outputs, so the fan-in of a matrix is the number of its rows and the fan-out that of its columns.
/// Numbers are drawn row by row, so a stream gives the same values on every device.
/// </remarks>
public sealed class Initialisation
{
    private readonly Action<PhiloxStream, Span<double>, int, int> fill;

    private Initialisation(string name, Action<PhiloxStream, Span<double>, int, int> fill) => (Name, this.fill) = (name, fill);

    public static Initialisation Zeros { get; } = Constant(0);

    public static Initialisation Ones { get; } = Constant(1);

    /// <summary>Uniform between ±1/√fan-in, as in PyTorch's linear layer and <see cref="Networks.NetworkParameters"/>.</summary>
    public static Initialisation FanInUniform { get; } = Uniform("fan-in-uniform", (fanIn, _) => 1 / Math.Sqrt(fanIn));

    /// <summary>
    /// Uniform with variance 2/(fan-in + fan-out) (Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    /// networks", AISTATS 2010, equation 16).
    /// </summary>
    public static Initialisation GlorotUniform { get; }
        = Uniform("glorot-uniform", (fanIn, fanOut) => Math.Sqrt(6.0 / ((double)fanIn + fanOut)));

    /// <summary>Normal with variance 2/(fan-in + fan-out); see <see cref="GlorotUniform"/>.</summary>
    public static Initialisation GlorotNormal { get; }
        = Normal("glorot-normal", (fanIn, fanOut) => Math.Sqrt(2.0 / ((double)fanIn + fanOut)));

    /// <summary>
    /// Uniform with variance 2/fan-in (He, Zhang, Ren and Sun, "Delving deep into rectifiers", ICCV 2015, equation 10).
    /// </summary>
    public static Initialisation HeUniform { get; } = Uniform("he-uniform", (fanIn, _) => Math.Sqrt(6.0 / fanIn));

    /// <summary>Normal with variance 2/fan-in; see <see cref="HeUniform"/>.</summary>
    public static Initialisation HeNormal { get; } = Normal("he-normal", (fanIn, _) => Math.Sqrt(2.0 / fanIn));

    /// <summary>
    /// A random matrix with orthonormal columns, or orthonormal rows if it has more columns than rows, without preferred directions (Saxe,
    /// McClelland and Ganguli, ICLR 2014). O(rows·columns·min(rows, columns)) on the host.
    /// </summary>
    public static Initialisation Orthogonal { get; } = new("orthogonal", FillOrthogonal);

    /// <summary>The names that <see cref="Find"/> knows.</summary>
    public static IReadOnlyList<string> Names => [.. Named.Select(initialisation => initialisation.Name)];

    public string Name { get; }

    private static Initialisation[] Named { get; } =
        [FanInUniform, GlorotUniform, GlorotNormal, HeUniform, HeNormal, Orthogonal, Zeros, Ones];

    /// <summary>The initialisation called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">None has that name.</exception>
    public static Initialisation Find(string name)
        => Array.Find(Named, initialisation => initialisation.Name == name) ?? throw new ArgumentException(
            $"unknown initialisation '{name}'; the initialisations are {string.Join(", ", Names)}", nameof(name));

    /// <summary>The same number everywhere.</summary>
    public static Initialisation Constant(double value)
        => new(value == 0 ? "zeros" : value == 1 ? "ones" : $"constant {value:R}", (_, values, _, _) => values.Fill(value));

    /// <summary>Uniform between ±<paramref name="bound"/>.</summary>
    public static Initialisation Uniform(double bound) => Uniform($"uniform {bound:R}", (_, _) => bound);

    /// <summary>Normal with mean 0.</summary>
    public static Initialisation Normal(double standardDeviation)
        => Normal($"normal {standardDeviation:R}", (_, _) => standardDeviation);

    public override string ToString() => Name;

    /// <summary>Writes the values of a matrix (rows×columns, row-major).</summary>
    internal void Fill(PhiloxStream stream, Span<double> values, int rows, int columns) => fill(stream, values, rows, columns);

    private static Initialisation Uniform(string name, Func<int, int, double> bound) => new(name, (stream, values, rows, columns) =>
    {
        double scale = bound(rows, columns);
        foreach (ref double value in values)
            value = scale * ((2 * stream.NextUniform()) - 1);
    });

    private static Initialisation Normal(string name, Func<int, int, double> deviation) => new(name, (stream, values, rows, columns) =>
    {
        double scale = deviation(rows, columns);
        foreach (ref double value in values)
            value = scale * stream.NextNormal();
    });

    /// <summary>Gram–Schmidt of normal vectors, twice for accuracy.</summary>
    private static void FillOrthogonal(PhiloxStream stream, Span<double> values, int rows, int columns)
    {
        (int count, int length) = (Math.Min(rows, columns), Math.Max(rows, columns));
        var vectors = new double[count][];
        for (int i = 0; i < count; i++)
        {
            double[] vector = vectors[i] = new double[length];
            for (int k = 0; k < length; k++)
                vector[k] = stream.NextNormal();
            for (int j = 0; j < 2 * i; j++)
            {
                double[] earlier = vectors[j % i];
                Add(vector, earlier, -Dot(vector, earlier));
            }

            double norm = Math.Sqrt(Dot(vector, vector));
            for (int k = 0; k < length; k++)
                values[rows < columns ? (i * columns) + k : (k * columns) + i] = vector[k] /= norm;
        }

        static double Dot(double[] left, double[] right)
        {
            double sum = 0;
            for (int k = 0; k < left.Length; k++)
                sum += left[k] * right[k];
            return sum;
        }

        static void Add(double[] target, double[] other, double factor)
        {
            for (int k = 0; k < target.Length; k++)
                target[k] += factor * other[k];
        }
    }
}
