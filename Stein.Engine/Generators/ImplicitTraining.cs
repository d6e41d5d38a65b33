using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Optimization;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Generators;

/// <summary>A flow that a training begins with.</summary>
/// <param name="Flow">Of as many particles as the other flow.</param>
/// <param name="Steps">How long.</param>
internal sealed record WarmStart(ParticleFlow Flow, int Steps);

/// <summary>
/// Trains an <see cref="ImplicitSampler"/> so that its samples move as particles would, by a flow towards a target. With a noise schedule
/// both are smoothed: the target exactly, the samples by noise that is added to them.
/// </summary>
/// <remarks>
/// With noise of standard deviation σ velocities are multiplied by σ², since scores of smoothed densities grow as 1/σ² (Song and Ermon,
/// NeurIPS 2019, equation 6). Where the schedule has none left, the last σ stays.
/// </remarks>
internal sealed class ImplicitTraining : IStateful
{
    private readonly Device device;
    private readonly ImplicitSampler sampler;
    private readonly ParticleFlow flow;
    private readonly IDensity target;
    private readonly NoiseSchedule? noise;
    private readonly WarmStart? warmStart;
    private readonly PhiloxStream draws;
    private readonly PhiloxStream smoothing;
    private readonly DeviceMatrix positions;
    private readonly DeviceMatrix velocities;
    private readonly double[] added;
    private readonly Adam adam;

    /// <param name="device">Where everything is computed.</param>
    /// <param name="sampler">Of as many samples as the flow has particles.</param>
    /// <param name="flow">Tells how samples should move.</param>
    /// <param name="target">To what density; an <see cref="ISmoothableDensity"/> if there is noise.</param>
    /// <param name="noise">Null for none.</param>
    /// <param name="settings">Of Adam.</param>
    /// <param name="schedule">Of its learning rate; null for a constant one.</param>
    /// <param name="seed">Of all noise.</param>
    /// <param name="warmStart">Another flow for the first steps, without noise; null for none.</param>
    public ImplicitTraining(
        Device device,
        ImplicitSampler sampler,
        ParticleFlow flow,
        IDensity target,
        NoiseSchedule? noise,
        AdamSettings settings,
        Schedule? schedule,
        uint seed,
        WarmStart? warmStart = null)
    {
        (this.device, this.sampler, this.flow, this.target, this.noise) = (device, sampler, flow, target, noise);
        this.warmStart = warmStart;
        draws = new PhiloxStream(seed, StreamPurpose.Probes);
        smoothing = new PhiloxStream(seed, StreamPurpose.SmoothingNoise);
        positions = device.Allocate(flow.Particles, flow.Dimension);
        velocities = device.Allocate(flow.Particles, flow.Dimension);
        added = new double[flow.Particles * flow.Dimension];
        adam = new Adam(settings, sampler.Parameters.Matrices, sampler.Gradient, ascend: true, schedule);
    }

    /// <summary>The number of steps done.</summary>
    public int Iteration { get; private set; }

    /// <summary>σ of the next step.</summary>
    public double Sigma => noise is null || IsWarming ? 0
        : noise.At(Iteration - (warmStart?.Steps ?? 0)) is > 0 and double sigma ? sigma
        : noise.Final;

    private bool IsWarming => Iteration < warmStart?.Steps;

    /// <summary>First what the flow learns, each time from new samples; then one step of the sampler.</summary>
    public void Step()
    {
        double sigma = Sigma;
        ParticleFlow flow = IsWarming ? warmStart!.Flow : this.flow;
        IDensity smoothed = sigma == 0 ? target : ((ISmoothableDensity)target).Smoothed(sigma);
        flow.Noise = sigma;
        for (int learned = 0; learned < flow.LearningSteps; learned++)
        {
            Draw(flow.LearnsWithoutNoise ? 0 : sigma);
            flow.Learn(positions, smoothed);
        }

        Draw(sigma);
        flow.Velocities(velocities, positions, smoothed);
        if (sigma > 0)
            device.Map<Scaled>(velocities, velocities, p: sigma * sigma);
        sampler.Follow(velocities);
        adam.Step();
        Iteration++;
    }

    /// <summary>Writes everything that determines the steps to come, other than the parameters of the sampler.</summary>
    public void Save(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write(Iteration);
        Parts.SaveAll(writer);
    }

    /// <inheritdoc/>
    public void Restore(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        Iteration = reader.ReadInt32();
        Parts.RestoreAll(reader);
    }

    private IReadOnlyList<IStateful> Parts => [adam, draws, smoothing, .. flow.Parts, .. warmStart?.Flow.Parts ?? []];

    /// <summary>Sets the positions to new samples with noise.</summary>
    private void Draw(double sigma)
    {
        DeviceMatrix samples = sampler.Draw(draws);
        if (sigma == 0)
        {
            device.Map<Identity>(positions, samples);
            return;
        }

        foreach (ref double entry in added.AsSpan())
            entry = sigma * smoothing.NextNormal();
        device.Write(positions, added);
        device.Map<AddScaled>(positions, positions, samples, p: 1);
    }
}
