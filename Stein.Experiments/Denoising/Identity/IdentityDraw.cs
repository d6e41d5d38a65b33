using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Identity;

/// <summary>Both sides of the exact identity in one repetition, in units of 4σ⁴.</summary>
/// <param name="Trial">The number of the repetition, from 0.</param>
/// <param name="Gradient"><c>‖∇F‖²/4σ⁴</c> as a U-statistic over N noisy pairs (x, x′).</param>
/// <param name="SmoothedKsd">KSD²(p_σ, q), the U-statistic of N other draws, of p_σ itself.</param>
/// <param name="PlainKsd">KSD²(p, q), the U-statistic of N draws of p: what the identity would say if σ did not matter.</param>
internal sealed record IdentityDraw(int Trial, double Gradient, double SmoothedKsd, double PlainKsd)
{
    /// <summary>
    /// Draws the samples of a repetition and computes the three numbers. They share no random numbers; runs that differ in σ alone share
    /// theirs.
    /// </summary>
    /// <param name="config">A valid config.</param>
    /// <param name="device">A device of double precision.</param>
    /// <param name="index">The number of the repetition.</param>
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
