using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// Stein variational gradient descent (Liu and Wang, NIPS 2016, algorithm 1): particles climb the log-density together, smoothed by the
/// kernel, and repel one another.
/// </summary>
/// <remarks>
/// <para><c>v_i = (1/N) Σ_j [k(x_j, x_i) s(x_j) + ∇_{x_j} k(x_j, x_i)]</c>, with the score s of the target.</para>
/// <para>
/// This is N/2 times the derivative of the KSD's V-statistic with respect to the scores, <c>(1/N)[Ψ₀ S + 2a (diag(Ψ₁ 1) X − Ψ₁ X)]</c>,
/// and it is computed that way (<see cref="KernelisedSteinDiscrepancy{TKernel}.Gradient"/>) on any device. In every step the bandwidth
/// is that of the paper: h² = median/ln N, with the lower median of the positive squared distances between the particles.
/// </para>
/// </remarks>
internal sealed class SteinVariationalGradientDescent<TKernel> : ParticleFlow
    where TKernel : struct, IRadialKernel
{
    private readonly KernelisedSteinDiscrepancy<TKernel> discrepancy;
    private readonly TargetScores targetScores;

    /// <inheritdoc/>
    public SteinVariationalGradientDescent(Device device, int particles, int dimension)
        : base(device, particles, dimension)
    {
        discrepancy = new(device, particles, dimension, PairStatistic.V);
        targetScores = new(device, particles, dimension);
    }

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        DeviceMatrix scores = targetScores.At(positions, target);
        discrepancy.SetSamples(positions);
        discrepancy.SetBandwidthByBatchMedian();
        discrepancy.Gradient(velocities, positions, scores);
        Device.Map<Scaled>(velocities, velocities, p: 0.5 * Particles);
    }
}
