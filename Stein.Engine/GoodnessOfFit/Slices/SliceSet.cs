using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>R slices: along each, scores are projected on r and samples on g.</summary>
/// <param name="Dimension">D.</param>
/// <param name="Scores">r, one after the other (R×D), unit vectors.</param>
/// <param name="Samples">g, likewise.</param>
internal sealed record SliceSet(int Dimension, double[] Scores, double[] Samples)
{
    /// <summary>R.</summary>
    public int Count => Scores.Length / Dimension;

    /// <summary>The unit vectors of the coordinates (D×D).</summary>
    public static double[] Coordinates(int dimension)
    {
        var rows = new double[dimension * dimension];
        for (int d = 0; d < dimension; d++)
            rows[(d * dimension) + d] = 1;
        return rows;
    }

    /// <summary>Slices with random g, uniformly distributed on the sphere.</summary>
    /// <param name="scores">r (R×D).</param>
    public static SliceSet Random(double[] scores, int dimension, PhiloxStream stream)
    {
        var samples = new double[scores.Length];
        for (int start = 0; start < samples.Length; start += dimension)
        {
            Span<double> g = samples.AsSpan(start, dimension);
            double square = 0;
            foreach (ref double entry in g)
            {
                entry = stream.NextNormal();
                square += entry * entry;
            }

            foreach (ref double entry in g)
                entry /= Math.Sqrt(square);
        }

        return new(dimension, scores, samples);
    }

    /// <summary>The slices with the given numbers, in that order.</summary>
    public SliceSet Select(IEnumerable<int> slices)
    {
        int[] chosen = [.. slices];
        return this with { Scores = Rows(Scores), Samples = Rows(Samples) };

        double[] Rows(double[] all) => [.. chosen.SelectMany(slice => all[(slice * Dimension)..((slice + 1) * Dimension)])];
    }

    /// <summary>The k slices of the largest values, in their order.</summary>
    /// <param name="values">One for each slice.</param>
    public SliceSet Best(int k, IReadOnlyList<double> values)
        => Select(Enumerable.Range(0, Count).OrderByDescending(slice => values[slice]).Take(k).Order());

    /// <summary>Writes the directions as the columns of matrices (D×R), as devices hold them.</summary>
    /// <param name="scores">Receives r.</param>
    /// <param name="samples">Receives g.</param>
    public void WriteTo(DeviceMatrix scores, DeviceMatrix samples)
    {
        scores.Device.Write(scores, Transpose(Scores, Dimension));
        WriteSamplesTo(samples);
    }

    /// <summary>Writes g alone as the columns of a matrix (D×R).</summary>
    public void WriteSamplesTo(DeviceMatrix samples) => samples.Device.Write(samples, Transpose(Samples, Dimension));

    /// <summary>Reads the columns of a matrix (D×R) as directions (R×D).</summary>
    public static double[] ReadColumns(DeviceMatrix columns) => Transpose(columns.Device.Read(columns), columns.Columns);

    private static double[] Transpose(double[] rows, int columns)
    {
        int count = rows.Length / columns;
        var transposed = new double[rows.Length];
        for (int row = 0; row < count; row++)
        {
            for (int column = 0; column < columns; column++)
                transposed[(column * count) + row] = rows[(row * columns) + column];
        }

        return transposed;
    }
}
