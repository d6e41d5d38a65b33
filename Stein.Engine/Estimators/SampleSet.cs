using Stein.Engine.Devices;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>The samples that an estimate is made from, shifted to mean zero, with the kernel's bandwidth; on host and device.</summary>
internal sealed class SampleSet
{
    /// <summary>
    /// A median of distances is taken of at most so many samples, evenly spaced among all: an estimate of a scale needs no more, and
    /// K² distances need not be in memory at once.
    /// </summary>
    public const int MedianSamples = 2000;

    private readonly double[] mean;

    private SampleSet(Device device, double[] centred, double[] mean, double squaredBandwidth)
    {
        (Device, CentredSamples, this.mean) = (device, centred, mean);
        Dimension = mean.Length;
        Count = centred.Length / Dimension;
        SquaredBandwidth = squaredBandwidth;
        Matrix = device.Upload(Count, Dimension, centred);
        InverseSquare = device.Upload(1, 1, [1 / squaredBandwidth]);
    }

    public Device Device { get; }

    /// <summary>K.</summary>
    public int Count { get; }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>K×D, row-major, the columns with mean zero.</summary>
    public double[] CentredSamples { get; }

    /// <summary><see cref="CentredSamples"/> on the device.</summary>
    public DeviceMatrix Matrix { get; }

    /// <summary>h².</summary>
    public double SquaredBandwidth { get; }

    /// <summary>h.</summary>
    public double Bandwidth => Math.Sqrt(SquaredBandwidth);

    /// <summary><c>a = 1/h²</c> (1×1).</summary>
    public DeviceMatrix InverseSquare { get; }

    /// <summary>The same samples with another bandwidth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not a positive finite number.</exception>
    public SampleSet WithBandwidth(double bandwidth)
    {
        CheckBandwidth(bandwidth);
        return new(Device, CentredSamples, mean, bandwidth * bandwidth);
    }

    /// <exception cref="ArgumentException">The samples or the bandwidth cannot be used.</exception>
    /// <exception cref="ScoreEstimationException">All samples are the same, and no bandwidth is given.</exception>
    public static SampleSet Create(
        Device device, ReadOnlySpan<double> samples, int dimension, double? bandwidth, BandwidthRule rule)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 2);
        if (bandwidth is { } given)
            CheckBandwidth(given);
        double[] mean = Mean(samples, count, dimension);
        double[] centred = Shifted(samples, mean);
        double square = bandwidth * bandwidth
            ?? (rule == BandwidthRule.Silverman
                ? Silverman(centred, count, dimension)
                : (rule == BandwidthRule.Median ? 1 : 2) * Median(device, centred, count, dimension));
        if (!(square > 0 && double.IsFinite(1 / square)))
        {
            throw new ScoreEstimationException(
                $"No bandwidth follows from these {count} samples: all are the same, or nearly. Check the data, or give a bandwidth.");
        }

        return new(device, centred, mean, square);
    }

    /// <summary>Points, checked, less the mean of the samples.</summary>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite ones.</exception>
    public double[] Centre(ReadOnlySpan<double> points)
    {
        SampleMatrix.Rows(points, Dimension, nameof(points));
        return Shifted(points, mean);
    }

    /// <summary>The first pair of equal samples, counted from 1 as the lines of a file are; null if there is none.</summary>
    public (int First, int Second)? FindDuplicates()
    {
        int[] order = [.. Enumerable.Range(0, Count)];
        Array.Sort(order, (left, right) =>
        {
            int difference = Sample(left).SequenceCompareTo(Sample(right));
            return difference != 0 ? difference : left.CompareTo(right);
        });
        for (int i = 1; i < Count; i++)
        {
            if (Sample(order[i - 1]).SequenceEqual(Sample(order[i])))
                return (order[i - 1] + 1, order[i] + 1);
        }

        return null;

        ReadOnlySpan<double> Sample(int row) => CentredSamples.AsSpan(row * Dimension, Dimension);
    }

    /// <summary>The bandwidth, its square and the inverse of that must be numbers.</summary>
    private static void CheckBandwidth(double bandwidth)
    {
        double square = bandwidth * bandwidth;
        if (!(bandwidth > 0 && double.IsFinite(square) && double.IsFinite(1 / square)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(bandwidth), bandwidth, $"The bandwidth cannot be {bandwidth}; its square must be a positive finite number.");
        }
    }

    private static double[] Mean(ReadOnlySpan<double> samples, int count, int dimension)
    {
        var mean = new double[dimension];
        for (int i = 0; i < samples.Length; i++)
            mean[i % dimension] += samples[i] / count;
        return mean;
    }

    private static double[] Shifted(ReadOnlySpan<double> points, double[] mean)
    {
        var shifted = new double[points.Length];
        for (int i = 0; i < shifted.Length; i++)
            shifted[i] = points[i] - mean[i % mean.Length];
        return shifted;
    }

    private static double Silverman(double[] centred, int count, int dimension)
    {
        double variance = 0;
        foreach (double value in centred)
            variance += value * value / ((count - 1.0) * dimension);
        return 2 * variance * Math.Pow(4.0 / ((dimension + 2.0) * count), 2.0 / (dimension + 4));
    }

    /// <summary>
    /// The lower median of the positive squared distances between the samples, of <see cref="MedianSamples"/> if there are more.
    /// </summary>
    private static double Median(Device device, double[] centred, int count, int dimension)
    {
        int used = Math.Min(count, MedianSamples);
        var chosen = new double[used * dimension];
        for (int i = 0; i < used; i++)
        {
            int row = (int)((long)i * count / used);
            centred.AsSpan(row * dimension, dimension).CopyTo(chosen.AsSpan(i * dimension));
        }

        DeviceMatrix distances = device.Allocate(used, used);
        device.SquaredDistances(distances, device.Upload(used, dimension, chosen));
        DeviceMatrix median = device.Allocate(1, 1);
        device.MedianSquaredDistance(median, distances);
        return device.Read(median)[0];
    }
}
