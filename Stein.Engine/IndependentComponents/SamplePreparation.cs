using MathNet.Numerics;
using MathNet.Numerics.LinearAlgebra;
using Stein.Engine.LinearAlgebra;

namespace Stein.Engine.IndependentComponents;

/// <summary>Centres samples and makes their coordinates uncorrelated with variance 1, and undoes it.</summary>
/// <param name="Mean">D.</param>
/// <param name="Deviations">The standard deviation of each coordinate (D).</param>
/// <param name="Forward">K×D, row-major: <c>Forward (x − Mean)</c> are the prepared samples.</param>
/// <param name="Backward">D×K, row-major: <c>Mean + Backward y</c> are the samples, or their projection on K principal axes.</param>
/// <param name="LogVolume">log of the factor by which a volume in the plane of the K axes grows, in nats.</param>
/// <param name="ExplainedShare">The share of the variance that the K axes have.</param>
internal sealed record SamplePreparation(
    double[] Mean, double[] Deviations, double[] Forward, double[] Backward, double LogVolume, double ExplainedShare)
{
    /// <summary>Rounding of an eigenvalue as a share of the largest.</summary>
    private const double SmallestShare = 1e-13;

    // Factorisations by several threads need not have the same bits.
    static SamplePreparation() => Control.UseSingleThread();

    /// <summary>D.</summary>
    public int Dimension => Mean.Length;

    /// <summary>K.</summary>
    public int Components => Forward.Length / Dimension;

    /// <summary>Whitens: makes coordinates uncorrelated with variance 1.</summary>
    /// <remarks>
    /// All D coordinates are whitened by the correlation matrix, so that their units do not matter, and the result is whitened once more,
    /// since rounding hides axes whose variance is a small share of the largest. Of fewer, the K principal axes are those of the
    /// covariance matrix: the directions in which samples vary most, in the units that they have.
    /// </remarks>
    /// <param name="samples">N×D, row-major, of full rank, or at least of rank K.</param>
    /// <param name="components">K, at most D.</param>
    /// <exception cref="ArgumentException">The variance along one of K &lt; D axes is lost in rounding.</exception>
    public static SamplePreparation Whiten(double[] samples, int dimension, int components)
        => components == dimension ? WhitenAll(samples, dimension) : WhitenLargest(samples, dimension, components);

    private static SamplePreparation WhitenAll(double[] samples, int dimension)
    {
        const int Passes = 2;
        SamplePreparation prepared = Standardise(samples, dimension);
        double[] forward = prepared.Forward;
        for (int pass = 0; pass < Passes; pass++)
        {
            PaddedMatrix scaled = (prepared with { Forward = forward }).Apply(samples);
            (double[] values, double[][] axes) = Eigen(Covariance(scaled));
            var whitening = new double[dimension * dimension];
            for (int i = 0; i < dimension; i++)
            {
                for (int d = 0; d < dimension; d++)
                    whitening[(i * dimension) + d] = axes[i][d] / Math.Sqrt(Math.Max(values[i], SmallestShare * values[0]));
            }

            forward = HostProduct.Multiply(
                PaddedMatrix.FromRows(whitening, dimension, dimension), PaddedMatrix.FromRows(forward, dimension, dimension)).ToArray();
        }

        // The deviations, which are of very different sizes, are left out of the inverse.
        var unitless = new double[dimension * dimension];
        for (int i = 0; i < unitless.Length; i++)
            unitless[i] = forward[i] * prepared.Deviations[i % dimension];
        double[] backward = SquareMatrix.Inverse(unitless, dimension);
        for (int i = 0; i < backward.Length; i++)
            backward[i] *= prepared.Deviations[i / dimension];
        double logVolume = SquareMatrix.LogDeterminant(unitless, dimension).LogAbsoluteDeterminant
            - prepared.Deviations.Sum(Math.Log);
        return prepared with { Forward = forward, Backward = backward, LogVolume = logVolume };
    }

    private static SamplePreparation WhitenLargest(double[] samples, int dimension, int components)
    {
        (double[] mean, double[] deviations) = Moments(samples, dimension);
        var identity = new double[dimension * dimension];
        for (int d = 0; d < dimension; d++)
            identity[(d * dimension) + d] = 1;
        var centred = new SamplePreparation(mean, deviations, identity, identity, 0, 1);
        (double[] values, double[][] axes) = Eigen(Covariance(centred.Apply(samples)));
        var forward = new double[components * dimension];
        var backward = new double[dimension * components];
        double logVolume = 0;
        for (int i = 0; i < components; i++)
        {
            if (!(values[i] > SmallestShare * values[0]))
            {
                throw new ArgumentException(
                    $"principal component {i + 1} has {values[i] / values[0]:0.0E+0} of the variance of the first one, which is only "
                    + "rounding; separate fewer, or divide the columns by their standard deviations before.");
            }

            double length = Math.Sqrt(values[i]);
            for (int d = 0; d < dimension; d++)
            {
                forward[(i * dimension) + d] = axes[i][d] / length;
                backward[(d * components) + i] = axes[i][d] * length;
            }

            logVolume -= Math.Log(length);
        }

        return new(mean, deviations, forward, backward, logVolume, values.Take(components).Sum() / values.Sum());
    }

    /// <summary>Divides each coordinate by its standard deviation, and leaves correlations.</summary>
    /// <param name="samples">N×D, row-major, no column of them constant.</param>
    public static SamplePreparation Standardise(double[] samples, int dimension)
    {
        (double[] mean, double[] deviations) = Moments(samples, dimension);
        double[] forward = new double[dimension * dimension], backward = new double[dimension * dimension];
        for (int d = 0; d < dimension; d++)
        {
            forward[(d * dimension) + d] = 1 / deviations[d];
            backward[(d * dimension) + d] = deviations[d];
        }

        return new(mean, deviations, forward, backward, -deviations.Sum(Math.Log), 1);
    }

    /// <summary>The prepared samples (K×N).</summary>
    /// <param name="samples">N×D, row-major.</param>
    public PaddedMatrix Apply(double[] samples)
    {
        int n = samples.Length / Dimension;
        var centred = new PaddedMatrix(Dimension, n);
        for (int d = 0; d < Dimension; d++)
        {
            Span<double> row = centred.Row(d);
            for (int i = 0; i < n; i++)
                row[i] = samples[(i * Dimension) + d] - Mean[d];
        }

        return HostProduct.Multiply(PaddedMatrix.FromRows(Forward, Components, Dimension), centred);
    }

    private static (double[] Mean, double[] Deviations) Moments(double[] samples, int dimension)
    {
        int n = samples.Length / dimension;
        double[] mean = new double[dimension], squares = new double[dimension];
        for (int i = 0; i < samples.Length; i++)
            mean[i % dimension] += samples[i] / n;
        for (int i = 0; i < samples.Length; i++)
        {
            double difference = samples[i] - mean[i % dimension];
            squares[i % dimension] += difference * difference / n;
        }

        return (mean, Array.ConvertAll(squares, Math.Sqrt));
    }

    /// <summary>E[y yᵀ] of prepared samples (K×N).</summary>
    private static Matrix<double> Covariance(PaddedMatrix prepared)
    {
        (int k, int n) = (prepared.Rows, prepared.Columns);
        PaddedMatrix transposed = new(n, k), products = new(k, k);
        HostProduct.MultiplyRightTransposed(prepared, prepared, transposed, products);
        double[] sums = products.ToArray();
        return Matrix<double>.Build.Dense(k, k, (a, b) => (sums[(a * k) + b] + sums[(b * k) + a]) / (2.0 * n));
    }

    /// <summary>Eigenvalues in descending order, and eigenvectors with the largest entry positive: a factorisation has any sign.</summary>
    private static (double[] Values, double[][] Axes) Eigen(Matrix<double> symmetric)
    {
        var eigen = symmetric.Evd(Symmetricity.Symmetric);
        int[] order = [.. Enumerable.Range(0, symmetric.RowCount).Reverse()];
        return (
            [.. order.Select(index => eigen.EigenValues[index].Real)],
            [
                .. order.Select(index =>
                {
                    Vector<double> axis = eigen.EigenVectors.Column(index);
                    return (axis[axis.AbsoluteMaximumIndex()] < 0 ? -axis : axis).ToArray();
                }),
            ]);
    }
}
