using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Graphs.Layers;
using Stein.Engine.Optimization;
using Stein.Engine.Random;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>An auto-encoder as the critic of an <see cref="EquilibriumFlow"/>.</summary>
/// <param name="Hidden">The units of a hidden layer on both sides of the code.</param>
/// <param name="Code">The coordinates of the code.</param>
/// <param name="Balance">γ, the loss at particles over that at samples of the target where the two are in equilibrium.</param>
/// <param name="Gain">λ, how fast the weight κ of the particles follows.</param>
/// <param name="Adam">Of its training.</param>
internal sealed record EquilibriumSettings(int Hidden, int Code, double Balance, double Gain, AdamSettings Adam);

/// <summary>
/// The generator's side of a boundary equilibrium GAN (Berthelot, Schumm and Metz, "BEGAN", arXiv 1703.10717), with the gradient of the
/// particles' entropy (Li and Turner, ICLR 2018, section 4.3): particles descend the loss L of an auto-encoder that learns to reconstruct
/// samples of the target and not the particles, <c>v = −∇L(x) − α s_q(x)</c>.
/// </summary>
/// <remarks>
/// <c>L(x) = mean_d |A(x)_d − x_d|</c>. The auto-encoder A minimises <c>mean L(y) − κ mean L(x)</c> for samples y of the target and
/// particles x; after each step <c>κ += λ (γ mean L(y) − mean L(x))</c>, kept between 0 and 1. No score of the target is used.
/// </remarks>
internal sealed class EquilibriumFlow : ParticleFlow
{
    private readonly EquilibriumSettings settings;
    private readonly ScoreEstimator? estimator;
    private readonly double? regularisation;
    private readonly double entropy;
    private readonly PhiloxStream stream;
    private readonly Node particleNode;
    private readonly Node sampleNode;
    private readonly Node weightNode;
    private readonly Node slopes;
    private readonly Node particleLoss;
    private readonly Node losses;
    private readonly ParameterSet parameters;
    private readonly Plan learning;
    private readonly Plan descending;
    private readonly DeviceMatrix samples;
    private readonly DeviceMatrix weight;
    private readonly Adam adam;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="settings">Of the auto-encoder.</param>
    /// <param name="entropy">α; 0 for the GAN as published.</param>
    /// <param name="estimator">Of s_q.</param>
    /// <param name="regularisation">Null for the estimator's default.</param>
    /// <param name="seed">Of the auto-encoder's start and of samples of the target.</param>
    public EquilibriumFlow(
        Device device,
        int particles,
        int dimension,
        EquilibriumSettings settings,
        double entropy,
        ScoreEstimator? estimator,
        double? regularisation,
        uint seed)
        : base(device, particles, dimension)
    {
        (this.settings, this.entropy, this.estimator, this.regularisation) = (settings, entropy, estimator, regularisation);
        stream = new PhiloxStream(seed, StreamPurpose.TrainingData);
        var graph = new Graph();
        particleNode = graph.Input(particles, dimension, "particles");
        sampleNode = graph.Input(particles, dimension, "samples of the target");
        weightNode = graph.Input(1, 1, "weight of the particles");
        Dense[] layers =
        [
            new(graph, dimension, settings.Hidden, "encoder"),
            new(graph, settings.Hidden, settings.Code, "code"),
            new(graph, settings.Code, settings.Hidden, "decoder"),
            new(graph, settings.Hidden, dimension, "reconstruction"),
        ];
        particleLoss = Loss(particleNode);
        Node sampleLoss = Loss(sampleNode);
        losses = Node.ConcatenateColumns(particleLoss, sampleLoss);
        Node[] derivatives = (sampleLoss - (weightNode * particleLoss)).Gradient(graph.Parameters);
        slopes = particleLoss.Gradient(particleNode);
        parameters = new ParameterSet(device, graph);
        parameters.Initialise(new PhiloxStream(seed, StreamPurpose.CriticInitialisation));
        (learning, descending) = (parameters.Compile([losses, .. derivatives]), parameters.Compile(slopes, particleLoss));
        (samples, weight) = (device.Allocate(particles, dimension), device.Allocate(1, 1));
        adam = new Adam(settings.Adam, parameters.Matrices, [.. derivatives.Select(derivative => learning[derivative])]);

        Node Loss(Node x)
        {
            Node code = layers[1].Of(layers[0].Of(x).Elu());
            return (layers[3].Of(layers[2].Of(code).Elu()) - x).Abs().Mean();
        }
    }

    /// <inheritdoc/>
    public override int LearningSteps => 1;

    /// <inheritdoc/>
    public override IReadOnlyList<IStateful> Parts => [stream, parameters, adam, weight];

    /// <inheritdoc/>
    /// <param name="target">An <see cref="ITarget"/>.</param>
    public override void Learn(DeviceMatrix positions, IDensity target)
    {
        Device.Write(samples, ((ITarget)target).Sample(stream, Particles));
        learning.Bind(particleNode, positions);
        learning.Bind(sampleNode, samples);
        learning.Bind(weightNode, weight);
        learning.Run();
        double[] loss = Device.Read(learning[losses]);
        adam.Step();
        double next = Device.Read(weight)[0] + (settings.Gain * ((settings.Balance * loss[1]) - loss[0]));
        Device.Write(weight, (double[])[Math.Clamp(next, 0, 1)]);
    }

    /// <inheritdoc/>
    /// <exception cref="ScoreEstimationException">The particles do not determine a score, for example because all are the same.</exception>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        Descend(positions);
        Device.Map<Scaled>(velocities, descending[slopes], p: -Particles);
        if (entropy == 0 || estimator is null)
            return;
        ScoreEstimate own = estimator.Fit(Device, Device.Read(positions), Dimension, new() { Regularisation = regularisation });
        DeviceMatrix scores = Device.Upload(Particles, Dimension, own.ScoresAtSamples());
        Device.Map<AddScaled>(velocities, velocities, scores, p: -entropy);
    }

    /// <summary>The mean of L at positions (N×D).</summary>
    internal double Loss(DeviceMatrix positions)
    {
        Descend(positions);
        return Device.Read(descending[particleLoss])[0];
    }

    private void Descend(DeviceMatrix positions)
    {
        descending.Bind(particleNode, positions);
        descending.Run();
    }
}
