using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Identity;

/// <summary>The squared norm of the gradient of the expanded objective on one sample, against 4σ⁴ times the V-statistic of KSD².</summary>
/// <param name="Ksd">KSD², the V-statistic.</param>
/// <param name="IdentityError"><c>‖∇F‖²/4σ⁴KSD² − 1</c> with J_r = I: rounding alone.</param>
/// <param name="JacobianError"><c>‖∇F‖²/4σ⁴KSD² − 1</c> with the whole Jacobian: O(σ²).</param>
/// <param name="ExpansionError"><c>‖∇F‖²/4σ⁴{KSD² + 2σ²⟨φ,ψ⟩ + σ⁴‖ψ‖²} − 1</c>: rounding alone.</param>
/// <param name="Cross">⟨φ,ψ⟩.</param>
/// <param name="SquaredCorrection">‖ψ‖².</param>
internal sealed record SampleIdentity(
    double Ksd, double IdentityError, double JacobianError, double ExpansionError, double Cross, double SquaredCorrection)
{
    /// <summary>Draws the sample of a run and computes both sides: one from coefficients, the other from the Stein kernel.</summary>
    /// <param name="config">A valid config.</param>
    /// <param name="device">A device of double precision.</param>
    public static SampleIdentity Of(DaeIdentitySettings config, Device device)
        => RadialKernels.Visit(config.Kernel, new Computation(config, device));

    /// <summary>KSD² between points and a model, with h² to the last bit.</summary>
    public static double Discrepancy<TKernel>(
        Device device, GaussianMixture model, double[] points, double squaredBandwidth, PairStatistic statistic)
        where TKernel : struct, IRadialKernel
    {
        int count = points.Length / model.Dimension;
        var discrepancy = new KernelisedSteinDiscrepancy<TKernel>(device, count, model.Dimension, statistic);
        discrepancy.Bandwidth.SetExactly(squaredBandwidth);
        return discrepancy.Value(
            device.Upload(count, model.Dimension, points), device.Upload(count, model.Dimension, model.ScoresAt(points)));
    }

    private sealed class Computation(DaeIdentitySettings config, Device device) : IRadialKernelVisitor<SampleIdentity>
    {
        public SampleIdentity Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            (int dimension, double sigma, double square) = (config.Dimension, config.Sigma, config.EffectiveSquaredBandwidth);
            double variance = sigma * sigma;
            GaussianMixture model = config.Model();
            double[] samples = config.Truth().Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData), config.Samples);
            double[] scores = model.ScoresAt(samples);
            double[] hessians = model.Hessians(samples);

            double ksd = Discrepancy<TKernel>(device, model, samples, square, PairStatistic.V);
            double unit = 4 * sigma * sigma * sigma * sigma;
            double withIdentity = DenoisingGradient<TKernel>.Witness(samples, scores, dimension, square, 2 * sigma * sigma).SquaredNorm();
            double withJacobian = DenoisingGradient<TKernel>.WithJacobian(samples, scores, hessians, dimension, sigma, square)
                .SquaredNorm();
            ReproducingKernelExpansion<TKernel> correction = DenoisingGradient<TKernel>.Correction(samples, hessians, dimension, square);
            double cross = DenoisingGradient<TKernel>.Witness(samples, scores, dimension, square).InnerProduct(correction);
            double squaredCorrection = correction.SquaredNorm();
            double expansion = unit * (ksd + (2 * variance * cross) + (variance * variance * squaredCorrection));
            return new(
                ksd,
                (withIdentity / (unit * ksd)) - 1,
                (withJacobian / (unit * ksd)) - 1,
                (withJacobian / expansion) - 1,
                cross,
                squaredCorrection);
        }
    }
}
