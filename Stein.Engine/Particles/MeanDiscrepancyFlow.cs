using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// The gradient flow of ½ MMD² between the particles and as many samples of the target, new ones in every step, with a sum of Gaussian
/// kernels (Li, Swersky and Zemel, "Generative moment matching networks", ICML 2015). No score is used.
/// </summary>
/// <remarks><c>v_i = Σ_h [(1/N) Σ_j ∇k_h(x_i, y_j) − (1/N) Σ_j ∇k_h(x_i, x_j)]</c>, derivatives by x_i.</remarks>
internal sealed class MeanDiscrepancyFlow : ParticleFlow
{
    private readonly PhiloxStream stream;
    private readonly Node particleNode;
    private readonly Node sampleNode;
    private readonly Node velocity;
    private readonly Plan plan;
    private readonly DeviceMatrix samples;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="squaredBandwidths">h² of each kernel <c>exp(−‖x − y‖²/h²)</c>.</param>
    /// <param name="stream">Of samples of the target.</param>
    public MeanDiscrepancyFlow(
        Device device, int particles, int dimension, IReadOnlyList<double> squaredBandwidths, PhiloxStream stream)
        : base(device, particles, dimension)
    {
        this.stream = stream;
        var graph = new Graph();
        particleNode = graph.Input(particles, dimension, "particles");
        sampleNode = graph.Input(particles, dimension, "samples of the target");
        Node within = Kernels(particleNode.SquaredDistances(particleNode));
        Node across = Kernels(particleNode.SquaredDistances(sampleNode));
        velocity = (across - (0.5 * within)).Sum().Gradient(particleNode) / particles;
        plan = graph.Compile(device, velocity);
        samples = device.Allocate(particles, dimension);

        Node Kernels(Node squares) => squaredBandwidths.Select(square => (squares / -square).Exp()).Aggregate((sum, next) => sum + next);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<IStateful> Parts => [stream];

    /// <inheritdoc/>
    /// <param name="target">An <see cref="ITarget"/>.</param>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        Device.Write(samples, ((ITarget)target).Sample(stream, Particles));
        plan.Bind(particleNode, positions);
        plan.Bind(sampleNode, samples);
        plan.Run();
        Device.Map<Identity>(velocities, plan[velocity]);
    }
}
