using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Targets;

namespace Stein.Engine.Particles;

/// <summary>
/// Kernel Stein discrepancy descent (Korba, Aubin-Frankowski, Majewski and Ablin, ICML 2021): particles descend the gradient of their
/// own KSD to the target.
/// </summary>
/// <remarks>
/// <para>
/// The velocity is <c>v_i = −(N/2) ∂V/∂x_i</c> with <c>V = (1/N²) Σ_ij u_ij</c> and the pair term u of
/// <see cref="SteinPairTerm{TKernel}"/>, that of the Wasserstein gradient flow of ½ KSD². Before each step the bandwidth is set to
/// h² = 2·median of the positive squared distances between the particles. The derivative treats it as a constant.
/// </para>
/// <para>
/// Moving a particle changes its distances to the others and its score:
/// <c>∂V/∂x_i = (2/N²) Σ_j ∂u_ij/∂x_i + ∇∇ log p(x_i) · ∂V/∂s_i</c>. Both sums over pairs are computed on the device; the products with the
/// Hessian come from the target.
/// </para>
/// </remarks>
internal sealed class KernelSteinDescent<TKernel> : ParticleFlow
    where TKernel : struct, IRadialKernel
{
    private readonly TargetScores targetScores;
    private readonly DeviceMatrix work;
    private readonly double[] byScores;
    private readonly double[] products;

    /// <inheritdoc/>
    public KernelSteinDescent(Device device, int particles, int dimension)
        : base(device, particles, dimension)
    {
        KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernelGradient, "KSD descent");
        Discrepancy = new(device, particles, dimension, PairStatistic.V);
        targetScores = new(device, particles, dimension);
        work = device.Allocate(particles, dimension);
        byScores = new double[particles * dimension];
        products = new double[particles * dimension];
    }

    /// <summary>The V-statistic to be minimised, with the bandwidth of the last step.</summary>
    internal KernelisedSteinDiscrepancy<TKernel> Discrepancy { get; }

    /// <inheritdoc/>
    public override void Velocities(DeviceMatrix velocities, DeviceMatrix positions, IDensity target)
    {
        Discrepancy.SetSamples(positions);
        Discrepancy.SetBandwidthByMedian();
        Gradient(velocities, positions, target, -0.5 * Particles);
    }

    /// <summary>
    /// <paramref name="gradient"/> = <paramref name="scale"/> times ∂V/∂x (N×D) for the current bandwidth of <see cref="Discrepancy"/> and
    /// the positions passed to it.
    /// </summary>
    internal void Gradient(DeviceMatrix gradient, DeviceMatrix positions, IDensity target, double scale)
    {
        DeviceMatrix scores = targetScores.At(positions, target);
        Discrepancy.Gradient(work, positions, scores);
        Device.Read(work, byScores);
        target.HessianProducts(targetScores.Positions, byScores, products);
        Device.Write(work, products);
        Discrepancy.SampleGradient(gradient, positions, scores, scale);
        Device.Map<AddScaled>(gradient, gradient, work, p: scale);
    }
}
