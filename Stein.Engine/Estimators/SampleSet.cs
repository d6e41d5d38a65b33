using Stein.Engine.Devices;
using Stein.Engine.Samples;

namespace Stein.Engine.Estimators;

/// <summary>
/// The samples from which an estimate is computed, shifted and scaled by <see cref="SampleUnits"/>, and the kernel's bandwidth, on the
/// host and on the device. Unless it says otherwise, everything here and in the estimators is in the scaled units.
/// </summary>
internal sealed class SampleSet
{
    /// <summary>
    /// The maximum number of samples, evenly spaced among all, from which a median of distances is computed. More are not needed to
    /// estimate a scale, and so K² distances need not be in memory at once.
    /// </summary>
    public const int MedianSamples = 2000;

    private SampleSet(
        Device device, double[] scaled, int dimension, SampleUnits units, double squaredBandwidth, SampleWeights? weights)
    {
        (Device, ScaledSamples, Dimension, Units, Weights) = (device, scaled, dimension, units, weights);
        Count = scaled.Length / Dimension;
        SquaredBandwidth = squaredBandwidth;
        Matrix = device.Upload(Count, Dimension, scaled);
        InverseSquare = device.Upload(1, 1, [1 / squaredBandwidth]);
    }

    public Device Device { get; }

    /// <summary>The number of samples K.</summary>
    public int Count { get; }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>How often each sample counts; null for once each.</summary>
    public SampleWeights? Weights { get; }

    /// <summary>The number of samples, each as often as it counts.</summary>
    public double TotalWeight => Weights?.Total ?? Count;

    /// <summary>The units in which everything else is.</summary>
    public SampleUnits Units { get; }

    /// <summary>The shifted and scaled samples (K×D, row-major).</summary>
    public double[] ScaledSamples { get; }

    /// <summary><see cref="ScaledSamples"/> on the device.</summary>
    public DeviceMatrix Matrix { get; }

    /// <summary>The squared bandwidth h².</summary>
    public double SquaredBandwidth { get; }

    /// <summary>The bandwidth h in the units of the samples.</summary>
    public double Bandwidth => Math.Sqrt(SquaredBandwidth) * Units.Length;

    /// <summary><c>a = 1/h²</c> (1×1).</summary>
    public DeviceMatrix InverseSquare { get; }

    /// <summary>Returns the same samples with another bandwidth, in the units of the samples.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The bandwidth cannot be used with these samples.</exception>
    public SampleSet WithBandwidth(double bandwidth)
        => new(Device, ScaledSamples, Dimension, Units, Square(bandwidth, Units), Weights);

    /// <exception cref="ArgumentException">The samples or the bandwidth are invalid.</exception>
    /// <exception cref="ScoreEstimationException">All samples are the same and no bandwidth is given.</exception>
    public static SampleSet Create(
        Device device,
        ReadOnlySpan<double> samples,
        int dimension,
        double? bandwidth,
        BandwidthRule rule,
        IReadOnlyList<double>? sampleWeights = null)
    {
        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        int count = SampleMatrix.Rows(samples, dimension, nameof(samples), minimum: 2);
        SampleWeights? weights = sampleWeights is null ? null : SampleWeights.Create(device, sampleWeights, count);
        var units = SampleUnits.Of(samples, dimension);
        double[] scaled = units.ToDevice(samples);
        double square = bandwidth is { } given ? Square(given, units)
            : rule == BandwidthRule.Silverman ? Silverman(scaled, dimension, units.Mean, weights)
            : (rule == BandwidthRule.Median ? 1 : 2) * Median(device, scaled, count, dimension, weights);
        if (!(square > 0 && double.IsFinite(1 / square)))
        {
            throw new ScoreEstimationException(
                $"No bandwidth follows from these {count} samples: all are the same, or nearly. Check the data or set a bandwidth.");
        }

        return new(device, scaled, dimension, units, square, weights);
    }

    /// <summary>Checks points (M×D), shifts and scales them.</summary>
    /// <exception cref="ArgumentException">The numbers are not rows of D finite numbers.</exception>
    public double[] Scale(ReadOnlySpan<double> points)
    {
        SampleMatrix.Rows(points, Dimension, nameof(points));
        return Units.ToDevice(points);
    }

    /// <summary>How often a sample counts.</summary>
    public double Weight(int sample) => Weights?.Values[sample] ?? 1;

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

        ReadOnlySpan<double> Sample(int row) => ScaledSamples.AsSpan(row * Dimension, Dimension);
    }

    /// <summary>The square of a bandwidth in the units of the samples, after checking that it can be used.</summary>
    private static double Square(double bandwidth, SampleUnits units)
    {
        double scaled = bandwidth * units.Inverse;
        double square = scaled * scaled;
        if (!(bandwidth > 0 && double.IsFinite(bandwidth)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(bandwidth), bandwidth, $"The bandwidth cannot be {bandwidth}; it must be a positive finite number.");
        }

        return double.IsFinite(square) && double.IsFinite(1 / square)
            ? square
            : throw new ArgumentOutOfRangeException(
                nameof(bandwidth),
                bandwidth,
                $"The bandwidth {bandwidth:G3} is out of all proportion to the samples, most of which differ by about {units.Length:G3}. "
                + "Set one of the order of their distances.");
    }

    /// <param name="mean">The mean of the scaled samples without weights (D).</param>
    private static double Silverman(double[] scaled, int dimension, double[] mean, SampleWeights? weights)
    {
        double count = weights?.Total ?? scaled.Length / dimension;
        if (weights is not null)
        {
            mean = new double[dimension];
            for (int i = 0; i < scaled.Length; i++)
                mean[i % dimension] += weights.Values[i / dimension] / count * scaled[i];
        }

        double variance = 0;
        for (int i = 0; i < scaled.Length; i++)
            variance += (weights?.Values[i / dimension] ?? 1) * scaled[i] * scaled[i] / ((count - 1) * dimension);
        foreach (double offset in mean)
            variance -= offset * offset * count / ((count - 1) * dimension);
        return 2 * variance * Math.Pow(4 / ((dimension + 2) * count), 2.0 / (dimension + 4));
    }

    /// <summary>
    /// The lower median of the positive squared distances between the samples, or <see cref="MedianSamples"/> of them if there are more.
    /// </summary>
    private static double Median(Device device, double[] scaled, int count, int dimension, SampleWeights? weights)
    {
        int[] rows = weights?.EvenlySpaced(MedianSamples) ?? SampleMatrix.EvenlySpaced(Math.Min(count, MedianSamples), count);
        DeviceMatrix distances = device.Allocate(rows.Length, rows.Length);
        device.SquaredDistances(
            distances, device.Upload(rows.Length, dimension, SampleMatrix.Select(scaled, dimension, rows)));
        DeviceMatrix median = device.Allocate(1, 1);
        device.MedianSquaredDistance(median, distances);
        return device.Read(median)[0];
    }
}
