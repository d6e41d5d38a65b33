using Stein.Engine.Devices;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// The samples from which an estimate is computed, shifted to mean zero, and the kernel's bandwidth, on the host and on the device.
/// </summary>
internal sealed class SampleSet
{
    /// <summary>
    /// The maximum number of samples, evenly spaced among all, from which a median of distances is computed. More are not needed to
    /// estimate a scale, and so K² distances need not be in memory at once.
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

    /// <summary>The number of samples K.</summary>
    public int Count { get; }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>The samples with their mean subtracted (K×D, row-major).</summary>
    public double[] CentredSamples { get; }

    /// <summary><see cref="CentredSamples"/> on the device.</summary>
    public DeviceMatrix Matrix { get; }

    /// <summary>The squared bandwidth h².</summary>
    public double SquaredBandwidth { get; }

    /// <summary>The bandwidth h.</summary>
    public double Bandwidth => Math.Sqrt(SquaredBandwidth);

    /// <summary><c>a = 1/h²</c> (1×1).</summary>
    public DeviceMatrix InverseSquare { get; }

    /// <summary>Returns the same samples with another bandwidth.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bandwidth is not a positive finite number.</exception>
    public SampleSet WithBandwidth(double bandwidth)
    {
        CheckBandwidth(bandwidth);
        return new(Device, CentredSamples, mean, bandwidth * bandwidth);
    }

    /// <exception cref="ArgumentException">The samples or the bandwidth are invalid.</exception>
    /// <exception cref="ScoreEstimationException">All samples are the same and no bandwidth is given.</exception>
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
                $"No bandwidth follows from these {count} samples: all are the same, or nearly. Check the data or set a bandwidth.");
        }

        return new(device, centred, mean, square);
    }

    /// <summary>Checks points (M×D) and subtracts the mean of the samples.</summary>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers.</exception>
    public double[] Centre(ReadOnlySpan<double> points)
    {
        SampleMatrix.Rows(points, Dimension, nameof(points));
        return Shifted(points, mean);
    }

    /// <summary>Finds the first pair of equal samples, numbered from 1 like the lines of a file; null if there is none.</summary>
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

    /// <summary>Checks that the bandwidth, its square and the inverse of its square are positive and finite.</summary>
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
    /// The lower median of the positive squared distances between the samples, or <see cref="MedianSamples"/> of them if there are more.
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
