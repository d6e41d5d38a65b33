using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>The settings of a critic.</summary>
/// <param name="Hidden">The units of each of its two hidden layers.</param>
/// <param name="Steps">Its steps for each step of the particles.</param>
/// <param name="Adam">Of its training.</param>
internal sealed record CriticSettings(int Hidden, int Steps, AdamSettings Adam);

/// <summary>
/// Particles that move by the slope of a critic c: D → 1, a network with two hidden leaky rectifier layers that learns to tell them from
/// other samples.
/// </summary>
internal abstract class CriticFlow : ParticleFlow
{
    private readonly Node particleNode;
    private readonly Node otherNode;
    private readonly Node shareNode;
    private readonly Node slopes;
    private readonly ParameterSet parameters;
    private readonly Plan learning;
    private readonly Plan climbing;
    private readonly DeviceMatrix others;
    private readonly DeviceMatrix shares;
    private readonly Adam adam;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Of the critic.</param>
    /// <param name="seed">Of its weights and of everything that it learns from.</param>
    /// <param name="loss">
    /// What it minimises: a function of the critic, the particles (N×D), the other samples (N×D) and numbers u uniform in [0, 1) (N×1).
    /// </param>
    protected CriticFlow(
        Device device,
        int particles,
        int dimension,
        CriticSettings settings,
        uint seed,
        Func<Func<Node, Node>, Node, Node, Node, Node> loss)
        : base(device, particles, dimension)
    {
        LearningSteps = settings.Steps;
        Stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        var graph = new Graph();
        particleNode = graph.Input(particles, dimension, "particles");
        otherNode = graph.Input(particles, dimension, "other samples");
        shareNode = graph.Input(particles, 1, "shares");
        Dense first = new(graph, dimension, settings.Hidden, "hidden 1");
        Dense second = new(graph, settings.Hidden, settings.Hidden, "hidden 2");
        Dense last = new(graph, settings.Hidden, 1, "critic");
        Node[] derivatives = loss(Critic, particleNode, otherNode, shareNode).Gradient(graph.Parameters);
        slopes = Critic(particleNode).Sum().Gradient(particleNode);
        parameters = new ParameterSet(device, graph);
        parameters.Initialise(new PhiloxStream(seed, StreamPurpose.CriticInitialisation));
        (learning, climbing) = (parameters.Compile(derivatives), parameters.Compile(slopes));
        (others, shares) = (device.Allocate(particles, dimension), device.Allocate(particles, 1));
        adam = new Adam(settings.Adam, parameters.Matrices, [.. derivatives.Select(derivative => learning[derivative])]);

        Node Critic(Node x) => last.Of(second.Of(first.Of(x).LeakyRelu(0.2)).LeakyRelu(0.2));
    }

    /// <inheritdoc/>
    public override int LearningSteps { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<IStateful> Parts => [Stream, parameters, adam];

    private protected PhiloxStream Stream { get; }

    /// <inheritdoc/>
    public override void Learn(DeviceMatrix positions, IDensity target)
    {
        Device.Write(others, DrawOthers(target));
        Device.Write(shares, [.. Enumerable.Range(0, Particles).Select(_ => Stream.NextUniform())]);
        learning.Bind(particleNode, positions);
        learning.Bind(otherNode, others);
        learning.Bind(shareNode, shares);
        learning.Run();
        adam.Step();
    }

    /// <summary>N samples (N×D, row-major) that the critic learns to tell the particles from.</summary>
    private protected abstract double[] DrawOthers(IDensity target);

    /// <summary>∇c at the positions (N×D), valid until the next call.</summary>
    private protected DeviceMatrix Slopes(DeviceMatrix positions)
    {
        climbing.Bind(particleNode, positions);
        climbing.Run();
        return climbing[slopes];
    }
}

/// <summary>
/// The generator's side of a Wasserstein GAN with gradient penalty (Gulrajani, Ahmed, Arjovsky, Dumoulin and Courville, NeurIPS 2017,
/// algorithm 1): particles climb a critic that is lower at them than at samples of the target, an <see cref="ITarget"/>. No score is used.
/// </summary>
/// <remarks>
/// The critic minimises <c>mean c(x) − mean c(y) + λ mean(‖∇c(y + u (x − y))‖ − 1)²</c> for particles x and samples y of the target.
/// </remarks>
internal sealed class WassersteinCriticFlow : CriticFlow
{
    /// <inheritdoc cref="CriticFlow(Device, int, int, CriticSettings, uint, Func{Func{Node, Node}, Node, Node, Node, Node})"/>
    /// <param name="penalty">λ.</param>
    public WassersteinCriticFlow(Device device, int particles, int dimension, CriticSettings settings, double penalty, uint seed)
        : base(device, particles, dimension, settings, seed, (critic, x, y, u) => Loss(critic, x, y, u, penalty))
    {
    }

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
        => Device.Map<Identity>(velocities, Slopes(positions));

    private protected override double[] DrawOthers(IDensity target) => ((ITarget)target).Sample(Stream, Particles);

    private static Node Loss(Func<Node, Node> critic, Node x, Node y, Node u, double penalty)
    {
        Node between = y + (u * (x - y));
        Node lengths = (critic(between).Sum().Gradient(between).Square().SumRows() + 1e-12).Sqrt();
        return critic(x).Mean() - critic(y).Mean() + (penalty * (lengths - 1).Square().Mean());
    }
}

/// <summary>
/// Minimises <c>KL[q‖p]</c> by the ratio of q and a normal density r, which a critic learns from samples of both (Mescheder, Nowozin and
/// Geiger, "Adversarial variational Bayes", ICML 2017): <c>v = s_p(x) − s_r(x) − ∇c(x)</c>. It approximates the loss, by its bound, and
/// not the gradient.
/// </summary>
/// <remarks>
/// The critic minimises <c>mean softplus(−c(x)) + mean softplus(c(y))</c> for particles x and samples y of <c>r = N(0, τ² I)</c>; the best
/// one is <c>log q − log r</c>.
/// </remarks>
internal sealed class DensityRatioFlow : CriticFlow
{
    private readonly double deviation;
    private readonly double[] hostPositions;
    private readonly double[] hostVelocities;

    /// <inheritdoc cref="CriticFlow(Device, int, int, CriticSettings, uint, Func{Func{Node, Node}, Node, Node, Node, Node})"/>
    /// <param name="deviation">τ.</param>
    public DensityRatioFlow(Device device, int particles, int dimension, CriticSettings settings, double deviation, uint seed)
        : base(
            device,
            particles,
            dimension,
            settings,
            seed,
            (critic, x, y, _) => (-critic(x)).Softplus().Mean() + critic(y).Softplus().Mean())
    {
        this.deviation = deviation;
        hostPositions = new double[particles * dimension];
        hostVelocities = new double[particles * dimension];
    }

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Device.Read(positions, hostPositions);
        target.Score(hostPositions, hostVelocities);
        for (int i = 0; i < hostVelocities.Length; i++)
            hostVelocities[i] += hostPositions[i] / (deviation * deviation);
        Device.Write(velocities, hostVelocities);
        Device.Map<AddScaled>(velocities, velocities, Slopes(positions), p: -1);
    }

    private protected override double[] DrawOthers(IDensity target)
        => [.. Enumerable.Range(0, Particles * Dimension).Select(_ => deviation * Stream.NextNormal())];
}
