using Stein.Engine.Devices;
using Stein.Engine.Optimization;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>Moves particles by a flow towards a target, optionally smoothed by a noise schedule.</summary>
/// <remarks>
/// The steps are those of Adam along the velocities, with step size <c>ε √(1 + σ²)</c>. Velocities shrink by orders of magnitude during
/// a run and depend on the dimension, the kernel and σ. Adam divides by their recent magnitude, so that the same ε suits all cases,
/// whereas plain steps would need a different one for each. The step size is proportional to the standard deviation of a smoothed mode
/// of variance 1, as in annealed Langevin dynamics (Song and Ermon, NeurIPS 2019, algorithm 1). The fixed points are those of the flow.
/// </remarks>
internal sealed class ParticleSampler : IStateful
{
    private readonly ParticleFlow flow;
    private readonly IDensity target;
    private readonly NoiseSchedule? schedule;
    private readonly DeviceMatrix velocities;
    private readonly AdamSettings settings;
    private readonly DeviceMatrix firstMoments;
    private readonly DeviceMatrix secondMoments;

    /// <param name="flow">The rule by which the particles move.</param>
    /// <param name="target">The distribution to be sampled.</param>
    /// <param name="schedule">The noise that smooths the target, which must be an <see cref="ISmoothableDensity"/>; null for none.</param>
    /// <param name="stepSize">ε, a positive number: about the distance that a coordinate moves in a step without noise.</param>
    /// <param name="start">The initial positions (N×D, row-major).</param>
    /// <exception cref="ArgumentException">
    /// The shape of the target or of the start does not match that of the flow, or the target cannot be smoothed.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The step size is not a positive finite number.</exception>
    public ParticleSampler(
        ParticleFlow flow, IDensity target, NoiseSchedule? schedule, double stepSize, ReadOnlySpan<double> start)
    {
        ArgumentNullException.ThrowIfNull(flow);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Dimension != flow.Dimension)
        {
            throw new ArgumentException(
                $"The target has dimension {target.Dimension} and the particles have {flow.Dimension}; they must be the same.",
                nameof(target));
        }

        if (schedule is not null && target is not ISmoothableDensity)
        {
            throw new ArgumentException(
                $"The target {target.GetType().Name} has no known convolution with noise; pass no noise schedule.", nameof(schedule));
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

    /// <summary>The positions of the particles (N×D).</summary>
    public DeviceMatrix Positions { get; }

    /// <summary>The number of steps done.</summary>
    public int Iteration { get; private set; }

    /// <summary>σ of the target in the next step.</summary>
    public double Sigma => schedule?.At(Iteration) ?? 0;

    /// <summary>Moves every particle by one step. O(N²D).</summary>
    public void Step()
    {
        double sigma = Sigma;
        flow.Velocities(velocities, Positions, sigma == 0 ? target : ((ISmoothableDensity)target).Smoothed(sigma));
        Iteration++;
        AdamSettings scaled = settings with { LearningRate = settings.LearningRate * Math.Sqrt(1 + (sigma * sigma)) };
        flow.Device.AdamStep(Positions, velocities, firstMoments, secondMoments, scaled.At(Iteration, ascend: true));
    }

    /// <summary>
    /// Writes the positions, the moments, the number of steps and the parts of the flow; everything else is given by the arguments.
    /// </summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Iteration);
        Positions.Save(writer);
        firstMoments.Save(writer);
        secondMoments.Save(writer);
        flow.Parts.SaveAll(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Iteration = reader.ReadInt32();
        Positions.Restore(reader);
        firstMoments.Restore(reader);
        secondMoments.Restore(reader);
        flow.Parts.RestoreAll(reader);
    }
}
