using Stein.Engine.Devices;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>The scores of a target at particles, evaluated on the host and brought to the device.</summary>
/// <param name="device">The device that holds the particles.</param>
/// <param name="particles">N.</param>
/// <param name="dimension">D.</param>
internal sealed class TargetScores(Device device, int particles, int dimension)
{
    private readonly DeviceMatrix scores = device.Allocate(particles, dimension);
    private readonly double[] values = new double[particles * dimension];

    /// <summary>The positions of the last call (N×D, row-major).</summary>
    public double[] Positions { get; } = new double[particles * dimension];

    /// <summary>The scores at positions (N×D each); valid until the next call.</summary>
    public DeviceMatrix At(DeviceMatrix positions, IDensity target)
    {
        ArgumentNullException.ThrowIfNull(target);
        device.Read(positions, Positions);
        target.Score(Positions, values);
        device.Write(scores, values);
        return scores;
    }
}
