using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Statistics;
using Stein.Engine.Samplers;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit;

/// <summary>
/// An estimate of <c>−E[(v·(x − c)) (v·s(x))]</c> along a unit vector v, c the mean of the samples: 1 if the samples come from the density
/// of the scores (Stein's identity with the test function x − c), T if they come from a Gaussian tempered by T, near 0 along an axis that
/// has collapsed, and −1 if the scores have the wrong sign.
/// </summary>
/// <param name="Ratio">The estimate, with N − 1 in the denominator.</param>
/// <param name="StandardError">From the variance of the products and their autocorrelation.</param>
internal sealed record SteinIdentity(double Ratio, double StandardError)
{
    /// <summary>The ends of the interval that has 95 % for large N.</summary>
    public (double Low, double High) Interval => (Ratio - (1.959964 * StandardError), Ratio + (1.959964 * StandardError));

    /// <summary>The ratios along the coordinates (D), and their mean.</summary>
    /// <param name="samples">N×D, row-major.</param>
    /// <param name="scores">N×D, row-major.</param>
    /// <param name="chains">The order of the samples; null for independent ones.</param>
    public static (SteinIdentity[] Coordinates, SteinIdentity Mean) Along(
        ReadOnlySpan<double> samples, ReadOnlySpan<double> scores, int dimension, ChainRows? chains)
    {
        SampleMatrix.CheckSameShape(samples, scores, dimension, nameof(scores));
        int count = samples.Length / dimension;
        var coordinates = new SteinIdentity[dimension];
        double[] total = new double[count], sample = new double[count], score = new double[count];
        for (int d = 0; d < dimension; d++)
        {
            for (int i = 0; i < count; i++)
                (sample[i], score[i]) = (samples[(i * dimension) + d], scores[(i * dimension) + d]);
            coordinates[d] = AlongOne(sample, score, chains);
            for (int i = 0; i < count; i++)
                total[i] += sample[i] / dimension;
        }

        return (coordinates, Of(total, chains));
    }

    /// <summary>
    /// The ratios along the principal axes of the samples, the longest first, and the standard deviations along them.
    /// </summary>
    public static (SteinIdentity[] Axes, double[] Deviations) AlongPrincipalAxes(
        ReadOnlySpan<double> samples, ReadOnlySpan<double> scores, int dimension, ChainRows? chains)
    {
        int count = samples.Length / dimension;
        double[] means = Means(samples, dimension);
        var covariance = new DenseMatrix(dimension, dimension);
        for (int i = 0; i < count; i++)
        {
            for (int d = 0; d < dimension; d++)
            {
                double centred = samples[(i * dimension) + d] - means[d];
                for (int e = 0; e <= d; e++)
                    covariance[d, e] += centred * (samples[(i * dimension) + e] - means[e]) / (count - 1.0);
            }
        }

        for (int d = 0; d < dimension; d++)
        {
            for (int e = 0; e < d; e++)
                covariance[e, d] = covariance[d, e];
        }

        var decomposition = covariance.Evd(Symmetricity.Symmetric);
        double[] sample = new double[count], score = new double[count];
        var axes = new SteinIdentity[dimension];
        for (int k = 0; k < dimension; k++)
        {
            Vector<double> axis = decomposition.EigenVectors.Column(dimension - 1 - k);
            for (int i = 0; i < count; i++)
            {
                double x = 0, s = 0;
                for (int d = 0; d < dimension; d++)
                {
                    x += axis[d] * (samples[(i * dimension) + d] - means[d]);
                    s += axis[d] * scores[(i * dimension) + d];
                }

                (sample[i], score[i]) = (x, s);
            }

            axes[k] = AlongOne(sample, score, chains);
        }

        double[] deviations = [.. decomposition.EigenValues.Select(value => Math.Sqrt(Math.Max(0, value.Real))).Reverse()];
        return (axes, deviations);
    }

    /// <summary>Along one axis; the samples become the products whose mean is the ratio.</summary>
    private static SteinIdentity AlongOne(double[] sample, double[] score, ChainRows? chains)
    {
        int count = sample.Length;
        double mean = Means(sample, dimension: 1)[0];
        for (int i = 0; i < count; i++)
            sample[i] = -(sample[i] - mean) * score[i] * count / (count - 1.0);
        return Of(sample, chains);
    }

    private static double[] Means(ReadOnlySpan<double> samples, int dimension)
    {
        int count = samples.Length / dimension;
        var means = new double[dimension];
        for (int i = 0; i < samples.Length; i++)
            means[i % dimension] += (samples[i] - samples[i % dimension]) / count;
        for (int d = 0; d < dimension; d++)
            means[d] += samples[d];
        return means;
    }

    private static SteinIdentity Of(double[] products, ChainRows? chains)
    {
        double time = chains is null ? 1 : EffectiveSampleSizes.AutocorrelationTime(products, chains);
        return new(products.Average(), Math.Sqrt(products.Variance() * time / products.Length));
    }
}
