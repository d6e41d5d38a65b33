using Stein.Engine.Devices;
using Stein.Engine.Optimization;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>Particles on their way: positions that a flow moves towards a target, smoothed by a schedule or as it is.</summary>
/// <remarks>
/// The steps are Adam's along the velocities, of size <c>ε √(1 + σ²)</c>. Velocities shrink by orders of magnitude on the way, and with
/// the dimension, the kernel and σ; Adam divides by what they have been, so that one ε suits all, where plain steps would need one for each
/// case. Lengths grow with the noise: a step is counted in standard deviations of a smoothed mode of variance 1, as annealed
/// Langevin dynamics does (Song and Ermon, NeurIPS 2019, algorithm 1). The fixed points are those of the flow.
/// </remarks>
internal sealed class ParticleSampler : IStateful
{
    private readonly ParticleFlow flow;
    private readonly GaussianMixture target;
    private readonly NoiseSchedule? schedule;
    private readonly DeviceMatrix velocities;
    private readonly AdamSettings settings;
    private readonly DeviceMatrix firstMoments;
    private readonly DeviceMatrix secondMoments;

    /// <param name="flow">How the particles move.</param>
    /// <param name="target">What they are to become samples of.</param>
    /// <param name="schedule">The noise by which the target is smoothed; null for none.</param>
    /// <param name="stepSize">ε, a positive number: about the distance that a coordinate moves in a step without noise.</param>
    /// <param name="start">N×D, row-major.</param>
    /// <exception cref="ArgumentException">Target or start have another shape than the flow.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step size is not a positive finite number.</exception>
    public ParticleSampler(
        ParticleFlow flow, GaussianMixture target, NoiseSchedule? schedule, double stepSize, ReadOnlySpan<double> start)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Dimension != flow.Dimension)
        {
            throw new ArgumentException(
                $"The target has dimension {target.Dimension} and the particles have {flow.Dimension}; they must be the same.",
                nameof(target));
        }

        if (!(stepSize > 0 && double.IsFinite(stepSize)))
        {
            throw new ArgumentOutOfRangeException(
                nameof(stepSize), stepSize, $"The step size cannot be {stepSize}; it must be a positive finite number.");
        }

        (this.flow, this.target, this.schedule) = (flow, target, schedule);
        Positions = flow.Device.Upload(flow.Particles, flow.Dimension, start);
        velocities = flow.Device.Allocate(flow.Particles, flow.Dimension);
        firstMoments = flow.Device.Allocate(flow.Particles, flow.Dimension);
        secondMoments = flow.Device.Allocate(flow.Particles, flow.Dimension);
        settings = new AdamSettings(stepSize);
    }

    /// <summary>The particles (N×D).</summary>
    public DeviceMatrix Positions { get; }

    /// <summary>Steps done.</summary>
    public int Iteration { get; private set; }

    /// <summary>σ of the next step's target.</summary>
    public double Sigma => schedule?.At(Iteration) ?? 0;

    /// <summary>One step of every particle. O(N²D).</summary>
    public void Step()
    {
        double sigma = Sigma;
        flow.Velocities(velocities, Positions, sigma == 0 ? target : target.Smoothed(sigma));
        Iteration++;
        AdamSettings scaled = settings with { LearningRate = settings.LearningRate * Math.Sqrt(1 + (sigma * sigma)) };
        flow.Device.AdamStep(Positions, velocities, firstMoments, secondMoments, scaled.At(Iteration, ascend: true));
    }

    /// <summary>Writes the positions, the moments and the steps done; all else are arguments.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Iteration);
        Positions.Save(writer);
        firstMoments.Save(writer);
        secondMoments.Save(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Iteration = reader.ReadInt32();
        Positions.Restore(reader);
        firstMoments.Restore(reader);
        secondMoments.Restore(reader);
    }
}
