using Stein.Engine.Devices;
using Stein.Engine.Estimators;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// The Wasserstein gradient flow of <c>KL[q‖p]</c>, <c>v = s_p(x) − s_q(x)</c>, with the score s_q of the particles' own density
/// estimated from the particles, known, or left out, so that all climb to a mode.
/// </summary>
internal sealed class ScoreDifferenceFlow : ParticleFlow
{
    private readonly Func<double[], double[]>? ownScores;
    private readonly double largest;
    private readonly double[] hostPositions;
    private readonly double[] hostVelocities;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="ownScores">s_q at positions (N×D, row-major); null to leave it out.</param>
    /// <param name="largest">
    /// No component of a velocity becomes larger in absolute value: where particles crowd, estimates have no bound.
    /// </param>
    public ScoreDifferenceFlow(
        Device device,
        int particles,
        int dimension,
        Func<double[], double[]>? ownScores,
        double largest = double.PositiveInfinity)
        : base(device, particles, dimension)
    {
        (this.ownScores, this.largest) = (ownScores, largest);
        hostPositions = new double[particles * dimension];
        hostVelocities = new double[particles * dimension];
    }

    /// <summary>The flow with s_q estimated from the particles.</summary>
    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="particles">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="estimator">Of s_q.</param>
    /// <param name="regularisation">Null for the estimator's default.</param>
    /// <param name="hasBatchMedian">
    /// Whether the estimator's kernel <c>φ(‖x − y‖²/h²)</c> has the bandwidth <c>h² = 2m/ln(N + 1)</c>, m the median of the squared
    /// distances, in place of that of the estimator's own rule.
    /// </param>
    /// <param name="largest">As for the constructor.</param>
    public static ScoreDifferenceFlow Estimated(
        Device device,
        int particles,
        int dimension,
        ScoreEstimator estimator,
        double? regularisation,
        bool hasBatchMedian,
        double largest = double.PositiveInfinity)
    {
        DeviceMatrix positions = device.Allocate(particles, dimension);
        DeviceMatrix distances = device.Allocate(particles, particles);
        DeviceMatrix median = device.Allocate(1, 1);
        return new(device, particles, dimension, Estimate, largest);

        double[] Estimate(double[] samples) => estimator.Fit(
            device,
            samples,
            dimension,
            new() { Regularisation = regularisation, Bandwidth = hasBatchMedian ? BatchBandwidth(samples) : null }).ScoresAtSamples();

        double BatchBandwidth(double[] samples)
        {
            device.Write(positions, samples);
            device.SquaredDistances(distances, positions);
            device.MedianSquaredDistance(median, distances);
            return Math.Sqrt(2 * device.Read(median)[0] / Math.Log(particles + 1));
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ScoreEstimationException">The particles do not determine a score, for example because all are the same.</exception>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Device.Read(positions, hostPositions);
        target.Score(hostPositions, hostVelocities);
        if (ownScores is not null)
        {
            double[] own = ownScores(hostPositions);
            for (int i = 0; i < own.Length; i++)
                hostVelocities[i] -= own[i];
        }

        foreach (ref double velocity in hostVelocities.AsSpan())
            velocity = Math.Clamp(velocity, -largest, largest);
        Device.Write(velocities, hostVelocities);
    }
}
