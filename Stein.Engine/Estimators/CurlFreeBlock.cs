using Stein.Engine.Devices;
using Stein.Engine.Formulas;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// Sums of the curl-free kernel between a block of m points y and the K samples, see <see cref="CurlFreeScoreEstimator"/>.
/// </summary>
internal sealed class CurlFreeBlock<TKernel>(SampleSet set)
    where TKernel : struct, IRadialKernel
{
    private readonly Device device = set.Device;

    /// <summary>The scalar kernel between the points and the samples.</summary>
    public KernelBlock<TKernel> Pairs { get; } = new(set);

    /// <summary><paramref name="output"/> (m×D) = <c>Σ_n Γ(y, x_n) c_n = Σ_n [−φ′c_n − 2aφ″ d (d·c_n)]</c>.</summary>
    /// <param name="output">Receives the sums.</param>
    /// <param name="coefficients">c (K×D).</param>
    /// <param name="alongSamples"><c>x_n·c_n</c> (1×K).</param>
    public void Multiply(DeviceMatrix output, DeviceMatrix coefficients, DeviceMatrix alongSamples)
    {
        DeviceMatrix along = Pairs.Along(coefficients, alongSamples);
        device.Map<Product>(along, along, Pairs.Profile<KernelSecondDerivative<TKernel>>());
        device.Multiply(output, Pairs.FirstDerivatives(), coefficients);
        Pairs.AddDisplacements(output, along, -2 * Pairs.Scale);
    }

    /// <summary>Adds <c>p·Z(y) = 2ap Σ_n w d</c> to <paramref name="output"/> (m×D).</summary>
    public void AddLaplacianGradients(DeviceMatrix output, double p)
        => Pairs.AddDisplacements(output, Pairs.Profile<KernelLaplacianGradient<TKernel>>(), 2 * Pairs.Scale * p);

    /// <summary>
    /// <paramref name="output"/> (m×1) = the divergence of <c>Σ_n Γ(y, x_n)c_n + p·Z(y)</c>, which is
    /// <c>−2a Σ_n w d·c_n + 2ap Σ_n (Dw + 2ρw′)</c>.
    /// </summary>
    public void Divergences(DeviceMatrix output, DeviceMatrix coefficients, DeviceMatrix alongSamples, double p)
    {
        DeviceMatrix along = Pairs.Along(coefficients, alongSamples);
        device.SumRows<Product>(output, Pairs.Profile<KernelLaplacianGradient<TKernel>>(), along);
        device.Map<Scaled>(output, output, p: -2 * Pairs.Scale);
        DeviceMatrix laplacians = Pairs.RowSums(Pairs.Profile<KernelBilaplacian<TKernel>>());
        device.Map<AddScaled>(output, output, laplacians, p: 2 * Pairs.Scale * p);
    }
}
