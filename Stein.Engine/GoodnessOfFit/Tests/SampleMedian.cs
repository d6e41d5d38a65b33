using Stein.Engine.Devices;
using Stein.Engine.Samples;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>
/// The median of squared distances between samples, or between 1 000 evenly spaced ones if there are more, as in kernel-gof: tests that
/// take linear time must not have N² distances.
/// </summary>
internal sealed class SampleMedian
{
    private const int MaxSamples = 1000;

    private readonly Device device;
    private readonly DeviceMatrix samples;
    private readonly DeviceMatrix distances;
    private readonly DeviceMatrix median;

    /// <param name="count">N, at least 2.</param>
    /// <param name="dimension">D.</param>
    public SampleMedian(Device device, int count, int dimension)
    {
        this.device = device;
        samples = device.Allocate(Math.Min(count, MaxSamples), dimension);
        distances = device.Allocate(samples.Rows, samples.Rows);
        median = device.Allocate(1, 1);
    }

    /// <summary>The lower median of the positive ones.</summary>
    /// <param name="values">x: N×D, row-major.</param>
    public double Squared(double[] values)
    {
        int dimension = samples.Columns, count = values.Length / dimension;
        device.Write(
            samples,
            count == samples.Rows
                ? values
                : SampleMatrix.Select(values, dimension, SampleMatrix.EvenlySpaced(samples.Rows, count)));
        device.SquaredDistances(distances, samples);
        device.MedianSquaredDistance(median, distances);
        return device.Read(median)[0];
    }
}
