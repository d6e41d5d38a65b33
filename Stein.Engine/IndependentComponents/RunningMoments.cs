using Stein.Engine.LinearAlgebra;
using Stein.Engine.State;

namespace Stein.Engine.IndependentComponents;

/// <summary>The mean and the covariance of samples that come in blocks and are not kept.</summary>
/// <remarks>
/// T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for computing the sample variance", The American Statistician 37, 1983: each
/// block's own mean is subtracted before products are summed, so that a large mean costs no digits.
/// </remarks>
/// <param name="dimension">D.</param>
internal sealed class RunningMoments(int dimension) : IStateful
{
    private readonly double[] products = new double[dimension * dimension];

    /// <summary>The number of samples.</summary>
    public long Count { get; private set; }

    /// <summary>D.</summary>
    public double[] Mean { get; } = new double[dimension];

    /// <summary>D×D, row-major.</summary>
    public double[] Covariance => Array.ConvertAll(products, sum => sum / Count);

    /// <summary>Adds samples.</summary>
    /// <param name="block">D×N, one coordinate per row.</param>
    public void Add(PaddedMatrix block)
    {
        int n = block.Columns;
        var centred = new PaddedMatrix(dimension, n);
        var means = new double[dimension];
        for (int d = 0; d < dimension; d++)
        {
            double sum = 0;
            foreach (double value in block.Row(d))
                sum += value;
            means[d] = sum / n;
            block.Row(d).CopyTo(centred.Row(d));
            foreach (ref double value in centred.Row(d))
                value -= means[d];
        }

        PaddedMatrix transposed = new(n, dimension), sums = new(dimension, dimension);
        HostProduct.MultiplyRightTransposed(centred, centred, transposed, sums);
        double[] own = sums.ToArray();
        double weight = (double)Count * n / (Count + n);
        double[] differences = [.. means.Zip(Mean, (mean, before) => mean - before)];
        for (int i = 0; i < dimension; i++)
        {
            for (int j = 0; j < dimension; j++)
            {
                products[(i * dimension) + j] += (0.5 * (own[(i * dimension) + j] + own[(j * dimension) + i]))
                    + (weight * differences[i] * differences[j]);
            }
        }

        Count += n;
        for (int d = 0; d < dimension; d++)
            Mean[d] += differences[d] * n / Count;
    }

    /// <inheritdoc/>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Count);
        foreach (double value in (double[])[.. Mean, .. products])
            writer.Write(value);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        Count = reader.ReadInt64();
        foreach (double[] values in (double[][])[Mean, products])
        {
            foreach (ref double value in values.AsSpan())
                value = reader.ReadDouble();
        }
    }
}
