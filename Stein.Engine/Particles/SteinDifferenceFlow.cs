using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Graphs;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// The flow of <c>KL[q‖p]</c> with the Stein gradient estimator of the difference of the scores, <c>v = (K + ηI)⁻¹ (⟨∇,K⟩ + K S_p)</c>,
/// in place of <c>S_p − Ŝ_q</c> with an estimate of s_q alone.
/// </summary>
/// <remarks>
/// <para>
/// Both minimise a ridged KSD over values at the particles: <see cref="ScoreDifferenceFlow"/> over S_q, whose ridge pulls it to 0, and this
/// one over <c>S_q − S_p</c>. By Stein's identity <c>⟨∇,K⟩ + K S_p</c> has mean 0 where q = p, so that the ridge does no harm there; an
/// estimate of s_q alone that is too small leaves a part of s_p, which drives particles into the modes. With <c>Ĝ = −(K + ηI)⁻¹⟨∇,K⟩</c>
/// the two differ by <c>η (K + ηI)⁻¹ S_p</c>.
/// </para>
/// <para>
/// The direction of SVGD is <c>⟨∇,K⟩ + K S_p</c> over N; here a linear system takes the smoothing by the kernel back, as far as η lets it.
/// </para>
/// <para>
/// The kernel is <c>exp(−‖x − y‖²/m)</c> with m the lower median of the positive squared distances, as that of the estimator of s_q.
/// </para>
/// </remarks>
internal sealed class SteinDifferenceFlow : ParticleFlow
{
    private readonly double largest;
    private readonly Node particles;
    private readonly Node scores;
    private readonly Node inverseSquare;
    private readonly Node velocity;
    private readonly Plan plan;
    private readonly TargetScores targetScores;
    private readonly DeviceMatrix distances;
    private readonly Bandwidth bandwidth;
    private readonly double[] hostVelocities;

    /// <param name="device">See <see cref="ParticleFlow"/>.</param>
    /// <param name="count">N, at least <see cref="ParticleFlow.MinParticles"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="ridge">η, positive.</param>
    /// <param name="largest">No component of a velocity becomes larger in absolute value.</param>
    public SteinDifferenceFlow(Device device, int count, int dimension, double ridge, double largest = double.PositiveInfinity)
        : base(device, count, dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ridge);
        this.largest = largest;
        var graph = new Graph();
        particles = graph.Input(count, dimension, "particles");
        scores = graph.Input(count, dimension, "scores of the target");
        inverseSquare = graph.Input(1, 1, "inverse squared bandwidth");
        Node kernel = (-inverseSquare * particles.SquaredDistances(particles)).Exp();
        Node repulsion = 2 * inverseSquare * ((kernel.SumRows() * particles) - kernel.Multiply(particles));
        double[] diagonal = [.. Enumerable.Range(0, count * count).Select(k => k / count == k % count ? ridge : 0)];
        velocity = (kernel + graph.Constant(count, count, diagonal)).Solve(repulsion + kernel.Multiply(scores));
        plan = graph.Compile(device, velocity);
        targetScores = new(device, count, dimension);
        distances = device.Allocate(count, count);
        bandwidth = new Bandwidth(device, 1);
        hostVelocities = new double[count * dimension];
    }

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        DeviceMatrix atPositions = targetScores.At(positions, target);
        Device.SquaredDistances(distances, positions);
        bandwidth.Set(MedianRule.MedianDistance, distances);
        plan.Bind(particles, positions);
        plan.Bind(scores, atPositions);
        plan.Bind(inverseSquare, bandwidth.InverseSquares);
        plan.Run();
        Device.Read(plan[velocity], hostVelocities);
        foreach (ref double component in hostVelocities.AsSpan())
            component = Math.Clamp(component, -largest, largest);
        Device.Write(velocities, hostVelocities);
    }
}
