using Stein.Engine.Devices;
using Stein.Engine.Discrepancies;
using Stein.Engine.Estimators;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Identity;

/// <summary>The squared norm of the gradient of the expanded objective on one sample, against 4σ⁴ times the V-statistic of KSD².</summary>
/// <param name="Ksd">KSD², the V-statistic.</param>
/// <param name="IdentityError"><c>‖∇F‖²/4σ⁴KSD² − 1</c> with J_r = I: rounding alone.</param>
/// <param name="JacobianError"><c>‖∇F‖²/4σ⁴KSD² − 1</c> with the actual Jacobian: O(σ²).</param>
/// <param name="ExpansionError"><c>‖∇F‖²/4σ⁴{KSD² + 2σ²⟨φ,ψ⟩ + σ⁴‖ψ‖²} − 1</c>: rounding alone.</param>
/// <param name="Cross">⟨φ,ψ⟩.</param>
/// <param name="SquaredCorrection">‖ψ‖².</param>
internal sealed record SampleIdentity(
    double Ksd, double IdentityError, double JacobianError, double ExpansionError, double Cross, double SquaredCorrection)
{
    /// <summary>Draws the sample of a run and computes both sides: one from coefficients, the other from the Stein kernel.</summary>
    /// <param name="device">A device of double precision.</param>
    public static SampleIdentity Of(DaeIdentitySettings config, Device device)
        => RadialKernels.Visit(config.Kernel, new Computation(config, device));

    /// <summary>KSD² between points and a model, with exactly this h².</summary>
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
            (double sigma, double square) = (config.Sigma, config.EffectiveSquaredBandwidth);
            double variance = sigma * sigma;
            GaussianMixture model = config.Model();
            double[] samples = config.Truth().Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData), config.Samples);
            var gradient = new DenoisingGradient<TKernel>(
                samples, model.ScoresAt(samples), model.Hessians(samples), config.Dimension, square);

            double ksd = Discrepancy<TKernel>(device, model, samples, square, PairStatistic.V);
            double unit = 4 * sigma * sigma * sigma * sigma;
            double withIdentity = gradient.Witness(2 * sigma * sigma).SquaredNorm();
            double withJacobian = gradient.WithJacobian(sigma).SquaredNorm();
            ReproducingKernelExpansion<TKernel> correction = gradient.Correction();
            double cross = gradient.Witness().InnerProduct(correction);
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

/// <summary>Both sides of the exact identity in one repetition, in units of 4σ⁴.</summary>
/// <param name="Trial">The number of the repetition, from 0.</param>
/// <param name="Gradient"><c>‖∇F‖²/4σ⁴</c> as a U-statistic over N noisy pairs (x, x′).</param>
/// <param name="SmoothedKsd">KSD²(p_σ, q), the U-statistic of N other draws, of p_σ itself.</param>
/// <param name="PlainKsd">KSD²(p, q), the U-statistic of N draws of p: what the identity would need without smoothing.</param>
internal sealed record IdentityDraw(int Trial, double Gradient, double SmoothedKsd, double PlainKsd)
{
    /// <summary>
    /// Draws the samples of a repetition and computes the three numbers. They share no random numbers; runs that differ only in σ share
    /// theirs.
    /// </summary>
    /// <param name="device">A device of double precision.</param>
    public static IdentityDraw Of(DaeIdentitySettings config, Device device, int index)
        => RadialKernels.Visit(config.Kernel, new Computation(config, device, index));

    private sealed class Computation(DaeIdentitySettings config, Device device, int index) : IRadialKernelVisitor<IdentityDraw>
    {
        public IdentityDraw Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            (double sigma, double square, int count) = (config.Sigma, config.EffectiveSquaredBandwidth, config.RepetitionSamples);
            (GaussianMixture truth, GaussianMixture model) = (config.Truth(), config.Model());

            // Substream 0 of the training data is the sample of the expanded objective.
            double[] samples = truth.Sample(new PhiloxStream(config.Seed, StreamPurpose.TrainingData, (uint)index + 1), count);
            var stream = new PhiloxStream(config.Seed, StreamPurpose.DenoisingNoise, (uint)index);
            double[] noise = [.. samples.Select(_ => stream.NextNormal())];
            double gradient = DenoisingGradient<TKernel>.OfNoisyPairs(model, samples, noise, sigma, square).SquaredNorm(PairStatistic.U);
            double[] smoothed = truth.Smoothed(sigma)
                .Sample(new PhiloxStream(config.Seed, StreamPurpose.TestData, 2 * (uint)index), count);
            double[] plain = truth.Sample(new PhiloxStream(config.Seed, StreamPurpose.TestData, (2 * (uint)index) + 1), count);
            return new(index, gradient, Discrepancy(smoothed), Discrepancy(plain));

            double Discrepancy(double[] points)
                => SampleIdentity.Discrepancy<TKernel>(device, model, points, square, PairStatistic.U);
        }
    }
}
