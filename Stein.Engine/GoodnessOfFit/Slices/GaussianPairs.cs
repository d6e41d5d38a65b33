using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.GoodnessOfFit.Slices;

/// <summary>The kernel <c>k_ij = exp(−a‖x_i − x_j‖²)</c> of N samples, and sums over pairs of their displacements, on the host.</summary>
internal sealed class GaussianPairs
{
    private readonly int count;
    private readonly PaddedMatrix values;
    private readonly PaddedMatrix weights;

    /// <param name="samples">x: N×D, row-major.</param>
    /// <param name="inverseSquare">a.</param>
    public GaussianPairs(double[] samples, int dimension, double inverseSquare)
    {
        count = samples.Length / dimension;
        values = PaddedMatrix.FromRows(samples, count, dimension);
        weights = new(count, count);
        Kernel = new(count, count);
        HostProduct.MultiplyRightTransposed(values, values, new(dimension, count), Kernel);
        double[] squares = [.. Enumerable.Range(0, count).Select(i => Kernel.Row(i)[i])];
        for (int i = 0; i < count; i++)
        {
            Span<double> row = Kernel.Row(i);
            for (int j = 0; j < count; j++)
                row[j] = Math.Exp(-inverseSquare * Math.Max(0, squares[i] + squares[j] - (2 * row[j])));
        }

        RowSums = [.. Enumerable.Range(0, count).Select(i => Sum(Kernel.Row(i)))];
    }

    /// <summary>The weight of the pair (i, j), of which the kernel is k.</summary>
    public delegate double PairWeight(int i, int j, double k);

    /// <summary>k (N×N).</summary>
    public PaddedMatrix Kernel { get; }

    /// <summary><c>Σ_j k_ij</c> (N).</summary>
    public double[] RowSums { get; }

    /// <summary><c>Σ_j k_ij y_j</c> for vectors y (N×M).</summary>
    public PaddedMatrix Smooth(PaddedMatrix vectors) => HostProduct.Multiply(Kernel, vectors);

    /// <summary>x·r (N).</summary>
    public double[] Project(ReadOnlySpan<double> direction) => Project(values, direction);

    /// <summary>The projections (N) of vectors (N×D) on a direction (D).</summary>
    public static double[] Project(PaddedMatrix vectors, ReadOnlySpan<double> direction)
    {
        var projections = new double[vectors.Rows];
        for (int i = 0; i < projections.Length; i++)
        {
            ReadOnlySpan<double> row = vectors.Row(i);
            for (int d = 0; d < row.Length; d++)
                projections[i] += row[d] * direction[d];
        }

        return projections;
    }

    /// <summary><c>Σ_j ω_ij (x_i − x_j)</c> (N×D), in O(N²D) operations.</summary>
    public PaddedMatrix Displacements(PairWeight weight)
    {
        var sums = new double[count];
        for (int i = 0; i < count; i++)
        {
            Span<double> row = weights.Row(i);
            ReadOnlySpan<double> kernel = Kernel.Row(i);
            for (int j = 0; j < count; j++)
                row[j] = weight(i, j, kernel[j]);
            sums[i] = Sum(row);
        }

        PaddedMatrix displacements = HostProduct.Multiply(weights, values);
        for (int i = 0; i < count; i++)
        {
            Span<double> row = displacements.Row(i);
            ReadOnlySpan<double> x = values.Row(i);
            for (int d = 0; d < row.Length; d++)
                row[d] = (sums[i] * x[d]) - row[d];
        }

        return displacements;
    }

    private static double Sum(ReadOnlySpan<double> numbers)
    {
        double sum = 0;
        foreach (double number in numbers)
            sum += number;
        return sum;
    }
}
