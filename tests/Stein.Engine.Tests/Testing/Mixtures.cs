using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Engine.Tests.Testing;

/// <summary>The mixtures used in tests, and their moments.</summary>
internal static class Mixtures
{
    /// <summary>A mixture without symmetry: K components with random weights, means of the order of 2 and scales from 0.5 to 1.5.</summary>
    public static GaussianMixture Irregular(int dimension, int components, bool full, ulong seed = 7)
    {
        var draw = new Draw(seed);
        double[] weights = [.. Enumerable.Range(0, components).Select(_ => 0.2 + draw.Uniform())];
        double total = weights.Sum();
        for (int k = 0; k < components; k++)
            weights[k] /= total;
        double[] means = draw.Normal(components * dimension, 2);
        if (!full)
        {
            double[] variances = [.. Enumerable.Range(0, components).Select(_ => Math.Pow(0.5 + draw.Uniform(), 2))];
            return GaussianMixture.Isotropic(dimension, weights, means, variances);
        }

        var covariances = new double[components * dimension * dimension];
        for (int k = 0; k < components; k++)
        {
            double[] factor = draw.Normal(dimension * dimension, 0.5 / Math.Sqrt(dimension));
            for (int i = 0; i < dimension; i++)
            {
                factor[(i * dimension) + i] += 1;
            }

            for (int i = 0; i < dimension; i++)
            {
                for (int j = 0; j < dimension; j++)
                {
                    covariances[(((k * dimension) + i) * dimension) + j] = Enumerable.Range(0, dimension)
                        .Sum(l => factor[(i * dimension) + l] * factor[(j * dimension) + l]);
                }
            }
        }

        return GaussianMixture.Full(dimension, weights, means, covariances);
    }

    public static PhiloxStream Stream(ulong seed) => new(seed, StreamPurpose.TestData);

    /// <summary>Column d of samples (N×D).</summary>
    public static double[] Column(double[] samples, int dimension, int d)
        => [.. Enumerable.Range(0, samples.Length / dimension).Select(n => samples[(n * dimension) + d])];

    /// <summary>E x_d and Var x_d, and the fourth central moment, of a mixture.</summary>
    public static (double Mean, double Variance, double FourthMoment) Moments(GaussianMixture mixture, int d)
    {
        double mean = 0;
        for (int k = 0; k < mixture.Components; k++)
            mean += mixture.Weights[k] * mixture.Mean(k)[d];
        (double variance, double fourth) = (0, 0);
        for (int k = 0; k < mixture.Components; k++)
        {
            double offset = mixture.Mean(k)[d] - mean;
            double own = mixture.Covariances[k].ToArray()[(d * mixture.Dimension) + d];
            variance += mixture.Weights[k] * ((offset * offset) + own);
            fourth += mixture.Weights[k] * (Math.Pow(offset, 4) + (6 * offset * offset * own) + (3 * own * own));
        }

        return (mean, variance, fourth);
    }

    /// <summary>
    /// ∫ f over the line by the trapezium rule on ±range, whose error is far below 10⁻¹² for smooth f that vanish at the ends.
    /// </summary>
    public static double Integral(Func<double, double> f, double range = 40, int intervals = 16_000)
    {
        double step = 2 * range / intervals;
        double sum = 0;
        for (int i = 0; i <= intervals; i++)
            sum += f(-range + (i * step));
        return sum * step;
    }
}
