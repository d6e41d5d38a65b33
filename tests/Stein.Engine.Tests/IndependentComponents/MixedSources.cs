using Stein.Engine.LinearAlgebra;
using Stein.Engine.Random;

namespace Stein.Engine.Tests.IndependentComponents;

/// <summary>Independent sources, mixed by a matrix of normal numbers.</summary>
internal sealed class MixedSources
{
    /// <summary>Draws.</summary>
    /// <param name="sources">How each source is drawn, D of them.</param>
    /// <param name="count">N.</param>
    public MixedSources(IReadOnlyList<Func<PhiloxStream, double>> sources, int count, ulong seed)
    {
        int dimension = sources.Count;
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        Mixing = [.. Enumerable.Range(0, dimension * dimension).Select(_ => stream.NextNormal())];
        Rows = new double[count * dimension];
        for (int i = 0; i < count; i++)
        {
            double[] z = [.. sources.Select(draw => draw(stream))];
            for (int d = 0; d < dimension; d++)
                Rows[(i * dimension) + d] = Enumerable.Range(0, dimension).Sum(j => Mixing[(d * dimension) + j] * z[j]);
        }
    }

    /// <summary>N×D.</summary>
    public double[] Rows { get; }

    /// <summary>D×D.</summary>
    public double[] Mixing { get; }

    private int Dimension => (int)Math.Sqrt(Mixing.Length);

    public static double Laplace(PhiloxStream stream) => stream.NextLaplace();

    public static double Uniform(PhiloxStream stream) => (2 * stream.NextUniform()) - 1;

    public static double SubGaussian(PhiloxStream stream) => stream.NextNormal() + (stream.NextUniform() < 0.5 ? 1 : -1);

    public static double Logistic(PhiloxStream stream)
    {
        double u = stream.NextOpenUniform();
        return Math.Log(u / (1 - u));
    }

    /// <summary>D Laplace sources.</summary>
    public static MixedSources OfLaplace(int dimension, int count, ulong seed)
        => new([.. Enumerable.Repeat<Func<PhiloxStream, double>>(Laplace, dimension)], count, seed);

    /// <summary>
    /// Which source each row of V takes most of, and by what share of that others come in: the largest, and the root of the mean of all.
    /// </summary>
    /// <param name="unmixing">V of the rows (D×D).</param>
    public (int[] Sources, double Largest, double RootMeanSquare) Judge(double[] unmixing)
    {
        int d = Dimension;
        double[] product = Product(unmixing, Mixing, d);
        int[] sources = [.. product.Chunk(d).Select(row => Enumerable.Range(0, d).MaxBy(j => Math.Abs(row[j])))];
        double[] shares =
        [
            .. product.Chunk(d).SelectMany((row, i) => row.Where((_, j) => j != sources[i]).Select(x => Math.Abs(x / row[sources[i]]))),
        ];
        return (sources, shares.Max(), Math.Sqrt(shares.Average(share => share * share)));
    }

    public static double[] Product(double[] a, double[] b, int dimension) => HostProduct.Multiply(
        PaddedMatrix.FromRows(a, dimension, dimension), PaddedMatrix.FromRows(b, dimension, dimension)).ToArray();
}
