using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Benchmarks;

/// <summary>Data for benchmarks, and the rule that rivals agree on the value before any of them is timed.</summary>
internal static class Rivals
{
    /// <summary>Standard normal numbers, the same in every process.</summary>
    public static float[] Normal(int count, int seed)
    {
        var stream = new PhiloxStream((ulong)seed, StreamPurpose.TestData);
        var values = new float[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)stream.NextNormal();
        return values;
    }

    public static DeviceMatrix Upload(Device device, int rows, int columns, float[] values)
    {
        DeviceMatrix matrix = device.Allocate(rows, columns);
        device.Write(matrix, values);
        return matrix;
    }

    public static double[] Widen(float[] values) => Array.ConvertAll(values, value => (double)value);

    /// <summary>Fails unless all numbers are within a tolerance relative to the largest expected magnitude; NaN is not.</summary>
    public static void Agree(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        double largest = 0;
        foreach (double value in expected)
            largest = Math.Max(largest, Math.Abs(value));
        bool agree = expected.Length == actual.Length;
        for (int i = 0; agree && i < expected.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= tolerance * largest))
            {
                throw new InvalidOperationException(
                    $"{what} is not timed: its entry {i} is {actual[i]:R}, not {expected[i]:R} within {tolerance} of {largest:R}");
            }
        }

        if (!agree)
            throw new InvalidOperationException($"{what} is not timed: it has {actual.Length} numbers, not {expected.Length}");
    }
}
