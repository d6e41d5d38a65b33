using Stein.Engine.Devices;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>The distances between samples, of which bandwidths are made; its memory is allocated once.</summary>
/// <param name="count">N, at least 2.</param>
/// <param name="dimension">D.</param>
internal sealed class SampleDistances(Device device, int count, int dimension)
{
    /// <summary>The number of samples between which the largest distance is taken, the first ones.</summary>
    private const int ForLargest = 500;

    private readonly DeviceMatrix values = device.Allocate(count, dimension);
    private readonly DeviceMatrix squares = device.Allocate(count, count);
    private readonly DeviceMatrix some = device.Allocate(Math.Min(ForLargest, count), Math.Min(ForLargest, count));
    private readonly DeviceMatrix largest = device.Allocate(Math.Min(ForLargest, count), 1);
    private readonly DeviceMatrix median = device.Allocate(1, 1);

    /// <summary>D.</summary>
    public int Dimension => dimension;

    /// <param name="samples">N×D, row-major.</param>
    public void Set(ReadOnlySpan<double> samples) => device.Write(values, samples);

    /// <summary>The lower median of the positive distances, O(N²D).</summary>
    /// <exception cref="ArgumentException">There is none: all samples are equal, or one is not a number.</exception>
    public double Median()
    {
        device.SquaredDistances(squares, values);
        device.MedianSquaredDistance(median, squares);
        double square = device.Read(median)[0];
        return square > 0
            ? Math.Sqrt(square)
            : throw new ArgumentException("No bandwidth follows from the distances of the samples: all are equal, or some are NaN.");
    }

    /// <summary>The largest distance between two of the first 500 samples.</summary>
    public double Largest()
    {
        device.SquaredDistances(some, values.RowRange(0, some.Rows));
        device.MaxRows(largest, some);
        return Math.Sqrt(device.Read(largest).Max());
    }
}
