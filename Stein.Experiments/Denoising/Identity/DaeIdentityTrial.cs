using CsvHelper;
using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;
using Stein.Engine.Random;
using Stein.Engine.Targets;
using Stein.Experiments.Runs;

namespace Stein.Experiments.Denoising;

/// <summary>Both sides of the exact identity in one repetition, in units of 4σ⁴; a row of <c>repetitions.csv</c> of a run.</summary>
/// <param name="Trial">Which repetition, from 0.</param>
/// <param name="Gradient"><c>‖∇F‖²/4σ⁴</c> as a U-statistic over N noisy pairs (x, x′).</param>
/// <param name="Smoothed">KSD²(p_σ, q), the U-statistic of N other draws, of p_σ itself.</param>
/// <param name="Plain">KSD²(p, q), the U-statistic of N draws of p: what the identity would say if σ did not matter.</param>
[CsvRecord]
internal sealed partial record DaeIdentityTrial(
    [CsvColumn("trial")] int Trial,
    [CsvColumn("gradient")] double Gradient,
    [CsvColumn("smoothed_ksd")] double Smoothed,
    [CsvColumn("plain_ksd")] double Plain)
    : IDraw<DaeIdentityTrial>
{
    /// <summary>
    /// Draws the samples of a repetition and computes the three. They share no random number; runs that differ in σ alone share theirs.
    /// </summary>
    /// <param name="settings">Valid settings.</param>
    /// <param name="device">In double precision.</param>
    /// <param name="trial">Which.</param>
    public static DaeIdentityTrial Run(DaeIdentitySettings settings, Device device, int trial)
        => RadialKernels.Visit(settings.Kernel, new Computation(settings, device, trial));

    public void Save(BinaryWriter writer)
    {
        writer.Write(Trial);
        writer.Write(Gradient);
        writer.Write(Smoothed);
        writer.Write(Plain);
    }

    public static DaeIdentityTrial Restore(BinaryReader reader)
        => new(reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());

    private sealed class Computation(DaeIdentitySettings settings, Device device, int trial) : IRadialKernelVisitor<DaeIdentityTrial>
    {
        public DaeIdentityTrial Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            (double sigma, double square, int count) = (settings.Sigma, settings.EffectiveSquaredBandwidth, settings.RepetitionSamples);
            (GaussianMixture truth, GaussianMixture model) = (settings.Truth(), settings.Model());

            // Substream 0 of the training data is the sample of the expanded objective.
            double[] samples = truth.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TrainingData, (uint)trial + 1), count);
            var stream = new PhiloxStream(settings.Seed, StreamPurpose.DenoisingNoise, (uint)trial);
            var noise = new double[samples.Length];
            foreach (ref double entry in noise.AsSpan())
                entry = stream.NextNormal();
            double gradient = DenoisingGradient<TKernel>.OfNoisyPairs(model, samples, noise, sigma, square).SquaredNorm(PairStatistic.U);
            double[] smoothed = truth.Smoothed(sigma)
                .Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData, 2 * (uint)trial), count);
            double[] plain = truth.Sample(new PhiloxStream(settings.Seed, StreamPurpose.TestData, (2 * (uint)trial) + 1), count);
            return new(trial, gradient, Discrepancy(smoothed), Discrepancy(plain));

            double Discrepancy(double[] points)
                => DaeIdentityErrors.Discrepancy<TKernel>(device, model, points, square, PairStatistic.U);
        }
    }
}
