using Stein.Engine.Devices;
using Stein.Engine.Kernels;
using Stein.Engine.State;

namespace Stein.Engine.Estimators;

/// <summary>
/// Landweber iteration or the ν-method for the Stein gradient estimator: iterates the scores S at the samples and the coefficients
/// of the estimate at other points.
/// </summary>
/// <remarks>
/// <para>
/// Landweber iteration is <c>S ← S − (KS + ⟨∇,K⟩)/λ</c>, where λ is the largest eigenvalue of the Gram matrix K, from S = 0. It is the
/// functional gradient descent of a denoising auto-encoder in the kernel's Hilbert space with step λ⁻¹N/2 on the score. Its fixed point
/// is <c>−K⁻¹⟨∇,K⟩</c>, and it converges for steps below 2/λ.
/// </para>
/// <para>
/// The ν-method (Engl, Hanke and Neubauer, "Regularization of inverse problems", 1996, section 6.3; for scores Zhou, Shi and Zhu,
/// "Nonparametric score estimators", ICML 2020) with ν = 1 is <c>S_t = S_{t−1} + u_t(S_{t−1} − S_{t−2}) − w_t(KS_{t−1} + ⟨∇,K⟩)/λ</c>,
/// <c>u_t = (t−1)(2t−3)(2t+2ν−1)/((t+2ν−1)(2t+4ν−1)(2t+2ν−3))</c>, <c>w_t = 4(2t+2ν−1)(t+ν−1)/((t+2ν−1)(2t+4ν−1))</c>.
/// </para>
/// <para>
/// At other points the estimate is <c>s_t(y) = Σ_n k(y, x_n) c_n + β Σ_n ∇_{x_n} k(y, x_n)</c>; c (K×D) and β follow the same
/// recurrence with S and 1 in place of KS + ⟨∇,K⟩. O(K²D) operations per step, memory for K² + 6KD numbers.
/// </para>
/// </remarks>
internal abstract class ScoreIteration : IStateful
{
    private protected ScoreIteration(SampleSet samples) => Samples = samples;

    /// <summary>The bandwidth h in the units of the samples.</summary>
    public double Bandwidth => Samples.Bandwidth;

    /// <summary>λ, an upper bound of the largest eigenvalue.</summary>
    public abstract double LargestEigenvalue { get; }

    /// <summary>The number of steps done.</summary>
    public int Iteration { get; private protected set; }

    private protected SampleSet Samples { get; }

    /// <summary>Creates an iteration that starts at S = 0.</summary>
    /// <param name="device">The device used for the computation.</param>
    /// <param name="samples">K×D, row-major, K at least 2, not all the same.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="kernel">The name of a kernel in <see cref="RadialKernels"/>.</param>
    /// <param name="bandwidth">h; null for the median distance times √2.</param>
    /// <param name="isAccelerated">True for the ν-method, false for Landweber iteration.</param>
    /// <exception cref="ArgumentException">The samples, the kernel or the bandwidth are invalid.</exception>
    /// <exception cref="ScoreEstimationException">All samples are the same and no bandwidth is given.</exception>
    public static ScoreIteration Create(
        Device device, ReadOnlySpan<double> samples, int dimension, string kernel, double? bandwidth = null, bool isAccelerated = false)
    {
        ArgumentNullException.ThrowIfNull(device);
        SampleSet set = SampleSet.Create(device, samples, dimension, bandwidth, BandwidthRule.TwiceMedian);
        return RadialKernels.Visit(kernel, new Beginning(set, isAccelerated));
    }

    /// <summary>Takes one step.</summary>
    public abstract void Step();

    /// <summary>S (K×D, row-major).</summary>
    public abstract double[] ScoresAtSamples();

    /// <summary>The current estimate, which later steps do not change.</summary>
    public abstract ScoreEstimate Estimate();

    /// <summary>Writes scores, coefficients, their unit and the number of steps; everything else follows from the samples.</summary>
    public abstract void Save(BinaryWriter writer);

    /// <inheritdoc/>
    public abstract void Restore(BinaryReader reader);

    private sealed class Beginning(SampleSet samples, bool isAccelerated) : IRadialKernelVisitor<ScoreIteration>
    {
        public ScoreIteration Visit<TKernel>()
            where TKernel : struct, IRadialKernel
        {
            KernelSmoothness.Require<TKernel>(KernelSmoothness.SteinKernel, "an estimate of the score");
            return new KernelScoreIteration<TKernel>(samples, isAccelerated);
        }
    }
}
