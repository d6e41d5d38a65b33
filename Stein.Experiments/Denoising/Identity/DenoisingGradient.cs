using Stein.Engine.Estimators;
using Stein.Engine.Kernels;
using Stein.Engine.Particles;
using Stein.Engine.Targets;

namespace Stein.Experiments.Denoising.Identity;

/// <summary>
/// The functional gradients of the objective of a denoising auto-encoder <c>r(x) = x + σ² s(x)</c>, <c>s = ∇ log q</c>, as functions in
/// the space of a kernel, at a sample.
/// </summary>
/// <remarks>
/// <para>
/// Of the expanded objective <c>L(r) = E_p[ ‖r − x‖² + σ²‖∇r‖² ]</c>, whose directional derivative is
/// <c>2E_p[(r − x)·g] + 2σ²E_p⟨∇r, ∇g⟩</c>:
/// <c>∇F = 2σ² E_p[ s(x) k(x,·) + J_r(x) ∇_x k(x,·) ]</c>, <c>J_r = I + σ²J_s</c>. It is <c>2σ²(φ + σ²ψ)</c> with the Stein witness
/// <c>φ = E_p[s k + ∇k]</c>, <c>‖φ‖² = KSD²</c>, and <c>ψ = E_p[J_s ∇k]</c>, so that
/// <c>‖∇F‖² = 4σ⁴ { KSD² + 2σ²⟨φ,ψ⟩ + σ⁴‖ψ‖² }</c>.
/// </para>
/// <para>
/// Of the true objective <c>E‖r(x′) − x‖²</c>, <c>x′ = x + σε</c>: <c>∇F = 2E[(r(x′) − x) k(x′,·)]</c>. By Tweedie's formula
/// <c>E[x | x′] = x′ + σ²∇ log p_σ(x′)</c> and Stein's identity it is <c>2σ² E_{p_σ}[s k + ∇k]</c> for every σ:
/// <c>‖∇F‖² = 4σ⁴ KSD²(p_σ, q)</c>, <c>p_σ = p * N(0, σ²I)</c>.
/// </para>
/// </remarks>
/// <typeparam name="TKernel">The radial kernel.</typeparam>
/// <param name="samples">x: N×D.</param>
/// <param name="scores">s: N×D.</param>
/// <param name="hessians">J_s: N×D×D.</param>
internal sealed class DenoisingGradient<TKernel>(
    double[] samples, double[] scores, double[] hessians, int dimension, double squaredBandwidth)
    where TKernel : struct, IRadialKernel
{
    /// <summary>
    /// A multiple of φ. The factor 2σ² gives ∇F of the expanded objective with <c>J_r = I</c> in place of the actual Jacobian.
    /// </summary>
    public ReproducingKernelExpansion<TKernel> Witness(double factor = 1)
    {
        double share = factor * dimension / samples.Length;
        return new(dimension, squaredBandwidth, samples, Array.ConvertAll(scores, score => share * score), share);
    }

    /// <summary>∇F of the expanded objective.</summary>
    public ReproducingKernelExpansion<TKernel> WithJacobian(double sigma)
    {
        double factor = 2 * sigma * sigma * dimension / samples.Length;
        double[] jacobians = Array.ConvertAll(hessians, entry => factor * sigma * sigma * entry);
        for (int start = 0; start < jacobians.Length; start += dimension * dimension)
        {
            for (int i = 0; i < dimension; i++)
                jacobians[start + (i * dimension) + i] += factor;
        }

        return new(dimension, squaredBandwidth, samples, Array.ConvertAll(scores, score => factor * score), jacobians);
    }

    /// <summary>ψ.</summary>
    public ReproducingKernelExpansion<TKernel> Correction()
    {
        double share = (double)dimension / samples.Length;
        var none = new double[samples.Length];
        return new(dimension, squaredBandwidth, samples, none, Array.ConvertAll(hessians, entry => share * entry));
    }

    /// <summary>
    /// <c>∇F/2σ²</c> of the true objective: <c>(1/N) Σ_n (s(x′_n) + ε_n/σ) k(x′_n,·)</c>, since
    /// <c>(r(x′) − x)/σ² = s(x′) + (x′ − x)/σ²</c>, in which no two nearly equal numbers are subtracted.
    /// </summary>
    /// <param name="noise">ε, standard normal: N×D.</param>
    public static ReproducingKernelExpansion<TKernel> OfNoisyPairs(
        GaussianMixture model, double[] samples, double[] noise, double sigma, double squaredBandwidth)
    {
        double[] noisy = [.. samples.Zip(noise, (x, e) => x + (sigma * e))];
        double share = (double)model.Dimension / noisy.Length;
        double[] coefficients = [.. model.ScoresAt(noisy).Zip(noise, (score, e) => share * (score + (e / sigma)))];
        return new(model.Dimension, squaredBandwidth, noisy, coefficients, gradientScale: 0);
    }
}
