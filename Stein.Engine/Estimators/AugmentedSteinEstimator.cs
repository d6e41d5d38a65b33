namespace Stein.Engine.Estimators;

/// <summary>
/// The Stein gradient estimator with Li and Turner's non-parametric predictor (ICLR 2018, equation 28) for points that are not samples:
/// the estimate at y is the one that the estimator computes there from the samples and y together.
/// </summary>
/// <remarks>
/// <para>
/// Eliminating the K old rows from the K + 1 equations gives, with <c>B = (𝐊 + ηI)⁻¹</c>, <c>k_y = k(X, y)</c> and
/// <c>J_n = ∇_y k(x_n, y)</c>,
/// <c>ĝ(y) = −[k_yᵀĜ − (Bk_y + 1)ᵀJ]/(k(y, y) + η − k_yᵀBk_y)</c>. At its own samples the estimate is Ĝ. A point y that equals a sample
/// counts twice, so ĝ(y) is close to Ĝ but not equal to it. For η = 0 the estimate exists at all points except the samples.
/// </para>
/// <para>O(K²) operations per point, by substitution.</para>
/// </remarks>
internal sealed class AugmentedSteinEstimator : ScoreEstimator
{
    public override string Name => "stein-augmented";

    public override string Title => "Stein gradient estimator, non-parametric predictor";

    public override string RegularisationName => "ridge η";

    public override bool IsSmootherWhenLarger => true;

    public override BandwidthRule BandwidthRule => BandwidthRule.Median;

    public override double DefaultRegularisation(int samples, int dimension) => RidgeRule.ForPredictor(samples, dimension);

    public override IReadOnlyList<double> Candidates(int samples, int dimension) => RidgeRule.Candidates;

    private protected override (int Device, int Host) PairMatrices => (0, 1);

    public override string? ProblemWith(double regularisation) => RidgeRule.ProblemWith(regularisation);

    private protected override ScoreEstimate Fit<TKernel>(SampleSet samples, double regularisation)
        => new AugmentedSteinEstimate<TKernel>(samples, regularisation, RidgeSolution.Solve<TKernel>(samples, regularisation));
}
