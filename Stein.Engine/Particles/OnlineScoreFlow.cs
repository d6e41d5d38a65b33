using Stein.Engine.Devices;
using Stein.Engine.Networks;
using Stein.Engine.State;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// The flow of <c>KL[q‖p]</c>, <c>v = s_p(x) − s_q(x)</c>, with s_q by a network that is trained beside the particles, by denoising score
/// matching at all levels of noise, on particles without noise (the fake score of Luo et al., "Diff-Instruct", NeurIPS 2023, and of Yin et
/// al., "One-step diffusion with distribution matching distillation", CVPR 2024, beside an exact score of the data).
/// </summary>
internal sealed class OnlineScoreFlow : ParticleFlow
{
    private readonly NoiseConditionalScore own;
    private readonly ScoreDifferenceFlow difference;
    private readonly double[] ownScores;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="settings">Of the network; its scales are as many as a particle has coordinates.</param>
    /// <param name="steps">Its steps for each step of the particles.</param>
    /// <param name="seed">Of its start and of everything that it learns from.</param>
    /// <param name="largest">No component of a velocity becomes larger in absolute value.</param>
    public OnlineScoreFlow(
        Device device,
        int particles,
        NoiseConditionalSettings settings,
        int steps,
        uint seed,
        double largest = double.PositiveInfinity)
        : base(device, particles, settings.Scales.Count)
    {
        LearningSteps = steps;
        own = new NoiseConditionalScore(device, settings, seed);
        ownScores = new double[particles * Dimension];
        difference = new(device, particles, Dimension, OwnScores, largest);
    }

    /// <inheritdoc/>
    public override int LearningSteps { get; }

    /// <inheritdoc/>
    public override bool LearnsWithoutNoise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<IStateful> Parts => [own];

    /// <inheritdoc/>
    public override void Learn(DeviceMatrix positions, IDensity target) => own.Step(Device.Read(positions));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">There is no noise on the particles.</exception>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (!(Noise > 0))
            throw new InvalidOperationException("A network that learns to remove noise knows no score without noise.");
        difference.Velocities(velocities, positions, target);
    }

    private double[] OwnScores(double[] positions)
    {
        own.Score(positions, Noise, ownScores);
        return ownScores;
    }
}
