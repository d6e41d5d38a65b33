using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Kernels;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The test by the mean of the Gaussian Stein kernel over N/2 pairs of samples that have none in common, in linear time:
/// <c>√(N/2)·mean/deviation</c> is normal for large N (Liu, Lee and Jordan, "A kernelized Stein discrepancy for goodness-of-fit tests",
/// ICML 2016, section 4.2).
/// </summary>
/// <remarks>
/// The standard deviation of the kernel is the median distance between the first samples, at most 500, so that it costs the same for
/// any N. For small N the deviation is estimated from few terms, and the level is not exactly that of the normal distribution.
/// </remarks>
internal sealed class LinearKernelisedTest(string name, string title) : GoodnessOfFitTest
{
    private const int ForBandwidth = 500;

    public override string Name => name;

    public override string Title => title;

    /// <summary>Two pairs, which have a deviation.</summary>
    public override int MinSamples => 4;

    public override PreparedTest Prepare(Device device, int count, int dimension, int replicates)
    {
        int some = Math.Min(ForBandwidth, count);
        var distances = new SampleDistances(device, some, dimension);
        return (samples, _) =>
        {
            samples.Check(count, dimension);
            distances.Set(samples.Values.AsSpan(0, some * dimension));
            var kernel = new SteinKernel("rbf", Math.Sqrt(2) * distances.Median());
            double[] terms = new double[count / 2];
            for (int pair = 0; pair < terms.Length; pair++)
            {
                terms[pair] = SteinTerm.Value<GaussianKernel>(
                    samples.Values, samples.Scores, dimension, kernel, 2 * pair, (2 * pair) + 1);
            }

            double mean = terms.Mean();
            return new(mean, NormalPValue(Math.Sqrt(terms.Length) * mean / terms.StandardDeviation()));
        };
    }

    /// <summary>The probability that a standard normal number is not below z; never 0, even where it is less than any number.</summary>
    /// <exception cref="ArgumentException">z is NaN.</exception>
    internal static double NormalPValue(double z)
        => double.IsNaN(z)
            ? throw new ArgumentException("The statistic is not a number, so that it cannot be tested.")
            : Math.Max(double.Epsilon, Normal.CDF(0, 1, -z));
}
