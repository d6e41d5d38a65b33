using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.Tests.Testing;

/// <summary>Test data that are the same on every machine and in every run.</summary>
public sealed class Draw(ulong seed)
{
    private readonly PhiloxStream stream = new(seed, StreamPurpose.TestData);

    /// <summary>Standard normal numbers rounded to single precision, so that every device gets the same numbers.</summary>
    public double[] Normal(int count, double scale = 1)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(scale * stream.NextNormal());
        return values;
    }

    public double[] Laplace(int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = stream.NextLaplace();
        return values;
    }

    public double Uniform() => stream.NextUniform();

    public uint Word() => stream.NextUInt32();

    /// <summary>0, …, count − 1 in a random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        stream.Shuffle(order);
        return order;
    }

    /// <summary>A well-conditioned matrix, the identity plus a little noise.</summary>
    public double[] NearIdentity(int dimension)
    {
        double[] values = Normal(dimension * dimension, 0.3 / Math.Sqrt(dimension));
        for (int i = 0; i < dimension; i++)
            values[(i * dimension) + i] += 1;
        return [.. values.Select(value => (double)(float)value)];
    }

    /// <summary>A matrix of <see cref="Normal"/> numbers on a device.</summary>
    public DeviceMatrix NormalOn(Device device, int rows, int columns, double scale = 1)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Upload(rows, columns, Normal(rows * columns, scale));
    }
}
