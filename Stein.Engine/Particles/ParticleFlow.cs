using Stein.Engine.Devices;
using Stein.Engine.Samples;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// A rule by which N particles in D dimensions move together towards a target with known score. Up to rounding, the velocities do not
/// depend on the order of the particles, and unless the rule has <see cref="Parts"/> they depend only on the positions and the target.
/// </summary>
internal abstract class ParticleFlow
{
    /// <summary>The minimum number of particles, since the bandwidth is computed from the distances between them.</summary>
    public const int MinParticles = 2;

    /// <param name="device">The device that holds the particles.</param>
    /// <param name="particles">N, at least <see cref="MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too few particles, or D is below 1.</exception>
    protected ParticleFlow(Device device, int particles, int dimension)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (particles < MinParticles)
        {
            throw new ArgumentOutOfRangeException(
                nameof(particles), particles, $"The number of particles cannot be {particles}; it must be at least {MinParticles}.");
        }

        SampleMatrix.CheckDimension(dimension, nameof(dimension));
        (Device, Particles, Dimension) = (device, particles, dimension);
    }

    /// <summary>The device that holds the particles.</summary>
    public Device Device { get; }

    /// <summary>The number of particles N.</summary>
    public int Particles { get; }

    /// <summary>The dimension D.</summary>
    public int Dimension { get; }

    /// <summary>What it keeps from one step to the next, other than the positions; nothing unless overridden.</summary>
    public virtual IReadOnlyList<IStateful> Parts => [];

    /// <summary>How often it learns from new particles before they move; never unless overridden.</summary>
    public virtual int LearningSteps => 0;

    /// <summary>Whether it learns from particles without the noise that is on those that move; no unless overridden.</summary>
    public virtual bool LearnsWithoutNoise => false;

    /// <summary>
    /// The standard deviation of the noise that was added to the particles that move, set by what moves them; the target is smoothed by the
    /// same.
    /// </summary>
    public double Noise { get; set; }

    /// <summary>Learns from particles (N×D) that follow the same law as those that will move; nothing unless overridden.</summary>
    public virtual void Learn(DeviceMatrix positions, IDensity target)
    {
    }

    /// <summary>Computes the velocity of every particle for the next step. O(N²D).</summary>
    /// <param name="velocities">Receives the velocities (N×D); must not be the positions.</param>
    /// <param name="positions">The positions (N×D).</param>
    /// <param name="target">The density to which the particles move; its score is evaluated on the host.</param>
    /// <exception cref="ArgumentException">The shapes do not match.</exception>
    public abstract void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target);
}
