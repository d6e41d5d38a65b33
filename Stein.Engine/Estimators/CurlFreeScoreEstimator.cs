using Stein.Engine.Devices;
using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The kernel exponential family fitted by score matching with a ridge (Sriperumbudur et al., "Density estimation in infinite
/// dimensional exponential families", JMLR 2017). This is Tikhonov regularisation with the curl-free matrix-valued kernel (Zhou, Shi
/// and Zhu, "Nonparametric score estimators", ICML 2020): the estimate is the gradient of a function.
/// </summary>
/// <remarks>
/// <para>
/// With <c>Γ(x, y) = ∇_x∇_yᵀ k/(2a) = −φ′I − 2aφ″ddᵀ</c>, which is I for x = y, and <c>Z(y) = Σ_n ∇_y Δ_{x_n} k/(2a)</c>, the
/// equations are <c>(Γ + ηI)c = Z(X)/η</c> (KD×KD). The estimate is <c>ŝ(y) = Σ_n Γ(y, x_n)c_n − Z(y)/η</c>, which at the samples is
/// −ηc. In the papers' notation the ridge is Kλ/(2a). It is comparable to the ridge of the Stein gradient estimator, because both
/// kernels have a unit diagonal.
/// </para>
/// <para>
/// Γ is never formed: its product with a vector takes O(K²D) operations (<see cref="CurlFreeSystem{TKernel}"/>), and conjugate
/// gradients solve the equations. KD may therefore be several hundred thousand, whereas a factorisation is limited to a few thousand.
/// </para>
/// </remarks>
internal sealed class CurlFreeScoreEstimator : ScoreEstimator
{
    public override string Name => "kef";

    public override string Title => "kernel exponential family, curl-free";

    public override string RegularisationName => "ridge η";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.TwiceMedian;

    /// <summary>The divergence has the Laplacian of the Laplacian.</summary>
    public override int KernelDerivatives => KernelSmoothness.Bilaplacian;

    public override double DefaultRegularisation(int samples, int dimension) => RidgeRule.ForCurlFree(samples, dimension);

    public override IReadOnlyList<double> Candidates(int samples, int dimension) => RidgeRule.Candidates;

    public override string? ProblemWith(double regularisation)
        => regularisation > 0 && double.IsFinite(regularisation) ? null : "it must be a positive finite number";

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
    {
        var system = new CurlFreeSystem<TKernel>(samples, regularisation);
        DeviceMatrix coefficients = system.Solve();
        return new CurlFreeEstimate<TKernel>(samples, regularisation, coefficients);
    }
}
