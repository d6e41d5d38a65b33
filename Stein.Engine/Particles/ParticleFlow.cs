using Stein.Engine.Devices;
using Stein.Engine.Samples;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// A law by which N particles in D dimensions move together towards a target of which the score is known. It has no state: the velocities
/// follow from the positions and the target alone, and do not depend on the order of the particles but for rounding.
/// </summary>
internal abstract class ParticleFlow
{
    /// <summary>The smallest number of particles: the bandwidth comes from the distances between them.</summary>
    public const int MinParticles = 2;

    /// <param name="device">The device that the particles are on.</param>
    /// <param name="particles">N, at least <see cref="MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too few particles or dimensions.</exception>
    protected ParticleFlow(Device device, int particles, int dimension)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (particles < MinParticles)
        {
            throw new ArgumentOutOfRangeException(
                nameof(particles), particles, $"{particles} particles are too few; there must be at least {MinParticles}.");
        }

        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        (Device, Particles, Dimension) = (device, particles, dimension);
    }

    /// <summary>The device that the particles are on.</summary>
    public Device Device { get; }

    /// <summary>N.</summary>
    public int Particles { get; }

    /// <summary>D.</summary>
    public int Dimension { get; }

    /// <summary>The velocity of every particle. O(N²D).</summary>
    /// <param name="velocities">Receives them (N×D); not the positions' own memory.</param>
    /// <param name="positions">N×D.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public abstract void Velocities(DeviceMatrix velocities, DeviceMatrix positions, GaussianMixture target);
}
