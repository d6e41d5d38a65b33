using Stein.Engine.Kernels;

namespace Stein.Engine.Estimators;

/// <summary>
/// The Stein gradient estimator with Li and Turner's non-parametric predictor off the samples (ICLR 2018, equation 28): the estimate at y
/// is what the estimator gives there for the samples and y together.
/// </summary>
/// <remarks>
/// <para>
/// By elimination of the K old rows from the K + 1 equations, with <c>B = (𝐊 + ηI)⁻¹</c>, <c>k_y = k(X, y)</c> and
/// <c>J_n = ∇_y k(x_n, y)</c>:
/// <c>ĝ(y) = −[k_yᵀĜ − (Bk_y + 1)ᵀJ]/(k(y, y) + η − k_yᵀBk_y)</c>. At its samples the estimate is Ĝ; a y that happens to be one of them
/// counts twice, and ĝ(y) is near Ĝ and not equal to it. Exists for η = 0, off the samples.
/// </para>
/// <para>O(K²) operations a point, by substitution.</para>
/// </remarks>
internal sealed class AugmentedSteinEstimator : ScoreEstimator
{
    public override string Name => "stein-augmented";

    public override string Title => "Stein gradient estimator, non-parametric predictor";

    public override string RegularisationName => "ridge η";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.Median;

    public override double DefaultRegularisation(int samples, int dimension) => RidgeRule.OfPredictor(samples, dimension);

    public override IReadOnlyList<double> Candidates(int samples, int dimension) => RidgeRule.Candidates;

    public override string? ProblemWith(double regularisation) => RidgeRule.ProblemWith(regularisation);

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
        => new AugmentedSteinEstimate<TKernel>(samples, regularisation, RidgeSolution.Of<TKernel>(samples, regularisation));
}
