using System.Diagnostics;
using Stein.Engine.Devices.Cpu;
using Stein.Engine.Random;

namespace Stein.Engine.Devices;

/// <summary>A short look at whether a device computes, and how fast: one matrix product.</summary>
/// <param name="Gigaflops">GFLOP/s of the product, the fastest of several.</param>
/// <param name="RelativeError">The largest error of an element against double precision, relative to <c>Σ_k |a_ik b_kj|</c>.</param>
/// <param name="Tolerance">What the error may be: the inner size times the unit round-off.</param>
public sealed record DeviceCheck(double Gigaflops, double RelativeError, double Tolerance)
{
    /// <summary>Rows, columns and inner size of the product.</summary>
    public const int Size = 256;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(0.1);

    /// <summary>Whether the product is right; NaN is not.</summary>
    public bool IsCorrect => RelativeError <= Tolerance;

    /// <summary>Checks <paramref name="device"/>; takes about a tenth of a second on a fast device.</summary>
    public static DeviceCheck Run(Device device)
    {
        ArgumentNullException.ThrowIfNull(device);
        double[] left = Random(1);
        double[] right = Random(2);
        DeviceMatrix a = device.Upload(Size, Size, left);
        DeviceMatrix b = device.Upload(Size, Size, right);
        DeviceMatrix product = device.Allocate(Size, Size);
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
        double flops = 2.0 * Size * Size * Size;
        return new(flops / best / 1e9, LargestError(device.Read(product), left, right), Size * device.UnitRoundoff);

        void Multiply()
        {
            device.Multiply(product, a, b);
            device.Synchronize();
        }
    }

    /// <summary>Numbers that single precision holds exactly, so that only the product is compared.</summary>
    private static double[] Random(ulong seed)
    {
        var stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        return [.. Enumerable.Range(0, Size * Size).Select(_ => (double)(float)stream.NextNormal())];
    }

    private static double LargestError(double[] product, double[] left, double[] right)
    {
        using Device oracle = CpuDevices.CreateDouble();
        double[] exact = Multiply(left, right);
        double[] size = Multiply([.. left.Select(Math.Abs)], [.. right.Select(Math.Abs)]);
        double largest = 0;
        for (int i = 0; i < product.Length; i++)
        {
            double error = Math.Abs(product[i] - exact[i]) / size[i];
            // Math.Max returns NaN if either is.
            largest = Math.Max(largest, error);
        }

        return largest;

        double[] Multiply(double[] a, double[] b)
        {
            DeviceMatrix result = oracle.Allocate(Size, Size);
            oracle.Multiply(result, oracle.Upload(Size, Size, a), oracle.Upload(Size, Size, b));
            return oracle.Read(result);
        }
    }
}
