using System.Diagnostics;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Random;

namespace Stein.Engine.Devices.Discovery;

/// <summary>A short look at whether a device computes, and how fast: one matrix product.</summary>
/// <param name="Size">Rows, columns and inner size of the product.</param>
/// <param name="Gigaflops">GFLOP/s of the product, the fastest of several.</param>
/// <param name="RelativeError">The largest error of an element against double precision, relative to <c>Σ_k |a_ik b_kj|</c>.</param>
/// <param name="Tolerance">What the error may be: the inner size times the unit round-off.</param>
public sealed record DeviceCheck(int Size, double Gigaflops, double RelativeError, double Tolerance)
{
    private const int FullSize = 256;

    /// <summary>The product of a simulator, which would take half a minute and more for a full one.</summary>
    private const int SmallSize = 32;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.1);

    /// <summary>Whether the product is right; NaN is not.</summary>
    public bool IsCorrect => RelativeError <= Tolerance;

    /// <summary>Checks <paramref name="device"/>; takes about a tenth of a second on a fast device.</summary>
    public static DeviceCheck Run(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        DeviceCheck small = Run(device, SmallSize);
        const double FullFlops = 2.0 * FullSize * FullSize * FullSize;
        return FullFlops / (1e9 * small.Gigaflops) > 1 ? small : Run(device, FullSize);
    }

    private static DeviceCheck Run(Device device, int size)
    {
        double[] left = Random(size, 1);
        double[] right = Random(size, 2);
        DeviceMatrix a = device.Upload(size, size, left);
        DeviceMatrix b = device.Upload(size, size, right);
        DeviceMatrix product = device.Allocate(size, size);
        // The first call compiles.
        Multiply();
        long begin = Stopwatch.GetTimestamp();
        double best = double.PositiveInfinity;
        do
        {
            long start = Stopwatch.GetTimestamp();
            Multiply();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        while (Stopwatch.GetElapsedTime(begin) < Duration);
        double flops = 2.0 * size * size * size;
        return new(size, flops / best / 1e9, LargestError(size, device.Read(product), left, right), size * device.UnitRoundoff);

        void Multiply()
        {
            device.Multiply(product, a, b);
            device.Synchronize();
        }
    }

    /// <summary>Numbers that single precision holds exactly, so that only the product is compared.</summary>
    private static double[] Random(int size, ulong seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        return [.. Enumerable.Range(0, size * size).Select(_ => (double)(float)stream.NextNormal())];
    }

    private static double LargestError(int size, double[] product, double[] left, double[] right)
    {
        using Device oracle = CpuDevices.CreateDouble();
        double[] exact = Multiply(left, right);
        double[] sizes = Multiply([.. left.Select(Math.Abs)], [.. right.Select(Math.Abs)]);
        double largest = 0;
        for (int i = 0; i < product.Length; i++)
        {
            double error = Math.Abs(product[i] - exact[i]) / sizes[i];
            // Math.Max returns NaN if either is.
            largest = Math.Max(largest, error);
        }

        return largest;

        double[] Multiply(double[] a, double[] b)
        {
            DeviceMatrix result = oracle.Allocate(size, size);
            oracle.Multiply(result, oracle.Upload(size, size, a), oracle.Upload(size, size, b));
            return oracle.Read(result);
        }
    }
}
