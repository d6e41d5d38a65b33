using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// An estimate in the span of kernels and their gradients at the samples,
/// <c>s(y) = Σ_n k(y, x_n) c_n + β Σ_n ∇_{x_n} k(y, x_n)</c>. Estimates by ridges, iterations and truncated spectra have this form.
/// </summary>
/// <remarks>
/// With <c>d = y − x_n</c>, <c>a = 1/h²</c>: <c>∇_{x_n} k = −2aφ′d</c>, and
/// <c>∇·s = Σ_n 2aφ′ d·c_n + β Σ_n tr ∇_x∇_y k</c>. O(MKD) operations for M points.
/// </remarks>
internal sealed class KernelExpansion<TKernel> : ScoreEstimate
    where TKernel : struct, IRadialKernel
{
    private readonly KernelBlock<TKernel> block;
    private readonly DeviceMatrix coefficients;
    private readonly DeviceMatrix alongSamples;
    private readonly double gradientWeight;
    private readonly double[]? atSamples;

    /// <param name="samples">x (K×D).</param>
    /// <param name="regularisation">The regularisation of the estimate.</param>
    /// <param name="coefficients">c (K×D).</param>
    /// <param name="gradientWeight">β, the factor of the kernel's gradients.</param>
    /// <param name="atSamples">The estimate at the samples (K×D), if known more accurately than by the sum.</param>
    public KernelExpansion(
        SampleSet samples, double regularisation, DeviceMatrix coefficients, double gradientWeight, double[]? atSamples = null)
        : base(samples, regularisation)
    {
        block = new(samples);
        (this.coefficients, this.gradientWeight, this.atSamples) = (coefficients, gradientWeight, atSamples);
        alongSamples = KernelBlock<TKernel>.AlongSamples(samples, coefficients);
    }

    private protected override double[] ScaledScoresAtSamples() => atSamples ?? base.ScaledScoresAtSamples();

    private protected override void ComputeScores(DeviceMatrix scores, DeviceMatrix points)
    {
        Device device = Set.Device;
        block.SetPoints(points);
        device.Multiply(scores, block.Values(), coefficients);
        if (gradientWeight != 0)
            block.AddDisplacements(scores, block.FirstDerivatives(), 2 * block.Scale * gradientWeight);
    }

    private protected override void ComputeDivergences(DeviceMatrix divergences, DeviceMatrix points)
    {
        Device device = Set.Device;
        block.SetPoints(points);
        DeviceMatrix along = block.Along(coefficients, alongSamples);
        device.SumRows<Product>(divergences, block.FirstDerivatives(), along);
        device.Map<Scaled>(divergences, divergences, p: -2 * block.Scale);
        if (gradientWeight != 0)
        {
            DeviceMatrix traces = block.RowSums(block.Profile<KernelMixedTrace<TKernel>>());
            device.Map<AddScaled>(divergences, divergences, traces, p: gradientWeight);
        }
    }
}
