using Stein.Engine.Devices;
using Stein.Engine.Random;

namespace Stein.Engine.GoodnessOfFit.Tests;

/// <summary>Standard normal numbers from which the distribution of a statistic under the hypothesis is simulated.</summary>
internal sealed class NormalMatrix
{
    private readonly float[] drawn;

    public NormalMatrix(Device device, int rows, int columns)
    {
        Values = device.Allocate(rows, columns);
        drawn = new float[rows * columns];
    }

    public DeviceMatrix Values { get; }

    /// <summary>Draws all numbers anew: both of each pair by Box and Muller (1958), for which four words are consumed.</summary>
    public void Draw(PhiloxStream stream)
    {
        for (int i = 0; i < drawn.Length; i += 2)
        {
            double radius = Math.Sqrt(-2 * Math.Log(stream.NextOpenUniform()));
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * stream.NextUniform());
            drawn[i] = (float)(radius * cosine);
            if (i + 1 < drawn.Length)
                drawn[i + 1] = (float)(radius * sine);
        }

        Values.Device.Write(Values, drawn);
    }
}
