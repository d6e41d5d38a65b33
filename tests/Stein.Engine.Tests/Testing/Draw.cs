using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.Tests.Testing;

/// <summary>Test data: the same on every machine and every run.</summary>
public sealed class Draw(ulong seed)
{
    private readonly PhiloxStream _stream = new(seed, StreamPurpose.TestData);

    /// <summary>Standard normal numbers that are single-precision numbers, so that every device is given the same.</summary>
    public double[] Normal(int count, double scale = 1)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (float)(scale * _stream.NextNormal());
        return values;
    }

    public double[] Laplace(int count)
    {
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = _stream.NextLaplace();
        return values;
    }

    public double Uniform() => _stream.NextUniform();

    public uint Word() => _stream.NextUInt32();

    /// <summary>0, …, count − 1 in a random order.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        _stream.Shuffle(order);
        return order;
    }

    /// <summary>A well-conditioned matrix: the identity and a little noise.</summary>
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
