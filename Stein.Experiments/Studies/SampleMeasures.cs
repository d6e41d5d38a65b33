using Stein.Engine.Devices;
using Stein.Engine.GoodnessOfFit;
using Stein.Engine.Kernels;

namespace Stein.Experiments.Studies;

/// <summary>How far samples are from other samples.</summary>
internal static class SampleMeasures
{
    /// <summary>Squared bandwidths h² of the MMD, <c>exp(−‖x − y‖²/h²)</c>: the variances ¼, 1 and 4 of <c>exp(−‖x − y‖²/2v)</c>.</summary>
    public static IReadOnlyList<double> SquaredBandwidths { get; } = [0.5, 2, 8];

    /// <summary>
    /// The squared maximum mean discrepancy between two sets of samples (N×D each, row-major), the sum of the unbiased estimates with three
    /// Gaussian kernels, which may be negative.
    /// </summary>
    /// <param name="device">Where it is computed.</param>
    /// <param name="samples">N×D.</param>
    /// <param name="others">N×D.</param>
    /// <param name="dimension">D.</param>
    /// <param name="unit">The unit of length of the bandwidths.</param>
    public static double SquaredMeanDiscrepancy(Device device, double[] samples, double[] others, int dimension, double unit = 1)
    {
        int count = samples.Length / dimension;
        var discrepancy = new MaximumMeanDiscrepancy<GaussianKernel>(device, count, dimension);
        discrepancy.SetSamples(device.Upload(count, dimension, samples), device.Upload(count, dimension, others));
        double sum = 0;
        foreach (double square in SquaredBandwidths)
        {
            discrepancy.Bandwidth.SetExactly(square * unit * unit);
            sum += discrepancy.Estimate().U;
        }

        return sum;
    }

    /// <summary>The root of half the lower median of the squared distances between samples (N×D, row-major), a unit of length.</summary>
    public static double Unit(Device device, double[] samples, int dimension)
    {
        int count = samples.Length / dimension;
        DeviceMatrix distances = device.Allocate(count, count), median = device.Allocate(1, 1);
        device.SquaredDistances(distances, device.Upload(count, dimension, samples));
        device.MedianSquaredDistance(median, distances);
        return Math.Sqrt(device.Read(median)[0] / 2);
    }
}
