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
    // Factorisations by several threads need not have the same bits.
    static SamplePreparation() => Control.UseSingleThread();

    /// <summary>D.</summary>
    public int Dimension => Mean.Length;

    /// <summary>K.</summary>
    public int Components => Forward.Length / Dimension;

    /// <summary>Whitens: <c>Λ^−½ Eᵀ (x − mean)</c> with the K largest eigenvalues of the covariance matrix and their eigenvectors.</summary>
    /// <param name="samples">N×D, row-major, of full rank.</param>
    /// <param name="components">K, at most D.</param>
    public static SamplePreparation Whiten(double[] samples, int dimension, int components)
    {
        (double[] mean, double[] deviations) = Moments(samples, dimension);
        Matrix<double> covariance = Covariance(samples, dimension, mean);
        var eigen = covariance.Evd(Symmetricity.Symmetric);
        var forward = new double[components * dimension];
        var backward = new double[dimension * components];
        double logVolume = 0, explained = 0;
        for (int i = 0; i < components; i++)
        {
            // Eigenvalues ascend.
            int axis = dimension - 1 - i;
            double length = Math.Sqrt(eigen.EigenValues[axis].Real);
            Vector<double> direction = eigen.EigenVectors.Column(axis);
            // The sign that a factorisation gives an eigenvector means nothing.
            if (direction[direction.AbsoluteMaximumIndex()] < 0)
                direction = -direction;
            for (int d = 0; d < dimension; d++)
            {
                forward[(i * dimension) + d] = direction[d] / length;
                backward[(d * components) + i] = direction[d] * length;
            }

            logVolume -= Math.Log(length);
            explained += eigen.EigenValues[axis].Real;
        }

        return new(mean, deviations, forward, backward, logVolume, explained / covariance.Trace());
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
        var prepared = new PaddedMatrix(Components, n);
        var centred = new double[Dimension];
        for (int i = 0; i < n; i++)
        {
            for (int d = 0; d < Dimension; d++)
                centred[d] = samples[(i * Dimension) + d] - Mean[d];
            for (int c = 0; c < Components; c++)
            {
                double sum = 0;
                for (int d = 0; d < Dimension; d++)
                    sum += Forward[(c * Dimension) + d] * centred[d];
                prepared.Row(c)[i] = sum;
            }
        }

        return prepared;
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

    private static Matrix<double> Covariance(double[] samples, int dimension, double[] mean)
    {
        int n = samples.Length / dimension;
        var centred = new double[dimension];
        var sums = new double[dimension, dimension];
        for (int i = 0; i < n; i++)
        {
            for (int d = 0; d < dimension; d++)
                centred[d] = samples[(i * dimension) + d] - mean[d];
            for (int d = 0; d < dimension; d++)
            {
                for (int e = 0; e <= d; e++)
                    sums[d, e] += centred[d] * centred[e];
            }
        }

        return Matrix<double>.Build.Dense(dimension, dimension, (d, e) => (d >= e ? sums[d, e] : sums[e, d]) / n);
    }
}
