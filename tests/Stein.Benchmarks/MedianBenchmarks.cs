using BenchmarkDotNet.Attributes;
using MathNet.Numerics.Statistics;
using Stein.Engine.Devices;
using Stein.Engine.Devices.Cpu;

namespace Stein.Benchmarks;

/// <summary>
/// The median heuristics over N = 100 samples: of the squared differences (pairs i ≤ j, 5050 of them) in each of R projections, and of
/// the squared distances (pairs i &lt; j). A rival forms the numbers and selects or sorts. All are exact and must agree to the bit.
/// </summary>
[MemoryDiagnoser]
public class MedianBenchmarks
{
    private const int Samples = 100;
    private const int Slices = 100;

    private readonly Device device = CpuDevices.CreateSimd();
    private readonly float[] squares = new float[Samples * (Samples + 1) / 2];
    private readonly float[] distances = new float[Samples * (Samples - 1) / 2];
    private readonly double[] medians = new double[Slices];
    private Pool<(DeviceMatrix Own, float[] Plain)> projections = null!;
    private Pool<(DeviceMatrix Own, float[] Plain)> matrices = null!;
    private DeviceMatrix ownMedians = null!;
    private DeviceMatrix ownMedian = null!;

    [GlobalSetup]
    public void Setup()
    {
        ownMedians = device.Allocate(1, Slices);
        ownMedian = device.Allocate(1, 1);
        projections = new(Pool<float>.EnoughToForget, seed =>
        {
            float[] values = Rivals.Normal(Samples * Slices, seed);
            return (Rivals.Upload(device, Samples, Slices, values), values);
        });
        matrices = new(Pool<float>.EnoughToForget, seed =>
        {
            DeviceMatrix own = device.Allocate(Samples, Samples);
            device.SquaredDistances(own, Rivals.Upload(device, Samples, 10, Rivals.Normal(Samples * 10, seed + 1000)));
            return (own, Array.ConvertAll(device.Read(own), value => (float)value));
        });

        device.ProjectedMedians(ownMedians, projections.First.Own);
        double[] expected = device.Read(ownMedians);
        Projected(projections.First.Plain, Sorted);
        Rivals.Agree(nameof(ProjectedSort), expected, medians, 0);
        Projected(projections.First.Plain, Selected);
        Rivals.Agree(nameof(ProjectedQuickselect), expected, medians, 0);
        device.MedianSquaredDistance(ownMedian, matrices.First.Own);
        double[] median = device.Read(ownMedian);
        Rivals.Agree(nameof(DistancesSort), median, [OfDistances(matrices.First.Plain, Sorted)], 0);
        Rivals.Agree(nameof(DistancesQuickselect), median, [OfDistances(matrices.First.Plain, Selected)], 0);
    }

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void ProjectedStein() => device.ProjectedMedians(ownMedians, projections.Next().Own);

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void ProjectedQuickselect() => Projected(projections.Next().Plain, Selected);

    [Benchmark]
    public void ProjectedSort() => Projected(projections.Next().Plain, Sorted);

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public void DistancesStein() => device.MedianSquaredDistance(ownMedian, matrices.Next().Own);

    [Benchmark]
    [BenchmarkCategory("Quick")]
    public double DistancesQuickselect() => OfDistances(matrices.Next().Plain, Selected);

    [Benchmark]
    public double DistancesSort() => OfDistances(matrices.Next().Plain, Sorted);

    private static float Selected(float[] values) => ArrayStatistics.OrderStatisticInplace(values, ((values.Length - 1) / 2) + 1);

    private static float Sorted(float[] values)
    {
        Array.Sort(values);
        return values[(values.Length - 1) / 2];
    }

    private void Projected(float[] z, Func<float[], float> lowerMedian)
    {
        for (int slice = 0; slice < Slices; slice++)
        {
            int filled = 0;
            for (int i = 0; i < Samples; i++)
            {
                for (int j = i; j < Samples; j++)
                {
                    float difference = z[(i * Slices) + slice] - z[(j * Slices) + slice];
                    squares[filled++] = difference * difference;
                }
            }

            medians[slice] = lowerMedian(squares);
        }
    }

    private double OfDistances(float[] matrix, Func<float[], float> lowerMedian)
    {
        int filled = 0;
        for (int i = 0; i < Samples; i++)
        {
            int length = Samples - i - 1;
            matrix.AsSpan((i * Samples) + i + 1, length).CopyTo(distances.AsSpan(filled));
            filled += length;
        }

        return lowerMedian(distances);
    }
}
