using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// Particles descend their own KSD to the target, as in <see cref="KernelSteinDescent{TKernel}"/>, with a kernel whose features learn to
/// maximise it: <c>min over particles, max over features</c>.
/// </summary>
/// <remarks>
/// Moving a particle changes its distances and its score: <c>v = −(N/2) [∂U/∂x + ∇∇ log p(x) · ∂U/∂s]</c>. The unit of the samples is a
/// constant for derivatives.
/// </remarks>
internal sealed class DeepKernelDescent : ParticleFlow
{
    private readonly DeepSteinDiscrepancy discrepancy;
    private readonly Adam adam;
    private readonly TargetScores targetScores;
    private readonly DeviceMatrix work;
    private readonly double[] byScores;
    private readonly double[] products;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="kernel">The features and their objective.</param>
    /// <param name="steps">Steps of the features for each step of the particles.</param>
    /// <param name="settings">Of their training.</param>
    /// <param name="seed">Of their start.</param>
    public DeepKernelDescent(
        Device device, int particles, int dimension, DeepKernelSettings kernel, int steps, AdamSettings settings, uint seed)
        : base(device, particles, dimension)
    {
        LearningSteps = steps;
        discrepancy = new(device, particles, dimension, kernel);
        discrepancy.Initialise(new PhiloxStream(seed, StreamPurpose.CriticInitialisation));
        adam = new Adam(settings, discrepancy.Parameters.Matrices, discrepancy.Gradient, ascend: true);
        targetScores = new(device, particles, dimension);
        work = device.Allocate(particles, dimension);
        byScores = new double[particles * dimension];
        products = new double[particles * dimension];
    }

    /// <inheritdoc/>
    public override int LearningSteps { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<IStateful> Parts => [discrepancy.Parameters, adam];

    /// <inheritdoc/>
    public override void Learn(DeviceMatrix positions, IDensity target)
    {
        DeviceMatrix scores = Set(positions, target);
        discrepancy.Train(adam, positions, scores);
    }

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        DeviceMatrix scores = Set(positions, target);
        Device.Read(discrepancy.ModelGradient(positions, scores), byScores);
        target.HessianProducts(targetScores.Positions, byScores, products);
        Device.Write(work, products);
        Device.Map<Scaled>(velocities, discrepancy.SampleGradient(positions, scores), p: -0.5 * Particles);
        Device.Map<AddScaled>(velocities, velocities, work, p: -0.5 * Particles);
    }

    /// <summary>The objective of the features at positions (N×D).</summary>
    internal double Value(DeviceMatrix positions, IDensity target)
    {
        DeviceMatrix scores = Set(positions, target);
        return discrepancy.Value(positions, scores);
    }

    /// <summary>Sets the unit of positions (N×D), and returns the scores of the target there.</summary>
    private DeviceMatrix Set(DeviceMatrix positions, IDensity target)
    {
        discrepancy.SetUnit(positions);
        return targetScores.At(positions, target);
    }
}
